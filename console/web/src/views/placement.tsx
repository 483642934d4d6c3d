// Where each shard is, as a picture: a column for each node, a tile for each shard, coloured by waiting.
import { history } from "../api/live";
import { whoami } from "../api/session";
import type { Overview, ShardView } from "../api/types";
import { toneOf } from "../model/actor_map";
import * as format from "../model/format";
import { shardNumber } from "../model/ids";
import { maySeeActor } from "../model/permissions";
import { linkToActor } from "../model/routes";
import { State } from "../ui/parts";
import { Legend } from "../ui/tone_legend";

const well = new Set(["open", "owned"]);

function ShardTile({ shard }: { shard: ShardView }) {
  const rates = history.shardRates(shard.id);
  const tone = toneOf(rates.waiting, "waiting");
  const number = shardNumber(shard.shard);
  const facts = [
    shard.state,
    `epoch ${shard.epoch ?? "–"}`,
    shard.pinned_to ? `pinned to ${shard.pinned_to}` : "",
    `${format.count(shard.conversations)} conversations`,
    `${format.rate(rates.messages)} messages`,
    `waiting ${format.duration(rates.waiting)}`,
    `${format.count(shard.mailbox)} in mailboxes`,
  ].filter(Boolean).join(", ");
  if (!maySeeActor(whoami.value, shard.id)) {
    return (
      <li>
        <span class={`shard tone-0 ${well.has(shard.state) ? "" : "unwell"}`}>
          <b>
            <span class="for-readers">shard </span>
            {number}
          </b>
          <small>{shard.state}</small>
        </span>
      </li>
    );
  }
  return (
    <li>
      <a class={`shard tone-${tone} ${well.has(shard.state) ? "" : "unwell"}`} href={linkToActor(shard.id)} title={facts}>
        <b>
          <span class="for-readers">shard </span>
          {number}
        </b>
        <small>{well.has(shard.state) ? format.rate(rates.messages) : shard.state}</small>
        {shard.pinned_to && <i>pinned</i>}
        <span class="for-readers">, {facts}</span>
      </a>
    </li>
  );
}

export function Placement({ view }: { view: Overview }) {
  const homeless = view.shards.filter((shard) => !view.nodes.some((node) => node.name === shard.node));
  const columns = [
    ...view.nodes.map((node) => ({ name: node.name, state: node.state, shards: view.shards.filter((shard) => shard.node === node.name) })),
    ...(homeless.length ? [{ name: "nowhere", state: "free", shards: homeless }] : []),
  ];
  return (
    <>
      <div class="placement" data-testid="placement">
        {columns.map((column) => (
          <div key={column.name} class="placement-node">
            <h3>
              {column.name} <State of={column.state} /> <span class="soft">{column.shards.length}</span>
            </h3>
            {column.shards.length > 0 ? (
              <ul>
                {column.shards.map((shard) => (
                  <ShardTile key={shard.id} shard={shard} />
                ))}
              </ul>
            ) : (
              <p class="soft">no shards</p>
            )}
          </div>
        ))}
      </div>
      {maySeeActor(whoami.value, "node:") && <Legend by="waiting" />}
    </>
  );
}
