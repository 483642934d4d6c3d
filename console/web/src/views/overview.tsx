// All at a glance: rates, latency, queues, nodes, where the shards are.
import type { ComponentChildren } from "preact";
import { history, overview } from "../api/live";
import { whoami } from "../api/session";
import type { NodeView, Overview } from "../api/types";
import * as format from "../model/format";
import type { Sample } from "../model/history";
import type { Quantile } from "../model/quantiles";
import { sumKnown } from "../model/rates";
import { maySeeActor } from "../model/permissions";
import { linkTo, linkToActor } from "../model/routes";
import { ActorActions } from "../ui/actor_actions";
import { Heading, Loading, State, Tile } from "../ui/parts";
import { Table, type Column } from "../ui/table";
import { TimeChart } from "../ui/time_chart";
import { OwnTenants } from "./actors";
import { Placement } from "./placement";

const quantileText = (of: Quantile | null | undefined) => (of ? `${of.beyond ? "> " : ""}${format.duration(of.us)}` : "–");

const hasCounters = (nodes: readonly NodeView[]) => nodes.some((node) => node.counters);

/** A tenant's token may see nothing of nodes and shards but where they are: then its own tenants are what there is to see. */
const hasFigures = (view: Overview) => hasCounters(view.nodes) || view.shards.some((shard) => shard.messages !== undefined);

function Tiles({ sample, nodes }: { sample: Sample; nodes: readonly NodeView[] }) {
  const down = nodes.filter((node) => node.state === "gone" || node.state === "unreachable" || node.link === "down").length;
  const rss = sumKnown(nodes.map((node) => node.gauges?.rss_bytes));
  // A tenant's token sees no counters of nodes: then there are its shards' figures, and nothing else is pretended.
  const whole = hasCounters(nodes);
  return (
    <dl class="tiles" data-testid="tiles">
      <Tile name="Nodes" value={`${nodes.length - down} of ${nodes.length}`} tone={down ? "bad" : ""} note={down ? "not all reachable" : rss === null ? "" : `${format.bytes(rss)} of memory`} />
      <Tile name="Conversations" value={format.count(sample.conversations)} note="in memory" />
      <Tile name={whole ? "Committed" : "Messages"} value={format.rate(sample.committed)} testid="tile-committed" />
      {whole && <Tile name="Sends accepted" value={format.rate(sample.sent)} note={sample.retried ? `${format.rate(sample.retried)} retried` : ""} />}
      {whole && <Tile name="Webhook p99" value={quantileText(sample.p99)} note={sample.p50 ? `p50 ${quantileText(sample.p50)}` : ""} testid="tile-p99" />}
      <Tile name="In mailboxes" value={format.count(sample.mailbox)} note={sample.in_flight === null ? "" : `${format.count(sample.in_flight)} in flight`} />
      <Tile name="Unfolded rows" value={format.count(sample.unfolded)} />
      {whole && <Tile name="Trouble" value={format.rate(sample.trouble)} tone={sample.trouble ? "warn" : ""} note="refused or failed" />}
    </dl>
  );
}

function Charts({ whole }: { whole: boolean }) {
  const { samples } = history;
  const times = samples.map((sample) => sample.at / 1000);
  const of = (member: (sample: Sample) => number | null) => samples.map(member);
  const latest = samples.at(-1);
  const charts: ComponentChildren[] = [
    <TimeChart
      key="rates"
      title="Rates"
      testid="chart-rates"
      times={times}
      format={format.rate}
      series={whole ? [
        { title: "committed", line: 1, values: of((sample) => sample.committed) },
        { title: "sends accepted", line: 2, values: of((sample) => sample.sent) },
        { title: "repeats", line: 3, values: of((sample) => sample.repeated) },
      ] : [{ title: "messages", line: 1, values: of((sample) => sample.committed) }]}
    />,
    whole && <TimeChart
      key="latency"
      title="Webhook latency, over the last 10 s"
      testid="chart-latency"
      times={times}
      format={format.duration}
      series={[
        { title: "p50", line: 1, values: of((sample) => sample.p50?.us ?? null) },
        { title: "p99", line: 4, values: of((sample) => sample.p99?.us ?? null) },
      ]}
    />,
    <TimeChart
      key="queues"
      title="Queues"
      testid="chart-queues"
      times={times}
      format={format.short}
      series={[
        { title: "mailboxes", line: 1, values: of((sample) => sample.mailbox) },
        ...(whole ? [{ title: "in flight", line: 2, values: of((sample) => sample.in_flight) }] : []),
        { title: "unfolded", line: 3, values: of((sample) => sample.unfolded) },
      ]}
    />,
  ];
  const names = Object.keys(latest?.nodes ?? {});
  if (names.length > 1 && names.some((name) => latest?.nodes[name]?.committed !== null)) {
    charts.push(
      <TimeChart
        key="nodes"
        title="Committed, by node"
        times={times}
        format={format.rate}
        series={names.slice(0, 6).map((name, index) => ({ title: name, line: index + 1, values: of((sample) => sample.nodes[name]?.committed ?? null) }))}
      />,
    );
  }
  return <div class="charts">{charts}</div>;
}

/** How far a node's link and heartbeat are known to be well. */
function linkText(node: NodeView): string {
  if (node.link === "self") return "answers this";
  const age = node.heartbeat_age_ms;
  return [node.link ?? "", age === undefined || age === null ? "" : `${format.duration(age * 1000)} ago`].filter(Boolean).join(", ") || "–";
}

const columns: Column<NodeView>[] = [
  { key: "name", title: "Node", value: (node) => node.name, show: (node) => (maySeeActor(whoami.value, "node:") ? <a href={linkToActor(`node:${node.name}`)}>{node.name}</a> : node.name) },
  { key: "state", title: "State", value: (node) => node.state, show: (node) => <State of={node.state} /> },
  { key: "link", title: "Link", value: (node) => node.heartbeat_age_ms, show: linkText, wide: true },
  { key: "shards", title: "Shards", number: true, value: (node) => node.shards },
  { key: "conversations", title: "Conversations", number: true, value: (node) => node.conversations, show: (node) => format.count(node.conversations) },
  rateColumn("committed", "Committed", "events_committed"),
  rateColumn("sent", "Sends", "sends_accepted"),
  {
    key: "p99", title: "p99", number: true, value: (node) => history.nodeQuantile(node.name, 0.99)?.us,
    show: (node) => quantileText(history.nodeQuantile(node.name, 0.99)), hint: "Webhooks that came in at this node, over the last 10 s",
  },
  { key: "mailbox", title: "Mailboxes", number: true, value: (node) => node.gauges?.mailbox, show: (node) => format.count(node.gauges?.mailbox) },
  { key: "unfolded", title: "Unfolded", number: true, wide: true, value: (node) => node.gauges?.unfolded_rows, show: (node) => format.count(node.gauges?.unfolded_rows) },
  { key: "memory", title: "Memory", number: true, wide: true, value: (node) => node.gauges?.rss_bytes, show: (node) => format.bytes(node.gauges?.rss_bytes) },
  { key: "up", title: "Up", number: true, wide: true, value: (node) => node.gauges?.uptime_s, show: (node) => format.span(node.gauges?.uptime_s) },
  { key: "version", title: "Version", wide: true, value: (node) => node.version },
  {
    key: "actions", title: "Actions",
    show: (node) => (
      <ActorActions
        actor={{ id: `node:${node.name}`, kind: "node", name: node.name, state: node.state, tenant: null, node: node.name, shard: null }}
        after={() => undefined}
      />
    ),
  },
];

function rateColumn(key: string, title: string, counter: string): Column<NodeView> {
  const value = (node: NodeView) => history.nodeRate(node.name, counter);
  return { key, title, number: true, value, show: (node) => format.rate(value(node)) };
}

export function OverviewView() {
  const view = overview.value;
  const sample = history.samples.at(-1);
  if (!view || !sample) {
    return (
      <>
        <Heading title="Overview" />
        <Loading />
      </>
    );
  }
  return (
    <>
      <Heading title="Overview">
        <span class="soft">{view.cluster ? `cluster of ${view.nodes.length}, seen from node ${view.node}` : `one node, ${view.node}`}</span>
      </Heading>
      {view.unreachable && view.unreachable.length > 0 && (
        <p class="problem" role="alert">
          Not reached: <strong>{view.unreachable.join(", ")}</strong>. Figures of these nodes are missing below.
        </p>
      )}
      {hasFigures(view) ? (
        <>
          <Tiles sample={sample} nodes={view.nodes} />
          <Charts whole={hasCounters(view.nodes)} />
        </>
      ) : (
        <OwnTenants />
      )}
      <section>
        <h2>Nodes</h2>
        <Table label="Nodes" testid="nodes" columns={hasCounters(view.nodes) ? columns : columns.slice(0, 2)} rows={view.nodes} id={(node) => node.name} first="name" />
      </section>
      <section>
        <h2>
          Shards <a class="more" href={linkTo("shards")}>all figures</a>
        </h2>
        <Placement view={view} />
      </section>
    </>
  );
}
