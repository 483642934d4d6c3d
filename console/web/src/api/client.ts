// Calls of the admin API.
import { logOut, token } from "./session";
import type * as api from "./types";

/** The page is at …/console/, the API beside it. */
const base = new URL("../v1/", document.baseURI);

/** What the daemon said when it said no. Status 0: it could not be reached. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    readonly field: string,
  ) {
    super([title, field ? `${field} ${detail}` : detail].filter(Boolean).join(": "));
  }
}

type Values = Record<string, string | number | boolean | null | undefined>;

interface CallOptions {
  query?: Values;
  body?: unknown;
  signal?: AbortSignal;
  /** Another token than that of the session, for logging in. */
  token?: string;
}

export function addressOf(path: string, query: Values = {}): URL {
  // Not resolved as a reference: "actors:bulk" would be a scheme.
  const url = new URL(base.href + path);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== "") url.searchParams.set(name, String(value));
  }
  return url;
}

function problemOf(status: number, text: string): ApiError {
  let said: Record<string, unknown> = {};
  try {
    const parsed: unknown = JSON.parse(text);
    if (parsed !== null && typeof parsed === "object") said = parsed as Record<string, unknown>;
  } catch {
    // A proxy's page, perhaps: the status has to do.
  }
  const word = (name: string) => (typeof said[name] === "string" ? said[name] : "");
  return new ApiError(status, word("title") || `Status ${status}`, word("detail"), word("field"));
}

async function call<T>(method: string, path: string, options: CallOptions = {}): Promise<T> {
  const used = options.token ?? token.value ?? "";
  const headers: Record<string, string> = { Authorization: `Bearer ${used}`, Accept: "application/json" };
  const init: RequestInit = { method, headers, cache: "no-store", credentials: "omit", redirect: "error", referrerPolicy: "no-referrer" };
  if (options.body !== undefined) {
    headers["Content-Type"] = "application/json";
    init.body = JSON.stringify(options.body);
  }
  if (options.signal) init.signal = options.signal;
  let answer: Response;
  let text: string;
  try {
    answer = await fetch(addressOf(path, options.query), init);
    text = await answer.text();
  } catch (failure) {
    if (options.signal?.aborted) throw failure;
    throw new ApiError(0, "The daemon cannot be reached", "", "");
  }
  if (answer.status === 401 && options.token === undefined && used === token.value) {
    logOut("The token is no longer accepted. Log in again.");
  }
  if (!answer.ok) throw problemOf(answer.status, text);
  return (text === "" ? {} : JSON.parse(text)) as T;
}

const part = encodeURIComponent;

export interface ActorQuery extends Values {
  under?: string;
  kind?: string;
  node?: string;
  shard?: string;
  tenant?: string;
  q?: string;
  sort?: string;
  limit?: number;
  after?: string;
}

/** Asks for personal data; the reason goes to the audit log. */
export interface Reveal {
  reason: string;
}

const revealed = (reveal: Reveal | null) => (reveal ? { reveal: true, reason: reveal.reason } : {});

export const getWhoami = (withToken: string) => call<api.Whoami>("GET", "whoami", { token: withToken });
export const getOverview = (signal?: AbortSignal) => call<api.Overview>("GET", "overview", signal ? { signal } : {});
export const getActors = (query: ActorQuery) => call<api.ActorList>("GET", "actors", { query });
export const getActor = (id: string, reveal: Reveal | null) => call<api.ActorDetail>("GET", `actors/${part(id)}`, { query: revealed(reveal) });
export const getTranscript = (id: string, after: string | null, reveal: Reveal | null) =>
  call<api.MessageList>("GET", `actors/${part(id)}/messages`, { query: { after, limit: 200, ...revealed(reveal) } });
export const find = (q: string, tenant: string | null) => call<{ found: api.Found[] }>("GET", "find", { query: { q, tenant } });
export const getTrace = (wamid: string, tenant: string | null, reveal: Reveal | null) =>
  call<api.Trace>("GET", `trace/${part(wamid)}`, { query: { tenant, ...revealed(reveal) } });
export const getAudit = (after: string | null) => call<api.AuditList>("GET", "audit", { query: { after, limit: 100 } });
export const verifyAudit = () => call<api.AuditCheck>("GET", "audit:verify");
export const getTenants = (after: string | null) =>
  call<{ tenants: { id: string; name?: string }[]; next: string | null }>("GET", "tenants", { query: { after, limit: 500 } });
export const getLetters = (tenant: string, after: string | null) =>
  call<api.LetterList>("GET", `tenants/${part(tenant)}/dead-letters`, { query: { after, limit: 100 } });
export const getSetAside = (after: string | null) => call<api.LetterList>("GET", "set-aside", { query: { after, limit: 100 } });

export const actOnActor = (id: string, action: string, body: { reason: string; minutes?: number }) =>
  call<api.ActionAnswer>("POST", `actors/${part(id)}:${action}`, { body });
export const actOnNode = (name: string, action: string, reason: string) =>
  call<api.ActionAnswer>("POST", `cluster/nodes/${part(name)}:${action}`, { body: { reason } });
export const moveShard = (shard: string, node: string, reason: string) =>
  call<api.ActionAnswer>("POST", `cluster/shards/${part(shard)}:move`, { body: { node, reason } });
export const actOnLetter = (tenant: string, id: string, action: string, reason: string) =>
  call<api.ActionAnswer>("POST", `tenants/${part(tenant)}/dead-letters/${part(id)}:${action}`, { body: { reason } });
export const dropSetAside = (id: string, reason: string) => call<api.ActionAnswer>("POST", `set-aside/${part(id)}:drop`, { body: { reason } });
export const actOnMany = (body: { action: string; filter: api.BulkFilter; dry_run: boolean; reason: string; limit: number }) =>
  call<api.BulkAnswer>("POST", "actors:bulk", { body });
