// The overview each second, by WebSocket; by polling while no socket can be had.
import { signal } from "@preact/signals";
import { History } from "../model/history";
import { addressOf, getOverview } from "./client";
import { logOut, token, whoami } from "./session";
import type { Overview, Trace, Whoami } from "./types";

export type Connection = "connecting" | "live" | "polling" | "lost";
export type Watch = { conversation: string } | { tenant: string } | { share: number };

export const overview = signal<Overview | null>(null);
export const connection = signal<Connection>("connecting");
/** When the last overview came, by this browser's clock. */
export const heardAt = signal(0);
export const history = new History();

export const watched = signal<Trace[]>([]);
export const skipped = signal(0);
export const watching = signal<{ what: Watch; until: number } | null>(null);

const pollMs = 1_000;
const silenceMs = 5_000;
const tracesKept = 200;

let socket: WebSocket | null = null;
let pollTimer: ReturnType<typeof setTimeout> | undefined;
let retryTimer: ReturnType<typeof setTimeout> | undefined;
let silenceTimer: ReturnType<typeof setTimeout> | undefined;
let retryMs = 2_000;
/** Each start has its own number: what an earlier one still gets is not for this one. */
let run = 0;

function take(view: Overview, by: Connection): void {
  overview.value = view;
  history.add(view);
  heardAt.value = Date.now();
  connection.value = by;
  skipped.value += view.skipped ?? 0;
}

interface LiveMessage {
  type?: string;
  whoami?: Whoami;
  trace?: Trace;
}

function receive(text: string): void {
  const message = JSON.parse(text) as LiveMessage & Overview;
  if (message.type === "overview") {
    retryMs = 2_000;
    clearTimeout(pollTimer);
    take(message, "live");
  } else if (message.type === "trace" && message.trace) {
    watched.value = [message.trace, ...watched.value].slice(0, tracesKept);
  } else if (message.type === "hello" && message.whoami) {
    whoami.value = message.whoami;
  }
}

/** A socket over which nothing comes any more is as good as none. */
function expectMore(of: WebSocket): void {
  clearTimeout(silenceTimer);
  silenceTimer = setTimeout(() => of.close(), silenceMs);
}

function openSocket(own: number): void {
  const address = addressOf("live");
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  const opened = new WebSocket(address, "wakala.v1");
  socket = opened;
  expectMore(opened);
  opened.onopen = () => opened.send(JSON.stringify({ token: token.value }));
  opened.onmessage = (event: MessageEvent<unknown>) => {
    if (own !== run || typeof event.data !== "string") return;
    expectMore(opened);
    receive(event.data);
  };
  opened.onclose = () => {
    if (own !== run || socket !== opened) return;
    socket = null;
    watching.value = null;
    clearTimeout(silenceTimer);
    poll(own);
    retryTimer = setTimeout(() => openSocket(own), retryMs);
    retryMs = Math.min(30_000, retryMs * 2);
  };
}

const isLive = () => socket !== null && connection.value === "live";

function poll(own: number): void {
  clearTimeout(pollTimer);
  getOverview()
    .then((view) => {
      if (own === run && !isLive()) take(view, "polling");
    })
    .catch(() => {
      if (own === run && !isLive()) connection.value = "lost";
    })
    .finally(() => {
      if (own === run && !isLive()) pollTimer = setTimeout(() => poll(own), pollMs);
    });
}

export function startLive(): void {
  stopLive();
  run += 1;
  connection.value = "connecting";
  poll(run);
  openSocket(run);
}

export function stopLive(): void {
  run += 1;
  clearTimeout(pollTimer);
  clearTimeout(retryTimer);
  clearTimeout(silenceTimer);
  socket?.close();
  socket = null;
  retryMs = 2_000;
  overview.value = null;
  history.clear();
  watched.value = [];
  watching.value = null;
  skipped.value = 0;
}

/** Asks for the traces of what passes by; ends by itself after the seconds. False while there is no socket. */
export function watch(what: Watch | null, seconds = 60): boolean {
  if (socket?.readyState !== WebSocket.OPEN) return false;
  socket.send(JSON.stringify(what === null ? { watch: null } : { watch: what, seconds }));
  watching.value = what === null ? null : { what, until: Date.now() + seconds * 1000 };
  if (what !== null) {
    watched.value = [];
    skipped.value = 0;
  }
  return true;
}

export function leave(notice = ""): void {
  stopLive();
  logOut(notice);
}
