// Shards: the picture of where they are, and all their figures.
import { history, overview } from "../api/live";
import { whoami } from "../api/session";
import type { ShardView } from "../api/types";
import * as format from "../model/format";
import { shardNumber } from "../model/ids";
import { maySeeActor } from "../model/permissions";
import { linkToActor } from "../model/routes";
import { ActorActions } from "../ui/actor_actions";
import { Heading, Loading, State } from "../ui/parts";
import { Table, type Column } from "../ui/table";
import { Placement } from "./placement";

const columns: Column<ShardView>[] = [
  { key: "shard", title: "Shard", value: (shard) => shard.shard, show: (shard) => (maySeeActor(whoami.value, shard.id) ? <a href={linkToActor(shard.id)}>{shardNumber(shard.shard)}</a> : shardNumber(shard.shard)) },
  { key: "node", title: "Node", value: (shard) => shard.node, show: (shard) => shard.node ?? "nowhere" },
  { key: "state", title: "State", value: (shard) => shard.state, show: (shard) => <State of={shard.state} /> },
  figure("messages", "Messages", (shard) => history.shardRates(shard.id).messages, format.rate, "Of the last 10 s"),
  figure("waiting", "Waiting", (shard) => history.shardRates(shard.id).waiting, format.duration, "Mean of a message, of the last 10 s"),
  figure("handling", "Handling", (shard) => history.shardRates(shard.id).handling, format.duration, "Mean of a message, of the last 10 s"),
  figure("mailbox", "Mailboxes", (shard) => shard.mailbox, format.count),
  figure("conversations", "Conversations", (shard) => shard.conversations, format.count),
  figure("tenants", "Tenants", (shard) => shard.tenants, format.count),
  figure("bytes", "Memory", (shard) => shard.bytes, format.bytes),
  { ...figure("unfolded", "Unfolded", (shard) => shard.unfolded_rows, format.count), wide: true },
  { ...figure("seq", "Sequence", (shard) => shard.seq, format.count), wide: true },
  { ...figure("epoch", "Epoch", (shard) => shard.epoch, format.count), wide: true },
  { key: "pinned", title: "Pinned to", value: (shard) => shard.pinned_to, wide: true },
  {
    key: "actions", title: "Actions",
    show: (shard) => (
      <ActorActions
        actor={{ id: shard.id, kind: "shard", name: shard.shard, state: shard.state, tenant: null, node: shard.node, shard: shard.shard }}
        after={() => undefined}
      />
    ),
  },
];

function figure(
  key: string, title: string, value: (shard: ShardView) => number | null | undefined, show: (value: number | null | undefined) => string, hint?: string,
): Column<ShardView> {
  return { key, title, number: true, value, show: (shard) => show(value(shard)), ...(hint ? { hint } : {}) };
}

export function ShardsView() {
  const view = overview.value;
  return (
    <>
      <Heading title="Shards" />
      {view ? (
        <>
          <h2>Where they are</h2>
          <Placement view={view} />
          <h2>Figures</h2>
          <Table label="Shards" testid="shards" columns={view.shards.some((shard) => shard.messages !== undefined) ? columns : columns.slice(0, 3)} rows={view.shards} id={(shard) => shard.id} first="shard" />
        </>
      ) : (
        <Loading />
      )}
    </>
  );
}
