// The tree of actors as a live map: area by what they hold, colour by how long messages wait.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { getActors } from "../api/client";
import { overview } from "../api/live";
import { whoami } from "../api/session";
import type { Actor } from "../api/types";
import { buildTree, heatOf, neighbour, placeTree, toneOf, type ColourBy, type MapCell, type SizeBy } from "../model/actor_map";
import * as format from "../model/format";
import { shortName } from "../model/ids";
import { maySeeActor } from "../model/permissions";
import { linkTo } from "../model/routes";
import { ActorLink, Empty, Heading, Loading, State } from "../ui/parts";
import { usePolled } from "../ui/polled";
import { Problem } from "../ui/problem";
import { goTo, route, stayAt } from "../ui/router";
import { colourNames, Legend } from "../ui/tone_legend";
import { ActorFacts } from "./actor_facts";

const sizes: SizeBy[] = ["conversations", "messages", "bytes"];
const colours: ColourBy[] = ["waiting", "waiting_max", "mailbox"];

/** While a shard moves two nodes may tell of the same actors: those of the node that serves it now are taken. */
function onePlaceEach(actors: readonly Actor[]): Actor[] {
  const owner = new Map(overview.value?.shards.map((shard) => [shard.shard, shard.node]));
  const kept = new Map<string, Actor>();
  for (const actor of actors) {
    const known = kept.get(actor.id);
    if (!known || (actor.shard !== null && owner.get(actor.shard) === actor.node)) kept.set(actor.id, actor);
  }
  return [...kept.values()];
}

/** Everything that the map of an actor needs: what is around it, and below it the conversations that weigh most. */
async function askFor(root: Actor | null, size: SizeBy): Promise<Actor[]> {
  const own = whoami.value?.operator === false ? whoami.value.tenants : null;
  if (own && root?.kind !== "tenant") {
    const lists = await Promise.all(own.flatMap((tenant) => ["tenant", "conversation"].map((kind) => getActors({ kind, tenant, sort: "messages", limit: 400 }))));
    return lists.flatMap((list) => list.actors);
  }
  const within = root === null ? {} : root.kind === "node" ? { node: root.name } : root.kind === "tenant" ? { tenant: root.tenant ?? "", shard: root.shard ?? "" } : { shard: root.shard ?? root.name };
  const sort = size === "bytes" ? "bytes" : "messages";
  const kinds = root?.kind === "tenant" ? ["tenant", "conversation"] : root?.kind === "shard" ? ["shard", "tenant", "conversation"] : ["node", "shard", "tenant", "conversation"];
  const lists = await Promise.all(kinds.map((kind) => getActors({ ...within, kind, sort, limit: kind === "conversation" ? 400 : 500 })));
  return onePlaceEach(lists.flatMap((list) => list.actors));
}

/** The root by its id, as far as the id says what to ask for. */
function rootOf(id: string): Actor | null {
  const [kind, first = "", second = ""] = id.split(":");
  const blank = { id, name: first, under: null, state: "live", node: null, shard: null, tenant: null };
  if (kind === "node") return { ...blank, kind, node: first };
  const shardOf = (number: string) => overview.value?.shards.find((shard) => shard.id === `shard:${number}`)?.shard ?? `wakala-shard-${number}`;
  if (kind === "shard") return { ...blank, kind, shard: shardOf(first) };
  if (kind === "tenant") return { ...blank, kind, tenant: first, shard: shardOf(second) };
  return null;
}

function useWidth() {
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = place.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => setWidth(Math.floor(element.clientWidth)));
    observer.observe(element);
    setWidth(Math.floor(element.clientWidth));
    return () => observer.disconnect();
  }, []);
  return { place, width };
}

const opens = (cell: MapCell) => cell.node.actor !== null && cell.node.actor.kind !== "service";
const linkOf = (actor: Actor, size: SizeBy, colour: ColourBy) =>
  actor.kind === "conversation" ? linkTo("actors", actor.id) : linkTo("map", actor.id, { size, colour });

function nameOf(cell: MapCell): string {
  return cell.node.actor ? shortName(cell.node.actor.id) : `${format.count(cell.node.others)} more`;
}

/** What fits into the cell. Of a conversation, whose tenant is around it, only what tells it from its neighbours. */
function labelOf(cell: MapCell): string {
  const room = Math.floor((cell.width - 9) / (cell.leaf ? 6.6 : 7.4));
  if (room < 3 || cell.height < 15) return "";
  const { actor } = cell.node;
  if (actor?.kind === "conversation") return room >= 7 ? `…${actor.id.slice(-6)}` : room >= 4 ? actor.id.slice(-4) : "";
  const text = nameOf(cell);
  return text.length > room ? `${text.slice(0, room - 1)}…` : text;
}

function describe(cell: MapCell, colour: ColourBy): string {
  const { actor } = cell.node;
  if (!actor) return nameOf(cell);
  const heat = heatOf(actor, colour);
  return `${nameOf(cell)}, ${format.count(actor.messages)} messages, ${format.bytes(actor.bytes)}, ${colourNames[colour]} ${colour === "mailbox" ? format.count(heat) : format.duration(heat)}`;
}

interface PictureProps {
  cells: MapCell[];
  width: number;
  height: number;
  size: SizeBy;
  colour: ColourBy;
  up: string | null;
  point: (cell: MapCell | null) => void;
}

function Picture({ cells, width, height, size, colour, up, point }: PictureProps) {
  const [at, setAt] = useState("");
  const svg = useRef<SVGSVGElement>(null);
  const current = cells.find((cell) => cell.node.id === at) ?? cells[0];
  const move = (to: MapCell | null | undefined) => {
    if (!to) return;
    setAt(to.node.id);
    point(to);
    svg.current?.querySelector<SVGElement>(`[data-id="${CSS.escape(to.node.id)}"]`)?.focus();
  };
  const onKey = (event: KeyboardEvent) => {
    if (!current || event.altKey || event.ctrlKey || event.metaKey) return;
    const inside = (outer: MapCell, inner: MapCell) =>
      inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.width <= outer.x + outer.width + 0.5 && inner.y + inner.height <= outer.y + outer.height + 0.5;
    if (event.key.startsWith("Arrow")) move(neighbour(cells, current, event.key));
    else if (event.key === "PageDown") move(cells.find((cell) => cell.depth === current.depth + 1 && inside(current, cell)));
    else if (event.key === "PageUp") move(cells.find((cell) => cell.depth === current.depth - 1 && inside(cell, current)));
    else if ((event.key === "Backspace" || event.key === "Escape") && up !== null) goTo(up);
    else return;
    event.preventDefault();
  };
  return (
    <svg
      ref={svg} class="map" width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="group"
      aria-label="Map of the actors. Arrow keys move, Page down goes in, Page up goes out, Enter opens, Backspace goes up." data-testid="map" onKeyDown={onKey}
    >
      {cells.map((cell) => {
        const { actor } = cell.node;
        const tone = toneOf(heatOf(actor, colour), colour);
        const inner = (
          <rect
            x={cell.x + 0.5} y={cell.y + 0.5} width={Math.max(0, cell.width - 1)} height={Math.max(0, cell.height - 1)} rx={2}
            class={cell.leaf ? `cell tone-${tone}` : `frame depth-${cell.depth}`}
          />
        );
        const events = { onPointerEnter: () => point(cell), onFocus: () => { setAt(cell.node.id); point(cell); } };
        if (!actor || !opens(cell)) {
          return (
            <g key={cell.node.id} class={cell.node.others ? "others" : ""} {...events}>
              {inner}
            </g>
          );
        }
        return (
          <a
            key={cell.node.id} href={linkOf(actor, size, colour)} data-id={actor.id} tabindex={cell === current ? 0 : -1}
            aria-label={describe(cell, colour)} {...events}
          >
            {inner}
          </a>
        );
      })}
      {/* Above the cells, which have names of their own for those who do not see. */}
      <g aria-hidden="true">
        {cells.map((cell) => {
          const label = labelOf(cell);
          const tone = toneOf(heatOf(cell.node.actor, colour), colour);
          return label ? (
            <text key={cell.node.id} x={cell.x + 5} y={cell.y + 13} class={!cell.leaf ? "frame-text" : cell.node.others ? "others-text" : `on-tone-${tone}`}>
              {label}
            </text>
          ) : null;
        })}
      </g>
    </svg>
  );
}

function Choice<T extends string>({ label, value, of, names, change }: { label: string; value: T; of: readonly T[]; names: Record<T, string>; change: (value: T) => void }) {
  return (
    <label class="field">
      <span>{label}</span>
      <select value={value} onChange={(event) => change(event.currentTarget.value as T)}>
        {of.map((one) => (
          <option key={one} value={one}>
            {names[one]}
          </option>
        ))}
      </select>
    </label>
  );
}

export function MapView() {
  const { argument, query } = route.value;
  const size = sizes.find((one) => one === query.size) ?? "conversations";
  const colour = colours.find((one) => one === query.colour) ?? "waiting";
  const { place, width } = useWidth();
  const [pointed, setPointed] = useState("");
  const { data, error } = usePolled(`${argument} ${size}`, () => askFor(rootOf(argument), size), 3_000);
  const height = Math.max(320, Math.min(640, Math.round(width * 0.6), innerHeight - 260));
  const cells = useMemo(
    () => (data && width > 0 ? placeTree(buildTree(data, argument || null, size), { x: 0, y: 0, width, height }) : []),
    [data, width, height, argument, size],
  );
  const root = data?.find((actor) => actor.id === argument);
  const shown = data?.find((actor) => actor.id === pointed) ?? root;
  const at = (changed: { size?: SizeBy; colour?: ColourBy }) => stayAt(linkTo("map", argument, { size, colour, ...changed }));
  const above = root?.under && maySeeActor(whoami.value, root.under) ? root.under : "";
  const up = argument === "" ? null : linkTo("map", above, { size, colour });
  return (
    <>
      <Heading title={argument ? `Map of ${shortName(argument)}` : "Map of the actors"}>
        {up && (
          <a class="more" href={up} data-testid="map-up">
            ↑ {above ? shortName(above) : "all"}
          </a>
        )}
      </Heading>
      <div class="line">
        <Choice label="Area" value={size} of={sizes} names={{ conversations: "conversations", messages: "messages handled", bytes: "memory" }} change={(value) => at({ size: value })} />
        <Choice label="Colour" value={colour} of={colours} names={colourNames} change={(value) => at({ colour: value })} />
      </div>
      <Problem error={error} stale={data !== null} />
      <div ref={place} class="map-place">
        {cells.length > 0 ? (
          <Picture cells={cells} width={width} height={height} size={size} colour={colour} up={up} point={(cell) => setPointed(cell?.node.actor?.id ?? "")} />
        ) : data ? (
          <Empty>There is nothing to draw: no conversation is in memory here.</Empty>
        ) : (
          !error && <Loading />
        )}
      </div>
      <Legend by={colour} />
      {shown && (
        <section class="panel" data-testid="map-detail">
          <h2>
            <ActorLink id={shown.id} /> <State of={shown.state} />
          </h2>
          <ActorFacts actor={shown} />
        </section>
      )}
    </>
  );
}
