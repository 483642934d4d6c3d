// What the charts show: one sample for each overview that came, made from differences to earlier ones.
import type { Histogram, NodeView, Overview, ShardView } from "../api/types";
import { addHistograms, histogramBetween, quantile, type Quantile } from "./quantiles";
import { grown, perSecond, sumKnown } from "./rates";

export interface NodeSample {
  committed: number | null;
  handled: number | null;
  sent: number | null;
  mailbox: number | null;
}

export interface Sample {
  /** Milliseconds since 1970, by the answering node's clock. */
  at: number;
  committed: number | null;
  repeated: number | null;
  sent: number | null;
  retried: number | null;
  trouble: number | null;
  journal: number | null;
  p50: Quantile | null;
  p99: Quantile | null;
  mailbox: number | null;
  in_flight: number | null;
  unfolded: number | null;
  conversations: number | null;
  nodes: Record<string, NodeSample>;
}

export interface ShardRates {
  messages: number | null;
  /** Microseconds of waiting a message, of late. */
  waiting: number | null;
  handling: number | null;
}

/** Latency and the tables' rates look back so far: one second alone says little. */
const windowMs = 10_000;
const keptMs = 15 * 60_000;
/** Of two overviews in such short order the second says nothing about rates. */
const leastMs = 250;

export class History {
  readonly samples: Sample[] = [];
  private recent: { at: number; view: Overview }[] = [];

  /** Takes an overview in; one that is not newer than the last, or comes from another node's clock, begins anew. */
  add(view: Overview): void {
    const at = Date.parse(view.at);
    if (Number.isNaN(at)) return;
    if (this.recent.at(-1)?.view.node !== view.node) {
      this.recent = [];
      // Time goes forward in a chart, also when the clock of the node that answers now is behind.
      while ((this.samples.at(-1)?.at ?? -1) >= at) this.samples.pop();
    }
    const before = this.recent.at(-1);
    if (before && at - before.at < leastMs) return;
    this.samples.push(sampleOf(before, { at, view }, this.before(at)));
    this.recent.push({ at, view });
    const since = at - windowMs - 2_000;
    this.recent = this.recent.filter((one) => one.at >= since);
    while ((this.samples[0]?.at ?? at) < at - keptMs) this.samples.shift();
  }

  /** Forgets everything, for example when somebody else logs in. */
  clear(): void {
    this.samples.length = 0;
    this.recent = [];
  }

  /** Rates of a node's counter over the last seconds. */
  nodeRate(name: string, counter: string): number | null {
    const [first, last] = this.ends();
    if (!first || !last) return null;
    return rateOf(first.at, nodeOf(first.view, name), last.at, nodeOf(last.view, name), counter);
  }

  nodeQuantile(name: string, q: number): Quantile | null {
    const [first, last] = this.ends();
    if (!first || !last) return null;
    return quantile(histogramBetween(nodeOf(first.view, name)?.latency, nodeOf(last.view, name)?.latency), q);
  }

  shardRates(id: string): ShardRates {
    const [first, last] = this.ends();
    const before = first?.view.shards.find((shard) => shard.id === id);
    const after = last?.view.shards.find((shard) => shard.id === id);
    if (!first || !last || !before || !after || first === last || before.node !== after.node) {
      return { messages: null, waiting: null, handling: null };
    }
    const messages = grown(before.messages, after.messages);
    const mean = (member: "waiting_us" | "handling_us") => {
      const more = grown(before[member], after[member]);
      return more === null || !messages ? null : more / messages;
    };
    return {
      messages: perSecond(reading(first.at, before.messages), reading(last.at, after.messages)),
      waiting: mean("waiting_us"),
      handling: mean("handling_us"),
    };
  }

  private ends() {
    return [this.recent[0], this.recent.at(-1)] as const;
  }

  /** The oldest overview that is still within the window. */
  private before(at: number): Overview | undefined {
    return this.recent.find((one) => one.at >= at - windowMs)?.view;
  }
}

function nodeOf(view: Overview | undefined, name: string): NodeView | undefined {
  return view?.nodes.find((node) => node.name === name);
}

function reading(at: number, value: number | undefined) {
  return value === undefined ? undefined : { at, value };
}

function rateOf(beforeAt: number, before: NodeView | undefined, at: number, after: NodeView | undefined, counter: string) {
  return perSecond(reading(beforeAt, before?.counters?.[counter]), reading(at, after?.counters?.[counter]));
}

function sampleOf(before: { at: number; view: Overview } | undefined, now: { at: number; view: Overview }, back: Overview | undefined): Sample {
  const total = (counter: string) =>
    sumKnown(now.view.nodes.map((node) => (before ? rateOf(before.at, nodeOf(before.view, node.name), now.at, node, counter) : null)));
  const gauge = (name: string) => sumKnown(now.view.nodes.map((node) => node.gauges?.[name]));
  const latency: Histogram | null = addHistograms(
    now.view.nodes.map((node) => histogramBetween(nodeOf(back, node.name)?.latency, node.latency)),
  );
  // A tenant's token sees no counters of nodes, but its shards.
  const shards = sumKnown(
    now.view.shards.map((shard) => {
      const was = before?.view.shards.find((one: ShardView) => one.id === shard.id);
      return before ? perSecond(reading(before.at, was?.messages), reading(now.at, shard.messages)) : null;
    }),
  );
  const hasCounters = now.view.nodes.some((node) => node.counters);
  const nodes: Record<string, NodeSample> = {};
  for (const node of now.view.nodes) {
    const own = (counter: string) => (before ? rateOf(before.at, nodeOf(before.view, node.name), now.at, node, counter) : null);
    nodes[node.name] = {
      committed: own("events_committed"),
      handled: own("messages_handled"),
      sent: own("sends_accepted"),
      mailbox: node.gauges?.mailbox ?? null,
    };
  }
  return {
    at: now.at,
    committed: hasCounters ? total("events_committed") : shards,
    repeated: total("events_repeated"),
    sent: total("sends_accepted"),
    retried: total("sends_retried"),
    trouble: sumKnown(["events_refused", "events_dead_lettered", "sends_failed", "sends_ambiguous"].map(total)),
    journal: total("journal_rows"),
    p50: quantile(latency, 0.5),
    p99: quantile(latency, 0.99),
    mailbox: gauge("mailbox") ?? sumKnown(now.view.shards.map((shard) => shard.mailbox)),
    in_flight: gauge("in_flight"),
    unfolded: gauge("unfolded_rows") ?? sumKnown(now.view.shards.map((shard) => shard.unfolded_rows)),
    conversations: sumKnown(now.view.shards.map((shard) => shard.conversations)),
    nodes,
  };
}
