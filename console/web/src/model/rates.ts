// Rates from differences of cumulative counters. A counter that fell began anew: then nothing is said, rather than
// something wrong.

export interface Reading {
  /** Milliseconds since 1970. */
  at: number;
  value: number;
}

/** Per second between two readings; null when that cannot be said. */
export function perSecond(before: Reading | undefined, after: Reading | undefined): number | null {
  if (!before || !after) return null;
  const seconds = (after.at - before.at) / 1000;
  const grown = after.value - before.value;
  if (!(seconds > 0) || !(grown >= 0)) return null;
  return grown / seconds;
}

/** How much a counter grew; null when it began anew or is not known. */
export function grown(before: number | undefined, after: number | undefined): number | null {
  if (before === undefined || after === undefined || after < before) return null;
  return after - before;
}

/** The sum of what is known; null when nothing is. */
export function sumKnown(values: readonly (number | null | undefined)[]): number | null {
  let sum = 0;
  let known = false;
  for (const value of values) {
    if (value === null || value === undefined) continue;
    sum += value;
    known = true;
  }
  return known ? sum : null;
}

/** Mean of `total` over `messages`, for example waiting a message; null without messages. */
export function meanOf(total: number | null | undefined, messages: number | null | undefined): number | null {
  if (total === null || total === undefined || !messages) return null;
  return total / messages;
}
