// Messages as they pass by: of one conversation, of a tenant, or a share of all.
import { useState } from "preact/hooks";
import { connection, skipped, watch, watched, watching, type Watch } from "../api/live";
import { whoami } from "../api/session";
import type { Trace } from "../api/types";
import * as format from "../model/format";
import { shortWamid } from "../model/ids";
import { linkToTrace } from "../model/routes";
import { layOut } from "../model/waterfall";
import { now } from "../ui/clock";
import { ActorLink } from "../ui/parts";
import { tell } from "../ui/notices";
import { Table, type Column } from "../ui/table";
import { MiniWaterfall } from "../ui/waterfall_picture";

const nodesOf = (trace: Trace) => [...new Set(trace.hops.map((hop) => hop.node).filter(Boolean))].join(" → ");

const columns: Column<Trace>[] = [
  { key: "at", title: "Received", value: (trace) => trace.received_at, show: (trace) => format.clock(trace.received_at, now.value) },
  { key: "wamid", title: "Message", value: (trace) => trace.wamid, show: (trace) => <a href={linkToTrace(trace.wamid, trace.tenant)}>{shortWamid(trace.wamid)}</a> },
  { key: "conversation", title: "Conversation", value: (trace) => trace.conversation, show: (trace) => <ActorLink id={trace.conversation} /> },
  { key: "nodes", title: "Nodes", value: nodesOf },
  { key: "total", title: "Total", number: true, value: (trace) => trace.total_us, show: (trace) => format.duration(trace.total_us) },
  { key: "hops", title: "Hops", show: (trace) => <MiniWaterfall picture={layOut(trace.hops, trace.total_us)} /> },
];

function wanted(kind: string, text: string): Watch | null {
  if (kind === "share") {
    const percent = Number(text);
    return percent > 0 && percent <= 100 ? { share: percent / 100 } : null;
  }
  if (text === "") return null;
  return kind === "tenant" ? { tenant: text } : { conversation: text };
}

export function TraceStream() {
  const operator = whoami.value?.operator ?? false;
  const [kind, setKind] = useState(operator ? "share" : "tenant");
  const [text, setText] = useState(operator ? "100" : (whoami.value?.tenants[0] ?? ""));
  const on = watching.value !== null && watching.value.until > now.value;
  const start = (event: Event) => {
    event.preventDefault();
    if (on) {
      watch(null);
      return;
    }
    const what = wanted(kind, text.trim());
    if (!what) tell("Say which: a share from above 0 to 100 %, a tenant, or a conversation's id.", { bad: true });
    else if (!watch(what, 120)) tell("Watching needs the live connection, which is not there just now.", { bad: true });
  };
  return (
    <section>
      <h2>
        Passing by{" "}
        <span class="soft">
          {on && watching.value ? `for ${format.span((watching.value.until - now.value) / 1000)} more` : ""}
          {skipped.value > 0 ? ` ${format.count(skipped.value)} were too many to show` : ""}
        </span>
      </h2>
      <form class="line" onSubmit={start}>
        <label class="field">
          <span>Watch</span>
          <select value={kind} disabled={on} onChange={(event) => setKind(event.currentTarget.value)}>
            {operator && <option value="share">a share of all, in percent</option>}
            <option value="tenant">a tenant</option>
            <option value="conversation">a conversation</option>
          </select>
        </label>
        <label class="field grow">
          <span>Which</span>
          <input type="text" value={text} disabled={on} onInput={(event) => setText(event.currentTarget.value)} autoComplete="off" spellcheck={false} />
        </label>
        <button type="submit" class={on ? "" : "primary"} data-testid="watch" disabled={!on && connection.value !== "live"}>
          {on ? "Stop" : "Watch for 2 min"}
        </button>
      </form>
      <Table
        label="Messages passing by" testid="watched" columns={columns} rows={watched.value} id={(trace) => trace.wamid}
        empty={on ? "Waiting for a message…" : connection.value === "live" ? "Nothing is watched." : "Watching needs the live connection."}
      />
    </section>
  );
}
