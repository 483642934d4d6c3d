// Drilling down: node, shard, tenant, conversation. Each actor has a page of its own; the top lists the nodes.
import { useRef, useState } from "preact/hooks";
import { getActor, getActors } from "../api/client";
import { overview } from "../api/live";
import { whoami } from "../api/session";
import type { Actor, ActorDetail, SortKey } from "../api/types";
import { ActorTrack } from "../model/actor_rates";
import * as format from "../model/format";
import { kindOf, shortName } from "../model/ids";
import { meanOf } from "../model/rates";
import { linkTo } from "../model/routes";
import { ActorActions } from "../ui/actor_actions";
import { now } from "../ui/clock";
import { ActorLink, Heading, Loading, State, Tile } from "../ui/parts";
import { usePolled } from "../ui/polled";
import { Problem } from "../ui/problem";
import { route, stayAt } from "../ui/router";
import { Table } from "../ui/table";
import { TimeChart } from "../ui/time_chart";
import { actorColumns, sortKeys, useRates } from "./actor_columns";
import { Conversation } from "./conversation";

export function Path({ path, last }: { path: ActorDetail["path"]; last: string }) {
  return (
    <nav class="path" aria-label="Where it is">
      <ol>
        <li>
          <a href={linkTo("actors")}>Actors</a>
        </li>
        {path
          .filter((actor) => actor.id !== last)
          .map((actor) => (
            <li key={actor.id}>
              <ActorLink id={actor.id} />
            </li>
          ))}
        <li aria-current="page">{shortName(last)}</li>
      </ol>
    </nav>
  );
}

export function ActorFacts({ actor }: { actor: Actor }) {
  return (
    <dl class="tiles">
      <Tile name="Messages" value={format.count(actor.messages)} />
      <Tile name="Mailbox" value={format.count(actor.mailbox)} />
      <Tile name="Mean wait" value={format.duration(meanOf(actor.waiting_us, actor.messages))} note={`longest ${format.duration(actor.waiting_max_us)}`} />
      <Tile name="Mean handling" value={format.duration(meanOf(actor.handling_us, actor.messages))} />
      <Tile name="Memory" value={format.bytes(actor.bytes)} />
      <Tile name="Last active" value={format.ago(actor.last_activity, now.value)} />
    </dl>
  );
}

/** How busy it is, since its page was opened. */
export function ActorChart({ actor }: { actor: Actor }) {
  const track = useRef(new ActorTrack());
  const last = useRef<Actor | null>(null);
  if (last.current !== actor) {
    last.current = actor;
    track.current.add(Date.now(), actor);
  }
  const { samples } = track.current;
  const times = samples.map((sample) => sample.at / 1000);
  return (
    <div class="charts">
      <TimeChart title="Messages" times={times} format={format.rate} series={[{ title: "messages", line: 1, values: samples.map((sample) => sample.messages) }]} />
      <TimeChart
        title="Of a message" times={times} format={format.duration}
        series={[
          { title: "waiting", line: 3, values: samples.map((sample) => sample.waiting) },
          { title: "handling", line: 1, values: samples.map((sample) => sample.handling) },
        ]}
      />
    </div>
  );
}

const kindsBelow: Record<string, string> = { node: "Services and shards", shard: "Tenants", tenant: "Conversations" };

/** The children of an actor, or the places of a tenant, a page at a time. Sorting over pages is the daemon's, so that it holds for all of them. */
export function Below({ under, title, tenant }: { under: string | null; title: string; tenant?: string }) {
  const sort = route.value.query.sort ?? "id";
  const [pages, setPages] = useState<string[]>([]);
  const after = pages.at(-1) ?? "";
  const key = [under ?? "", tenant ?? "", sort, after].join(" ");
  const what = tenant ? { kind: "tenant", tenant } : under ? { under } : {};
  const { data, error } = usePolled(key, () => getActors({ ...what, sort, limit: 100, after }), 2_000);
  const rates = useRates(data);
  const change = (chosen: string) => {
    setPages([]);
    stayAt(linkTo(route.value.view, under ?? "", { sort: chosen }));
  };
  return (
    <section>
      <h2>
        {title} {data?.total !== undefined && <span class="soft">{format.count(data.total)}</span>}
      </h2>
      <Problem error={error} stale={data !== null} />
      {data?.unreachable && data.unreachable.length > 0 && <p class="problem">Not reached: {data.unreachable.join(", ")}</p>}
      {data ? (
        <Table
          label={title} testid="actors" columns={actorColumns(rates)} rows={data.actors} id={(actor) => actor.id} empty="Nothing below it just now."
          sort={{ key: sort, direction: sort === "id" ? "up" : "down", change, keys: sortKeys satisfies readonly SortKey[] }}
        />
      ) : (
        !error && <Loading />
      )}
      {(pages.length > 0 || data?.next) && (
        <div class="buttons left">
          <button type="button" disabled={pages.length === 0} onClick={() => setPages(pages.slice(0, -1))}>
            Previous
          </button>
          <button type="button" disabled={!data?.next} onClick={() => data?.next && setPages([...pages, data.next])}>
            Next
          </button>
        </div>
      )}
    </section>
  );
}

/** The top of the tree for a tenant's token, which sees no nodes. */
export function OwnTenants() {
  return (
    <>
      {whoami.value?.tenants.map((tenant) => (
        <Below key={tenant} under={null} tenant={tenant} title={tenant} />
      ))}
    </>
  );
}

function Inner({ detail, refresh }: { detail: ActorDetail; refresh: () => void }) {
  const { actor } = detail;
  // Of a node the others say better than itself whether it serves.
  const state = (actor.kind === "node" ? overview.value?.nodes.find((node) => node.name === actor.name)?.state : null) ?? actor.state;
  return (
    <>
      <Path path={detail.path} last={actor.id} />
      <Heading title={shortName(actor.id)}>
        <State of={state} />
        <a class="more" href={linkTo("map", actor.id)}>
          on the map
        </a>
        <ActorActions actor={{ ...actor, state }} after={refresh} />
      </Heading>
      <p class="facts soft">
        <code>{actor.id}</code> {[actor.node && `on node ${actor.node}`, actor.kind !== "shard" && actor.shard].filter(Boolean).join(", ")}
      </p>
      <ActorFacts actor={actor} />
      <ActorChart actor={actor} />
      {kindsBelow[actor.kind] && <Below key={actor.id} under={actor.id} title={kindsBelow[actor.kind] ?? "Below"} />}
    </>
  );
}

function ActorPage({ id }: { id: string }) {
  const { data, error, refresh } = usePolled(id, () => getActor(id, null), 2_000);
  return (
    <>
      {!data && <Heading title={shortName(id)} />}
      <Problem error={error} stale={data !== null} />
      {data ? <Inner detail={data} refresh={refresh} /> : !error && <Loading />}
    </>
  );
}

export function ActorsView() {
  const id = route.value.argument;
  if (id === "") {
    return (
      <>
        <Heading title="Actors" />
        {whoami.value?.operator === false ? <OwnTenants /> : <Below under={null} title="Nodes" />}
      </>
    );
  }
  return kindOf(id) === "conversation" ? <Conversation key={id} id={id} /> : <ActorPage key={id} id={id} />;
}
