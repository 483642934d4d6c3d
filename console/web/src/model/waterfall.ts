import type { Hop } from "../api/types";

export type SegmentKind = "waiting" | "handling" | "transit" | "commit";

export interface Segment {
  kind: SegmentKind;
  start_us: number;
  length_us: number;
}

export interface WaterfallRow {
  hop: Hop;
  title: string;
  where: string;
  start_us: number;
  length_us: number;
  /** Without times: the node no longer remembers. */
  known: boolean;
  segments: Segment[];
}

export interface Waterfall {
  rows: WaterfallRow[];
  sum_us: number;
  /** What the axis must hold. */
  width_us: number;
  /** Total less sum; null when the total is not known. */
  unaccounted_us: number | null;
  /** The hops make up the total within 5 % or 200 µs. */
  adds_up: boolean | null;
}

const parts: readonly (readonly [SegmentKind, keyof Hop])[] = [
  ["waiting", "waiting_us"],
  ["transit", "transit_us"],
  ["handling", "handling_us"],
  ["commit", "commit_us"],
];

const titles: Record<string, string> = {
  edge: "Edge",
  home: "Home of the tenant",
  transit: "Between nodes",
  shard: "Shard",
  tenant: "Tenant",
  conversation: "Conversation",
  commit: "Commit",
  answer: "Answer",
};

/** Lays the hops one behind the other, as they were. */
export function layOut(hops: readonly Hop[], total_us: number | null): Waterfall {
  let at = 0;
  const rows = hops.map((hop): WaterfallRow => {
    const start = at;
    const segments: Segment[] = [];
    let known = false;
    for (const [kind, member] of parts) {
      const length = hop[member];
      if (typeof length !== "number") continue;
      known = true;
      if (length <= 0) continue;
      segments.push({ kind, start_us: at, length_us: length });
      at += length;
    }
    const where = hop.hop === "transit" ? `${hop.node ?? "?"} → ${hop.to ?? "?"}` : (hop.node ?? "");
    return { hop, title: titles[hop.hop] ?? hop.hop, where, start_us: start, length_us: at - start, known, segments };
  });
  const unaccounted = total_us === null ? null : total_us - at;
  return {
    rows,
    sum_us: at,
    width_us: Math.max(at, total_us ?? 0, 1),
    unaccounted_us: unaccounted,
    adds_up: unaccounted === null ? null : Math.abs(unaccounted) <= Math.max(200, (total_us ?? 0) * 0.05),
  };
}

/** Round marks from 0 to at most `width_us`, some `wanted` of them. */
export function ticks(width_us: number, wanted = 5): number[] {
  const rough = width_us / Math.max(1, wanted);
  const power = 10 ** Math.floor(Math.log10(Math.max(rough, 1)));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? 10 * power;
  const marks = [];
  for (let mark = 0; mark <= width_us; mark += step) marks.push(mark);
  return marks;
}
