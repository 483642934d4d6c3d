// What happened to one message: every hop with its times, what was decided, and what was sent for it.
import { useState } from "preact/hooks";
import { getTrace, type Reveal } from "../api/client";
import type { Send, Trace } from "../api/types";
import * as format from "../model/format";
import { shortWamid } from "../model/ids";
import { linkTo } from "../model/routes";
import { layOut } from "../model/waterfall";
import { now } from "../ui/clock";
import { ActorLink, Heading, Loading, State, Tile } from "../ui/parts";
import { usePolled } from "../ui/polled";
import { Problem } from "../ui/problem";
import { RevealButton } from "../ui/reveal";
import { goTo, route } from "../ui/router";
import { StateTree } from "../ui/state_tree";
import { Table, type Column } from "../ui/table";
import { WaterfallPicture } from "../ui/waterfall_picture";
import { TraceStream } from "./trace_stream";

const sendColumns: Column<Send>[] = [
  { key: "type", title: "Type", value: (send) => send.type },
  { key: "status", title: "Status", value: (send) => send.status, show: (send) => <State of={send.status} /> },
  { key: "attempts", title: "Attempts", number: true, value: (send) => send.attempts },
  { key: "waiting", title: "Waited", number: true, value: (send) => send.waiting_us, show: (send) => format.duration(send.waiting_us) },
  { key: "http", title: "HTTP", number: true, value: (send) => send.http_us, show: (send) => format.duration(send.http_us) },
  { key: "at", title: "Made", value: (send) => send.at, show: (send) => format.clock(send.at, now.value) },
  { key: "status_at", title: "Status of", value: (send) => send.status_at, show: (send) => format.clock(send.status_at, now.value) },
  { key: "error", title: "Error", value: (send) => send.error?.title, show: (send) => (send.error ? `${send.error.code ?? ""} ${send.error.title ?? ""}` : "–") },
  { key: "id", title: "Outbox id", value: (send) => send.id, show: (send) => <code>{send.id.slice(0, 8)}…</code>, wide: true },
];

export function TraceBody({ trace }: { trace: Trace }) {
  const picture = layOut(trace.hops, trace.total_us);
  const off = picture.unaccounted_us;
  return (
    <>
      <dl class="tiles" data-testid="trace-tiles" data-total={trace.total_us ?? ""} data-sum={picture.sum_us} data-adds-up={String(picture.adds_up)}>
        <Tile name="Total" value={format.duration(trace.total_us)} note={trace.complete ? "" : "not all of it is remembered"} tone={trace.complete ? "" : "warn"} />
        <Tile
          name="Hops together" value={format.duration(picture.sum_us)}
          note={off === null ? "" : picture.adds_up ? "adds up" : `${format.duration(Math.abs(off))} ${off > 0 ? "not accounted for" : "too much"}`}
          tone={picture.adds_up === false ? "warn" : ""}
        />
        <Tile tone="time" name="Received" value={format.clock(trace.received_at, now.value)} />
        <Tile tone="time" name="Committed" value={format.clock(trace.committed_at, now.value)} note={trace.seq === undefined ? "" : `sequence ${trace.seq}, epoch ${trace.epoch ?? "–"}`} />
      </dl>
      <section class="panel">
        <h2>Hops</h2>
        <WaterfallPicture picture={picture} />
      </section>
      <div class="two-columns">
        <section class="panel" data-testid="decided">
          <h2>Decided</h2>
          {trace.decided ? <StateTree value={trace.decided} /> : <p class="soft">Nothing is known of it.</p>}
        </section>
        <section class="panel">
          <h2>Sent</h2>
          <Table label="What was sent for it" testid="sends" columns={sendColumns} rows={trace.sends ?? []} id={(send) => send.id} empty="Nothing was sent for it." />
        </section>
      </div>
    </>
  );
}

function TracePage({ wamid, tenant }: { wamid: string; tenant: string | null }) {
  const [opened, setOpened] = useState<{ reveal: Reveal; trace: Trace } | null>(null);
  const key = `${wamid} ${tenant ?? ""} ${opened ? "revealed" : ""}`;
  const polled = usePolled(key, () => (opened ? Promise.resolve(opened.trace) : getTrace(wamid, tenant, null)), opened ? 0 : 3_000);
  const { error } = polled;
  const data = opened?.trace ?? polled.data;
  return (
    <>
      <nav class="path" aria-label="Where it is">
        <ol>
          <li>
            <a href={linkTo("trace")}>Traces</a>
          </li>
          {data && (
            <li>
              <ActorLink id={data.conversation} />
            </li>
          )}
          <li aria-current="page">message</li>
        </ol>
      </nav>
      <Heading title="Trace of a message">
        {data && (
          <RevealButton
            shown={opened?.reveal ?? null} what="this message" hide={() => setOpened(null)}
            reveal={async (reveal) => {
              setOpened({ reveal, trace: await getTrace(wamid, tenant, reveal) });
            }}
          />
        )}
      </Heading>
      <p class="facts soft">
        <code title={wamid}>{shortWamid(wamid)}</code> {data && <>of {data.tenant}, {data.shard} on node {data.node}</>}
      </p>
      <Problem error={error} stale={data !== null} />
      {data ? <TraceBody trace={data} /> : !error && <Loading />}
    </>
  );
}

function TraceSearch() {
  const [text, setText] = useState("");
  const open = (event: Event) => {
    event.preventDefault();
    if (text.trim()) goTo(linkTo("trace", text.trim()));
  };
  return (
    <form class="line" onSubmit={open}>
      <label class="field grow">
        <span>Message id (wamid)</span>
        <input type="text" value={text} onInput={(event) => setText(event.currentTarget.value)} autoComplete="off" spellcheck={false} placeholder="wamid.…" />
      </label>
      <button type="submit" class="primary">
        Open trace
      </button>
    </form>
  );
}

export function TraceView() {
  const { argument, query } = route.value;
  if (argument) return <TracePage key={argument} wamid={argument} tenant={query.tenant ?? null} />;
  return (
    <>
      <Heading title="Traces" />
      <TraceSearch />
      <TraceStream />
    </>
  );
}
