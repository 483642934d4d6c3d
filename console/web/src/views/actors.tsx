// Drilling down: node, shard, tenant, conversation. Each actor has a page of its own; the top lists the nodes.
import { useState } from "preact/hooks";
import { getActor, getActors } from "../api/client";
import { overview } from "../api/live";
import { whoami } from "../api/session";
import type { ActorDetail, SortKey } from "../api/types";
import * as format from "../model/format";
import { kindOf, shortName } from "../model/ids";
import { linkTo } from "../model/routes";
import { ActorActions } from "../ui/actor_actions";
import { Heading, Loading, State } from "../ui/parts";
import { usePolled } from "../ui/polled";
import { Problem } from "../ui/problem";
import { route, stayAt } from "../ui/router";
import { Table } from "../ui/table";
import { actorColumns, sortKeys, useRates } from "./actor_columns";
import { ActorChart, ActorFacts, Path } from "./actor_facts";
import { Conversation } from "./conversation";

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
