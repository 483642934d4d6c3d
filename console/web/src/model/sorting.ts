// Tables sorted by a column: figures downwards first, names upwards; what is not known comes last either way.

export type Direction = "up" | "down";
export type Cell = number | string | null | undefined;

export function compareCells(a: Cell, b: Cell, direction: Direction): number {
  const missing = Number(unknown(a)) - Number(unknown(b));
  if (missing !== 0) return missing;
  const order = typeof a === "number" && typeof b === "number" ? a - b : naturally(String(a), String(b));
  return direction === "up" ? order : -order;
}

/** A sorted copy; equal rows keep their order. */
export function sorted<Row>(rows: readonly Row[], cell: (row: Row) => Cell, direction: Direction): Row[] {
  return rows
    .map((row, index) => ({ row, index }))
    .sort((a, b) => compareCells(cell(a.row), cell(b.row), direction) || a.index - b.index)
    .map(({ row }) => row);
}

function unknown(cell: Cell): boolean {
  return cell === null || cell === undefined || (typeof cell === "number" && Number.isNaN(cell));
}

/** "shard 9" before "shard 10". */
function naturally(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}
