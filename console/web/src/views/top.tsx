// The first of all actors of a kind by any figure, over the whole cluster.
import { getActors } from "../api/client";
import { overview } from "../api/live";
import { whoami } from "../api/session";
import type { SortKey } from "../api/types";
import * as format from "../model/format";
import { mayAct } from "../model/permissions";
import { linkTo } from "../model/routes";
import { Heading, Loading } from "../ui/parts";
import { usePolled } from "../ui/polled";
import { Problem } from "../ui/problem";
import { route, stayAt } from "../ui/router";
import { Table } from "../ui/table";
import { actorColumns, sortKeys, sortNames, useRates } from "./actor_columns";

const kinds = ["conversation", "tenant", "shard", "service", "node"];
const limits = ["10", "25", "50", "100", "500"];

function Pick({ label, value, of, names, change }: { label: string; value: string; of: readonly string[]; names?: Record<string, string>; change: (value: string) => void }) {
  return (
    <label class="field">
      <span>{label}</span>
      <select value={value} onChange={(event) => change(event.currentTarget.value)}>
        {of.map((one) => (
          <option key={one} value={one}>
            {names?.[one] ?? one}
          </option>
        ))}
      </select>
    </label>
  );
}

export function TopView() {
  const { query } = route.value;
  const kind = query.kind ?? "conversation";
  const sort = (query.sort ?? "messages") as SortKey;
  const limit = query.limit ?? "25";
  const own = whoami.value?.operator === false ? whoami.value.tenants : null;
  const filter = { tenant: query.tenant ?? own?.[0] ?? "", node: query.node ?? "", q: query.q ?? "" };
  const change = (changed: Record<string, string>) => stayAt(linkTo("top", "", { kind, sort, limit, ...filter, ...changed }));
  const key = JSON.stringify([kind, sort, limit, filter]);
  const { data, error } = usePolled(key, () => getActors({ kind, sort, limit: Number(limit), ...filter }), 2_000);
  const leaf = kind === "conversation" || kind === "service";
  const columns = actorColumns(useRates(data)).filter((column) => column.key !== "children" || !leaf);
  const nodes = ["", ...(overview.value?.nodes.map((node) => node.name) ?? [])];
  const shownKinds = own ? kinds.slice(0, 2) : kinds;
  return (
    <>
      <Heading title="Top">
        {mayAct(whoami.value) && kind === "conversation" && (
          <a class="more" href={linkTo("bulk", "", { tenant: filter.tenant, node: filter.node })}>
            act on many…
          </a>
        )}
      </Heading>
      <div class="line">
        <Pick label="Kind" value={kind} of={shownKinds} change={(value) => change({ kind: value })} />
        <Pick label="By" value={sort} of={sortKeys} names={sortNames} change={(value) => change({ sort: value })} />
        <Pick label="First" value={limit} of={limits} change={(value) => change({ limit: value })} />
        {nodes.length > 2 && <Pick label="Node" value={filter.node} of={nodes} names={{ "": "all" }} change={(value) => change({ node: value })} />}
        {own ? <Pick label="Tenant" value={filter.tenant} of={own} change={(value) => change({ tenant: value })} /> : <label class="field">
          <span>Tenant</span>
          <input type="text" value={filter.tenant} onChange={(event) => change({ tenant: event.currentTarget.value.trim() })} autoComplete="off" spellcheck={false} />
        </label>}
        <label class="field">
          <span>Part of the id</span>
          <input type="text" value={filter.q} onChange={(event) => change({ q: event.currentTarget.value.trim() })} autoComplete="off" spellcheck={false} />
        </label>
      </div>
      <Problem error={error} stale={data !== null} />
      {data?.unreachable && data.unreachable.length > 0 && <p class="problem">Not reached: {data.unreachable.join(", ")}</p>}
      {data ? (
        <>
          <p class="soft">
            {format.count(data.actors.length)}
            {data.total !== undefined && ` of ${format.count(data.total)}`}, by {sortNames[sort]}
          </p>
          <Table
            label={`Top ${kind}s`} testid="top" columns={columns} rows={data.actors} id={(actor) => actor.id} empty="Nothing is like that just now."
            sort={{ key: sort, direction: sort === "id" ? "up" : "down", change: (value) => change({ sort: value }), keys: sortKeys }}
          />
        </>
      ) : (
        !error && <Loading />
      )}
    </>
  );
}
