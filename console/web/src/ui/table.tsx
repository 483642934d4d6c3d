// Tables whose columns sort, by mouse and by keyboard.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { sorted, type Cell, type Direction } from "../model/sorting";
import { Empty, Scroll } from "./parts";

export interface Column<Row> {
  key: string;
  title: string;
  /** What it is sorted by; also what is shown when there is no `show`. Without it the column does not sort. */
  value?: (row: Row) => Cell;
  show?: (row: Row) => ComponentChildren;
  number?: boolean;
  /** Left out where there is little room. */
  wide?: boolean;
  hint?: string;
}

interface TableProps<Row> {
  label: string;
  columns: Column<Row>[];
  rows: readonly Row[];
  id: (row: Row) => string;
  first?: string;
  direction?: Direction;
  /** Sorted elsewhere, by the daemon: then this is told and nothing is sorted here. */
  sort?: { key: string; direction: Direction; change: (key: string) => void; keys: readonly string[] };
  empty?: string;
  testid?: string;
}

export function Table<Row>(props: TableProps<Row>) {
  const { columns, rows, label, sort } = props;
  const [own, setOwn] = useState({ key: props.first ?? "", direction: props.direction ?? "up" });
  const key = sort?.key ?? own.key;
  const direction = sort?.direction ?? own.direction;
  const by = columns.find((column) => column.key === key)?.value;
  const shown = sort || !by ? rows : sorted(rows, by, direction);
  const sortable = (column: Column<Row>) => (sort ? sort.keys.includes(column.key) : column.value !== undefined);
  const choose = (column: Column<Row>) => {
    if (sort) sort.change(column.key);
    else if (key === column.key) setOwn({ key, direction: direction === "up" ? "down" : "up" });
    else setOwn({ key: column.key, direction: column.number ? "down" : "up" });
  };
  if (rows.length === 0) return <Empty>{props.empty ?? "Nothing here."}</Empty>;
  return (
    <Scroll label={label}>
      <table data-testid={props.testid}>
        <caption class="for-readers">{label}</caption>
        <thead>
          <tr>
            {columns.map((column) => {
              const current = column.key === key;
              return (
                <th
                  key={column.key}
                  scope="col"
                  class={classOf(column)}
                  {...(current ? { "aria-sort": direction === "up" ? ("ascending" as const) : ("descending" as const) } : {})}
                >
                  {sortable(column) ? (
                    <button type="button" class="sort" title={column.hint} onClick={() => choose(column)}>
                      {column.title}
                      <span aria-hidden="true">{current ? (direction === "up" ? "\u00a0▲" : "\u00a0▼") : ""}</span>
                    </button>
                  ) : (
                    <span title={column.hint}>{column.title}</span>
                  )}
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <tr key={props.id(row)} data-id={props.id(row)}>
              {columns.map((column) => (
                <td key={column.key} class={classOf(column)}>
                  {column.show ? column.show(row) : (column.value?.(row) ?? "–")}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function classOf<Row>(column: Column<Row>): string {
  return [column.number ? "number" : "", column.wide ? "wide" : "", column.key === "actions" ? "acts" : ""].filter(Boolean).join(" ");
}
