// Any JSON value as nested lists of names and values: what a conversation holds changes faster than consoles do.
import * as format from "../model/format";
import { now } from "./clock";
import { Empty, Redacted } from "./parts";

const isObject = (value: unknown): value is Record<string, unknown> => value !== null && typeof value === "object" && !Array.isArray(value);

const isMoney = (value: Record<string, unknown>) => typeof value.amount === "string" && typeof value.currency === "string" && Object.keys(value).length === 2;

const timePattern = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

function Leaf({ value }: { value: unknown }) {
  if (value === null || value === undefined) return <span class="soft">none</span>;
  if (typeof value === "boolean") return <span>{value ? "yes" : "no"}</span>;
  if (typeof value === "number") return <span>{Number.isInteger(value) ? format.count(value) : value}</span>;
  if (typeof value === "string") {
    if (timePattern.test(value)) return <time dateTime={value} title={value}>{format.clock(value, now.value)}</time>;
    return value === "" ? <span class="soft">empty</span> : <Redacted text={value} />;
  }
  return <code>{JSON.stringify(value)}</code>;
}

function Value({ value }: { value: unknown }) {
  if (Array.isArray(value)) {
    if (value.length === 0) return <span class="soft">none</span>;
    return (
      <ol class="state-list">
        {value.map((one: unknown, index) => (
          <li key={index}>
            <Value value={one} />
          </li>
        ))}
      </ol>
    );
  }
  if (isObject(value)) {
    if (isMoney(value)) return <span>{`${String(value.currency)} ${String(value.amount)}`}</span>;
    return <Members of={value} />;
  }
  return <Leaf value={value} />;
}

function Members({ of }: { of: Record<string, unknown> }) {
  const entries = Object.entries(of);
  if (entries.length === 0) return <span class="soft">none</span>;
  return (
    <dl class="state-members">
      {entries.map(([name, value]) => (
        <div key={name} class={Array.isArray(value) || (isObject(value) && !isMoney(value)) ? "nested" : ""}>
          <dt>{name.replaceAll("_", " ")}</dt>
          <dd>
            <Value value={value} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** The members of a value as sections that open and close. */
export function StateTree({ value }: { value: Record<string, unknown> }) {
  const entries = Object.entries(value);
  if (entries.length === 0) return <Empty>Empty.</Empty>;
  const plain = Object.fromEntries(entries.filter(([, one]) => one === null || typeof one !== "object"));
  const nested = entries.filter(([, one]) => one !== null && typeof one === "object");
  return (
    <div class="state-tree">
      {Object.keys(plain).length > 0 && <Members of={plain} />}
      {nested.map(([name, one]) => (
        <details key={name} open>
          <summary>{name.replaceAll("_", " ")}</summary>
          <Value value={one} />
        </details>
      ))}
    </div>
  );
}
