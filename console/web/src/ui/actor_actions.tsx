// The buttons of an actor: only those that its kind, its state and the token allow.
import { actOnActor, actOnNode, moveShard } from "../api/client";
import { overview } from "../api/live";
import { whoami } from "../api/session";
import type { ActionAnswer, Actor } from "../api/types";
import { shortName } from "../model/ids";
import { actionsFor, type ActorAction } from "../model/permissions";
import { askToAct, type ActionRequest } from "./action_dialog";

const words: Record<ActorAction, { verb: string; explains: string }> = {
  passivate: {
    verb: "Passivate",
    explains: "It leaves memory once what it is doing is on disk, and comes back by itself with the next message. Nothing is lost.",
  },
  restart: { verb: "Restart", explains: "It ends and is loaded anew from the store. What was acknowledged is kept; what is unfinished is delivered again." },
  pause: { verb: "Pause", explains: "What comes for it is kept on disk and waits until it is resumed or the time is over." },
  resume: { verb: "Resume", explains: "It goes on with what has waited." },
  drain: { verb: "Drain", explains: "Its shards move to the other nodes, one after the other; then it serves nothing. Undrain gives it shards again." },
  undrain: { verb: "Undrain", explains: "It takes part again, and shards move back to it." },
  move: { verb: "Move", explains: "The shard stops taking messages, finishes, and opens on the other node. It is pinned there." },
};

const results: Record<string, string> = { done: "done", stays: "it stays: there is work it must finish first", not_live: "it was not in memory" };

function said(action: ActorAction, on: string, answer: ActionAnswer) {
  const result = answer.result ?? answer.outcome ?? "done";
  return { text: `${words[action].verb} ${on}: ${results[result] ?? result}`, audit: answer.audit };
}

export type Actable = Pick<Actor, "id" | "kind" | "name" | "state" | "tenant" | "node" | "shard">;

function requestFor(action: ActorAction, actor: Actable, after: () => void): ActionRequest {
  const { verb, explains } = words[action];
  const name = shortName(actor.id);
  const base = { title: `${verb} ${name}`, verb, explains, after };
  if (action === "drain" || action === "undrain") {
    const node = actor.node ?? actor.name;
    const run = async (reason: string) => said(action, name, await actOnNode(node, action, reason));
    return action === "drain" ? { ...base, run, confirm: `Yes, take node ${node} out of service` } : { ...base, run };
  }
  if (action === "move") {
    const nodes = (overview.value?.nodes ?? []).filter((node) => node.state === "serving" && node.name !== actor.node).map((node) => node.name);
    return {
      ...base,
      fields: [{ name: "node", label: "To node", value: nodes[0] ?? "", choices: nodes }],
      run: async (reason, values) => said(action, name, await moveShard(actor.shard ?? actor.name, values.node ?? "", reason)),
    };
  }
  const fields = action === "pause" ? [{ name: "minutes", label: "For how many minutes (at most 1440)", value: "15", min: 1, max: 1440 }] : [];
  return {
    ...base,
    fields,
    run: async (reason, values) => {
      const body = action === "pause" ? { reason, minutes: Number(values.minutes) } : { reason };
      return said(action, name, await actOnActor(actor.id, action, body));
    },
  };
}

export function ActorActions({ actor, after }: { actor: Actable; after: () => void }) {
  const offered = actionsFor(whoami.value, actor).filter((action) => action !== "move" || (overview.value?.nodes.length ?? 0) > 1);
  if (offered.length === 0) return null;
  return (
    <div class="actions" role="group" aria-label={`Actions on ${shortName(actor.id)}`}>
      {offered.map((action) => (
        <button key={action} type="button" class="small" data-testid={`act-${action}`} onClick={() => askToAct(requestFor(action, actor, after))}>
          {words[action].verb}
        </button>
      ))}
    </div>
  );
}
