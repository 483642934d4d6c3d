import { signal } from "@preact/signals";

/** Milliseconds since 1970, once a second: for "12 s ago". */
export const now = signal(Date.now());

setInterval(() => (now.value = Date.now()), 1_000);
