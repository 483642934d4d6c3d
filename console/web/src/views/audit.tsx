// Who did what, when and why; and whether the chain of entries is whole.
import { useState } from "preact/hooks";
import { ApiError, getAudit, verifyAudit } from "../api/client";
import { whoami } from "../api/session";
import type { AuditCheck, AuditEntry } from "../api/types";
import * as format from "../model/format";
import { kindOf } from "../model/ids";
import { now } from "../ui/clock";
import { ActorLink, Heading, Loading, State } from "../ui/parts";
import { usePolled } from "../ui/polled";
import { Problem } from "../ui/problem";
import { Table, type Column } from "../ui/table";

const columns: Column<AuditEntry>[] = [
  { key: "n", title: "No.", number: true, value: (entry) => entry.n },
  { key: "at", title: "When", value: (entry) => entry.at, show: (entry) => <time dateTime={entry.at}>{format.clock(entry.at, now.value)}</time> },
  { key: "who", title: "Who", value: (entry) => entry.who },
  { key: "action", title: "Action", value: (entry) => entry.action },
  { key: "on", title: "On", value: (entry) => entry.on, show: (entry) => (kindOf(entry.on) ? <ActorLink id={entry.on} /> : entry.on) },
  { key: "reason", title: "Reason", value: (entry) => entry.reason, show: (entry) => entry.reason ?? "–" },
  { key: "result", title: "Result", value: (entry) => entry.result, show: (entry) => <State of={entry.result} /> },
  { key: "node", title: "At node", value: (entry) => entry.node, wide: true },
  { key: "hash", title: "Hash", value: (entry) => entry.hash, show: (entry) => <code title={entry.hash}>{entry.hash.slice(0, 8)}…</code>, wide: true },
];

function Verify() {
  const [said, setSaid] = useState<AuditCheck | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const verify = () => {
    setSaid(null);
    setError(null);
    verifyAudit().then(setSaid, (failure: unknown) => setError(failure instanceof ApiError ? failure : new ApiError(0, String(failure), "", "")));
  };
  return (
    <>
      <button type="button" class="small" data-testid="verify" onClick={verify}>
        Verify the chain
      </button>
      <span role="status" class={said && !said.ok ? "problem" : "soft"} data-testid="verified">
        {said ? (said.ok ? `whole: ${format.count(said.entries)} entries` : `broken at entry ${String(said.broken_at)}`) : ""}
      </span>
      <Problem error={error} />
    </>
  );
}

export function AuditView() {
  const [pages, setPages] = useState<string[]>([]);
  const after = pages.at(-1) ?? null;
  const { data, error } = usePolled(after ?? "", () => getAudit(after), after ? 0 : 3_000);
  return (
    <>
      <Heading title="Audit log">
        {whoami.value?.operator && <Verify />}
      </Heading>
      <Problem error={error} stale={data !== null} />
      {data ? (
        <Table label="Audit log, the latest first" testid="audit" columns={columns} rows={data.entries} id={(entry) => String(entry.n)} empty="Nobody has done anything yet." />
      ) : (
        !error && <Loading />
      )}
      {(pages.length > 0 || data?.next) && (
        <div class="buttons left">
          <button type="button" disabled={pages.length === 0} onClick={() => setPages(pages.slice(0, -1))}>
            Newer
          </button>
          <button type="button" disabled={!data?.next} onClick={() => data?.next && setPages([...pages, data.next])}>
            Older
          </button>
        </div>
      )}
    </>
  );
}
