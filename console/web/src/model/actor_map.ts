// The tree of actors as nested boxes, from flat lists: shards, tenants, and the conversations that weigh most.
import type { Actor } from "../api/types";
import { meanOf } from "./rates";
import { squarify, type Box } from "./treemap";

export type SizeBy = "conversations" | "messages" | "bytes";
export type ColourBy = "waiting" | "waiting_max" | "mailbox";

export interface MapNode {
  id: string;
  actor: Actor | null;
  /** Stands for so many children that are too small, or were not asked for. */
  others: number;
  weight: number;
  children: MapNode[];
}

export interface MapCell extends Box {
  node: MapNode;
  depth: number;
  leaf: boolean;
}

const headHeight = 18;
const gap = 2;
const smallest = 5;

/** Weight of a conversation, or what is left of its parent's sum when not all of its children are there. */
function weightOf(actor: Actor, by: SizeBy): number {
  if (by === "messages") return actor.messages ?? 0;
  if (by === "bytes") return actor.bytes ?? 0;
  return actor.kind === "conversation" ? 1 : (actor.children ?? 0);
}

/** Builds the tree below `root` (an actor's id, or null for all) from actors in any order. */
export function buildTree(actors: readonly Actor[], root: string | null, by: SizeBy): MapNode[] {
  const below = new Map<string, Actor[]>();
  const ids = new Set(actors.map((actor) => actor.id));
  for (const actor of actors) {
    if (actor.id === root) continue;
    const parent = actor.under !== null && ids.has(actor.under) ? actor.under : "";
    const siblings = below.get(parent);
    if (siblings) siblings.push(actor);
    else below.set(parent, [actor]);
  }
  const build = (actor: Actor): MapNode => {
    const children = (below.get(actor.id) ?? []).map(build);
    const known = children.reduce((sum, child) => sum + child.weight, 0);
    // A tenant's children are its conversations; of others `children` are no conversations, so only what is below counts.
    const own = actor.kind === "tenant" || actor.kind === "conversation" || by !== "conversations" ? weightOf(actor, by) : 0;
    const rest = own - known;
    if (children.length > 0 && rest > 0) {
      const count = Math.max(0, (actor.children ?? 0) - children.length);
      if (count > 0) children.push({ id: `${actor.id}#others`, actor: null, others: count, weight: rest, children: [] });
    }
    const all = children.reduce((sum, child) => sum + child.weight, 0);
    return { id: actor.id, actor, others: 0, weight: Math.max(own, all), children };
  };
  const start = root !== null && ids.has(root) ? (below.get(root) ?? below.get("") ?? []) : (below.get("") ?? []);
  return start.map(build);
}

/** Places a tree in a box. A node with room for its head and its children shows them inside. */
export function placeTree(nodes: readonly MapNode[], into: Box, depth = 0): MapCell[] {
  const boxes = squarify(nodes.map((node) => node.weight), into);
  return nodes.flatMap((node, index): MapCell[] => {
    const box = boxes[index];
    if (!box || box.width < 1 || box.height < 1) return [];
    const inside = { x: box.x + gap, y: box.y + headHeight, width: box.width - 2 * gap, height: box.height - headHeight - gap };
    const opens = node.children.length > 0 && inside.width > 3 * smallest && inside.height > 3 * smallest;
    const cell: MapCell = { ...box, node, depth, leaf: !opens };
    return opens ? [cell, ...placeTree(node.children, inside, depth + 1)] : [cell];
  });
}

/** What the colour stands for; null when there is nothing to say. */
export function heatOf(actor: Actor | null, by: ColourBy): number | null {
  if (!actor) return null;
  if (by === "mailbox") return actor.mailbox ?? null;
  if (by === "waiting_max") return actor.waiting_max_us ?? null;
  return meanOf(actor.waiting_us, actor.messages);
}

const bounds: Record<ColourBy, readonly number[]> = {
  waiting: [100, 500, 2_000, 10_000, 50_000],
  waiting_max: [500, 5_000, 20_000, 100_000, 500_000],
  mailbox: [0.5, 5, 20, 100, 500],
};

/** 0 (calm) to 5 (hot). */
export function toneOf(heat: number | null, by: ColourBy): number {
  if (heat === null) return 0;
  return bounds[by].filter((bound) => heat >= bound).length;
}

export const toneBounds = (by: ColourBy) => bounds[by];

/** The neighbour in a direction among cells, for moving with the arrow keys. */
export function neighbour(cells: readonly MapCell[], from: MapCell, key: string): MapCell | null {
  const middle = (cell: Box) => ({ x: cell.x + cell.width / 2, y: cell.y + cell.height / 2 });
  const start = middle(from);
  let best: MapCell | null = null;
  let nearest = Infinity;
  for (const cell of cells) {
    if (cell === from || cell.depth !== from.depth) continue;
    const to = middle(cell);
    const [ahead, aside] =
      key === "ArrowRight" ? [to.x - start.x, to.y - start.y]
      : key === "ArrowLeft" ? [start.x - to.x, to.y - start.y]
      : key === "ArrowDown" ? [to.y - start.y, to.x - start.x]
      : [start.y - to.y, to.x - start.x];
    if (ahead <= 0.5) continue;
    const distance = ahead + 2 * Math.abs(aside);
    if (distance < nearest) {
      nearest = distance;
      best = cell;
    }
  }
  return best;
}
