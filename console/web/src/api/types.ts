// The answers of the inspection API as docs/openapi.json describes them. A token of a tenant sees less: what may be
// missing is optional here.

export type Permission = "read" | "act" | "act_tenant" | "personal";

export interface Whoami {
  name: string;
  operator: boolean;
  personal: boolean;
  tenants: string[];
  may: Permission[];
}

/** Cumulative since the node, shard or actor began. */
export type Counters = Record<string, number>;

export interface Histogram {
  le_us: number[];
  /** One more than bounds: the last counts what was slower than all of them. */
  count: number[];
}

export interface NodeView {
  name: string;
  state: string;
  version?: string;
  self?: boolean;
  link?: string;
  heartbeat_age_ms?: number | null;
  shards?: number;
  conversations?: number;
  tenants?: number;
  counters?: Counters;
  gauges?: Record<string, number>;
  latency?: Histogram;
}

export interface ShardView {
  id: string;
  shard: string;
  node: string | null;
  epoch?: number;
  state: string;
  pinned_to?: string | null;
  seq?: number;
  unfolded_rows?: number;
  tenants?: number;
  conversations?: number;
  messages?: number;
  handling_us?: number;
  waiting_us?: number;
  mailbox?: number;
  bytes?: number;
}

export interface Overview {
  at: string;
  node: string;
  cluster: boolean;
  nodes: NodeView[];
  shards: ShardView[];
  unreachable?: string[];
  /** Watched traces that did not fit into this second. */
  skipped?: number;
}

export type ActorKind = "node" | "service" | "shard" | "tenant" | "conversation";

export interface Actor {
  id: string;
  kind: ActorKind;
  name: string;
  under: string | null;
  node: string | null;
  shard: string | null;
  tenant: string | null;
  state: string;
  children?: number;
  mailbox?: number;
  messages?: number;
  handling_us?: number;
  waiting_us?: number;
  waiting_max_us?: number;
  bytes?: number;
  last_activity?: string | null;
}

export type SortKey = "mailbox" | "waiting" | "waiting_max" | "messages" | "handling" | "bytes" | "last_activity" | "id";

export interface ActorList {
  at: string;
  actors: Actor[];
  total?: number;
  next: string | null;
  unreachable?: string[];
}

export interface ActorDetail {
  actor: Actor;
  state: Record<string, unknown> | null;
  redacted: boolean;
  /** What it is in, from the node down. */
  path: Pick<Actor, "id" | "kind" | "name">[];
}

export interface Message {
  /** Meta's ids hold a phone number: they are kept back with the rest. Ours are not. */
  id: string;
  /** Its place in the transcript. */
  position: number;
  wamid?: string | null;
  direction: "in" | "out";
  type: string;
  text?: string;
  status?: string;
  at: string;
}

export interface MessageList {
  messages: Message[];
  next: string | null;
}

export interface Found {
  by: "wamid" | "contact" | "conversation" | "order";
  tenant: string;
  actor: string;
  wamid?: string | null;
}

export interface Hop {
  hop: string;
  node?: string;
  to?: string;
  actor?: string;
  waiting_us?: number | null;
  handling_us?: number | null;
  transit_us?: number | null;
  commit_us?: number | null;
  /** By two nodes' clocks. */
  approximate?: boolean;
}

export interface Send {
  id: string;
  type: string;
  status: string;
  attempts?: number;
  waiting_us?: number | null;
  http_us?: number | null;
  at?: string | null;
  status_at?: string | null;
  error?: { code?: number | string; title?: string } | null;
}

export interface Trace {
  wamid: string;
  tenant: string;
  conversation: string;
  shard?: string;
  node?: string;
  epoch?: number;
  seq?: number;
  received_at?: string | null;
  committed_at?: string | null;
  total_us: number | null;
  hops: Hop[];
  complete: boolean;
  decided?: Record<string, unknown> | null;
  sends?: Send[];
  redacted?: boolean;
}

export interface AuditEntry {
  n: number;
  at: string;
  who: string;
  node: string;
  action: string;
  on: string;
  reason: string | null;
  result: string;
  hash: string;
}

export interface AuditList {
  entries: AuditEntry[];
  next: string | null;
}

export interface AuditCheck {
  ok: boolean;
  entries: number;
  broken_at: number | null;
}

export interface Letter {
  id: string;
  kind: string;
  type: string | null;
  reason: string;
  why: string;
  origin?: string;
  phone_number_id?: string | null;
  at: string;
}

export interface LetterList {
  items: Letter[];
  next: string | null;
}

export interface ActionAnswer {
  id?: string;
  action?: string;
  result?: string;
  outcome?: string;
  audit?: number | null;
}

export interface BulkFilter {
  tenant?: string;
  shard?: string;
  node?: string;
  min_mailbox?: number;
  min_bytes?: number;
  idle_seconds?: number;
}

export interface BulkAnswer {
  matched: number;
  done: number;
  failed: number;
  sample: string[];
  audit: number | null;
}
