// What was put aside: dead letters of a tenant, and signed input that was nobody's.
import { useState } from "preact/hooks";
import { actOnLetter, dropSetAside, getLetters, getSetAside, getTenants } from "../api/client";
import { whoami } from "../api/session";
import type { Letter, LetterList } from "../api/types";
import * as format from "../model/format";
import { mayAct, mayActOnTenant } from "../model/permissions";
import { linkTo } from "../model/routes";
import { askToAct } from "../ui/action_dialog";
import { now } from "../ui/clock";
import { Heading, Loading } from "../ui/parts";
import { usePolled } from "../ui/polled";
import { Problem } from "../ui/problem";
import { route, stayAt } from "../ui/router";
import { Table, type Column } from "../ui/table";

const outcomes: Record<string, string> = { applied: "it was applied", applied_before: "it had been applied before", dropped: "it is gone" };
const words = (text: string) => text.replaceAll("_", " ");

function askReplay(tenant: string, letter: Letter, after: () => void): void {
  askToAct({
    title: "Replay the dead letter",
    explains: `The ${letter.type ?? letter.kind} goes to its conversation again. It is applied at most once; if its handler fails again, it stays here.`,
    verb: "Replay",
    after,
    run: async (reason) => {
      const answer = await actOnLetter(tenant, letter.id, "replay", reason);
      return { text: `Replayed: ${outcomes[answer.outcome ?? ""] ?? "done"}`, audit: answer.audit };
    },
  });
}

function askDrop(what: string, run: (reason: string) => Promise<{ audit?: number | null }>, after: () => void): void {
  askToAct({
    title: `Drop ${what}`,
    explains: "It is removed for good and will never be applied.",
    confirm: "Yes, remove it for good",
    verb: "Drop",
    after,
    run: async (reason) => ({ text: "Dropped", audit: (await run(reason)).audit }),
  });
}

const common: Column<Letter>[] = [
  { key: "at", title: "When", value: (letter) => letter.at, show: (letter) => format.clock(letter.at, now.value) },
  { key: "kind", title: "What", value: (letter) => `${letter.kind} ${letter.type ?? ""}`, show: (letter) => (letter.type ? `${words(letter.kind)}, ${words(letter.type)}` : words(letter.kind)) },
  { key: "reason", title: "Reason", value: (letter) => letter.reason, show: (letter) => words(letter.reason) },
  { key: "why", title: "Why", value: (letter) => letter.why },
  { key: "number", title: "Number", value: (letter) => letter.phone_number_id, wide: true },
  { key: "id", title: "Id", value: (letter) => letter.id, show: (letter) => <code title={letter.id}>{letter.id.slice(0, 8)}…</code>, wide: true },
];

function Letters({ cacheKey, ask, label, empty, actions }: {
  cacheKey: string;
  ask: (after: string | null) => Promise<LetterList>;
  label: string;
  empty: string;
  actions: ((letter: Letter, refresh: () => void) => preact.ComponentChildren) | null;
}) {
  const [pages, setPages] = useState<string[]>([]);
  const after = pages.at(-1) ?? null;
  const { data, error, refresh } = usePolled(`${cacheKey} ${after ?? ""}`, () => ask(after), 5_000);
  const columns = actions ? [...common, { key: "actions", title: "Actions", show: (letter: Letter) => actions(letter, refresh) }] : common;
  return (
    <>
      <Problem error={error} stale={data !== null} />
      {data ? <Table label={label} testid="letters" columns={columns} rows={data.items} id={(letter) => letter.id} empty={empty} /> : !error && <Loading />}
      {(pages.length > 0 || data?.next) && (
        <div class="buttons left">
          <button type="button" disabled={pages.length === 0} onClick={() => setPages(pages.slice(0, -1))}>
            Newer
          </button>
          <button type="button" disabled={!data?.next} onClick={() => data?.next && setPages([...pages, data.next])}>
            More
          </button>
        </div>
      )}
    </>
  );
}

export function LettersView() {
  const who = whoami.value;
  const { data, error } = usePolled("tenants", () => getTenants(null), 30_000);
  const tenants = data?.tenants.map((tenant) => tenant.id) ?? [];
  const aside = who?.operator === true && route.value.query.set_aside === "yes";
  const tenant = route.value.query.tenant ?? tenants[0] ?? "";
  return (
    <>
      <Heading title="Dead letters" />
      <div class="line">
        <label class="field">
          <span>Of</span>
          <select
            data-testid="letters-of" value={aside ? "#aside" : tenant}
            onChange={(event) => {
              const chosen = event.currentTarget.value;
              stayAt(linkTo("letters", "", chosen === "#aside" ? { set_aside: "yes" } : { tenant: chosen }));
            }}
          >
            {[...new Set([...tenants, ...(tenant ? [tenant] : [])])].map((id) => (
              <option key={id} value={id}>
                {id}
              </option>
            ))}
            {who?.operator && <option value="#aside">nobody: set aside</option>}
          </select>
        </label>
      </div>
      <Problem error={error} />
      {aside ? (
        <Letters
          key="aside" cacheKey="aside" ask={getSetAside} label="Set aside" empty="Nothing is set aside."
          actions={mayAct(who) ? (letter, refresh) => (
            <button type="button" class="small" onClick={() => askDrop("what was set aside", (reason) => dropSetAside(letter.id, reason), refresh)}>
              Drop
            </button>
          ) : null}
        />
      ) : tenant ? (
        <Letters
          key={tenant} cacheKey={tenant} ask={(after) => getLetters(tenant, after)} label={`Dead letters of ${tenant}`} empty={`${tenant} has no dead letters.`}
          actions={mayActOnTenant(who, tenant) ? (letter, refresh) => (
            <div class="actions">
              <button type="button" class="small" data-testid="replay" onClick={() => askReplay(tenant, letter, refresh)}>
                Replay
              </button>
              <button type="button" class="small" data-testid="drop" onClick={() => askDrop("the dead letter", (reason) => actOnLetter(tenant, letter.id, "drop", reason), refresh)}>
                Drop
              </button>
            </div>
          ) : null}
        />
      ) : (
        data && <p class="empty">There is no tenant.</p>
      )}
    </>
  );
}
