// The columns of every list of actors, and which of them the daemon sorts by.
import { useRef } from "preact/hooks";
import type { Actor, ActorList, SortKey } from "../api/types";
import { ActorRates } from "../model/actor_rates";
import * as format from "../model/format";
import { meanOf } from "../model/rates";
import { linkToActor } from "../model/routes";
import { shortName } from "../model/ids";
import { now } from "../ui/clock";
import { State } from "../ui/parts";
import type { Column } from "../ui/table";

export const sortKeys: readonly SortKey[] = ["mailbox", "waiting", "waiting_max", "messages", "handling", "bytes", "last_activity", "id"];

export const sortNames: Record<SortKey, string> = {
  mailbox: "mailbox", waiting: "waiting in all", waiting_max: "longest waiting", messages: "messages", handling: "handling in all",
  bytes: "memory", last_activity: "last activity", id: "name",
};

/** `rates` knows how busy each is of late. */
export const actorColumns = (rates: ActorRates): Column<Actor>[] => [
  {
    key: "id", title: "Actor", value: (actor) => actor.id,
    show: (actor) => (
      <a href={linkToActor(actor.id)} title={actor.id}>
        {shortName(actor.id)}
      </a>
    ),
  },
  { key: "state", title: "State", value: (actor) => actor.state, show: (actor) => <State of={actor.state} /> },
  { key: "node", title: "Node", value: (actor) => actor.node, wide: true },
  { key: "children", title: "Below", number: true, value: (actor) => actor.children, show: (actor) => (actor.kind === "conversation" ? "" : format.count(actor.children)) },
  { key: "mailbox", title: "Mailbox", number: true, value: (actor) => actor.mailbox, show: (actor) => format.count(actor.mailbox) },
  { key: "rate", title: "Rate", number: true, hint: "Messages a second, of the last 10 s", show: (actor) => format.rate(rates.rate(actor.id)) },
  { key: "messages", title: "Messages", number: true, value: (actor) => actor.messages, show: (actor) => format.count(actor.messages) },
  { key: "waiting", title: "Waited", number: true, hint: "All messages' waiting together", value: (actor) => actor.waiting_us, show: (actor) => format.duration(actor.waiting_us) },
  { key: "mean", title: "Mean wait", number: true, wide: true, value: (actor) => meanOf(actor.waiting_us, actor.messages), show: (actor) => format.duration(meanOf(actor.waiting_us, actor.messages)) },
  { key: "waiting_max", title: "Longest wait", number: true, value: (actor) => actor.waiting_max_us, show: (actor) => format.duration(actor.waiting_max_us) },
  { key: "handling", title: "Handled", number: true, hint: "All messages' handling together", value: (actor) => actor.handling_us, show: (actor) => format.duration(actor.handling_us) },
  { key: "bytes", title: "Memory", number: true, value: (actor) => actor.bytes, show: (actor) => format.bytes(actor.bytes) },
  {
    key: "last_activity", title: "Last active", number: true, value: (actor) => (actor.last_activity ? Date.parse(actor.last_activity) : null),
    show: (actor) => format.ago(actor.last_activity, now.value),
  },
];

/** Rates of a list that is asked for again and again. */
export function useRates(list: ActorList | null): ActorRates {
  const rates = useRef<{ of: ActorRates; last: ActorList | null } | null>(null);
  rates.current ??= { of: new ActorRates(), last: null };
  if (list && rates.current.last !== list) {
    rates.current.last = list;
    rates.current.of.add(Date.parse(list.at), list.actors);
  }
  return rates.current.of;
}
