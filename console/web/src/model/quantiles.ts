import type { Histogram } from "../api/types";

export interface Quantile {
  us: number;
  /** It was slower than the last bound: `us` is that bound, the truth is more. */
  beyond: boolean;
}

/** What came into each bucket between two states of a histogram; null when it began anew or has other bounds. */
export function histogramBetween(before: Histogram | undefined, after: Histogram | undefined): Histogram | null {
  if (!before || before.count.length !== after?.count.length) return null;
  if (before.le_us.some((bound, index) => bound !== after.le_us[index])) return null;
  const count = after.count.map((value, index) => value - (before.count[index] ?? 0));
  return count.some((value) => value < 0) ? null : { le_us: after.le_us, count };
}

/** Several nodes' histograms together; those with other bounds than the first are left out. */
export function addHistograms(list: readonly (Histogram | null | undefined)[]): Histogram | null {
  let sum: Histogram | null = null;
  for (const one of list) {
    if (!one) continue;
    if (!sum) {
      sum = { le_us: one.le_us, count: [...one.count] };
      continue;
    }
    const target: Histogram = sum;
    if (one.count.length !== target.count.length || one.le_us.some((bound, i) => bound !== target.le_us[i])) continue;
    target.count = target.count.map((value, index) => value + (one.count[index] ?? 0));
  }
  return sum;
}

/** The q-quantile (0..1), linear inside its bucket; null when nothing was counted. */
export function quantile(of: Histogram | null | undefined, q: number): Quantile | null {
  if (!of) return null;
  const total = of.count.reduce((sum, value) => sum + value, 0);
  if (total <= 0) return null;
  const rank = q * total;
  let below = 0;
  for (let index = 0; index < of.count.length; index += 1) {
    const inside = of.count[index] ?? 0;
    if (inside > 0 && below + inside >= rank) {
      const lower = index === 0 ? 0 : (of.le_us[index - 1] ?? 0);
      const upper = of.le_us[index];
      if (upper === undefined) return { us: lower, beyond: true };
      return { us: lower + ((upper - lower) * Math.max(0, rank - below)) / inside, beyond: false };
    }
    below += inside;
  }
  return null;
}
