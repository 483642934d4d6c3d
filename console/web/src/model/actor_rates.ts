// Rates of single actors, from the lists and details that a view asks for anyway.
import type { Actor } from "../api/types";
import { grown, perSecond } from "./rates";

interface Seen {
  at: number;
  messages: number | undefined;
  waiting_us: number | undefined;
  handling_us: number | undefined;
}

export interface ActorSample {
  /** Milliseconds since 1970. */
  at: number;
  messages: number | null;
  /** Microseconds of a message, since the sample before. */
  waiting: number | null;
  handling: number | null;
}

const seenOf = (at: number, actor: Actor): Seen => ({ at, messages: actor.messages, waiting_us: actor.waiting_us, handling_us: actor.handling_us });

function between(before: Seen, after: Seen): ActorSample {
  const reading = (seen: Seen) => (seen.messages === undefined ? undefined : { at: seen.at, value: seen.messages });
  const messages = grown(before.messages, after.messages);
  const mean = (member: "waiting_us" | "handling_us") => {
    const more = grown(before[member], after[member]);
    return more === null || !messages ? null : more / messages;
  };
  return { at: after.at, messages: perSecond(reading(before), reading(after)), waiting: mean("waiting_us"), handling: mean("handling_us") };
}

/** Looks back some seconds, for each actor of a list that is asked for again and again. */
export class ActorRates {
  private readonly seen = new Map<string, Seen[]>();

  constructor(private readonly windowMs = 10_000) {}

  add(at: number, actors: readonly Actor[]): void {
    for (const actor of actors) {
      const list = (this.seen.get(actor.id) ?? []).filter((one) => one.at > at - this.windowMs && one.at < at);
      this.seen.set(actor.id, [...list, seenOf(at, actor)]);
    }
    // Those that were not heard of for a while have left the list.
    for (const [id, list] of this.seen) if ((list.at(-1)?.at ?? 0) < at - this.windowMs) this.seen.delete(id);
  }

  /** Messages a second; null when that is not known yet. */
  rate(id: string): number | null {
    const list = this.seen.get(id);
    const [first, last] = [list?.[0], list?.at(-1)];
    return first && last ? between(first, last).messages : null;
  }
}

/** One actor over a quarter of an hour. */
export class ActorTrack {
  readonly samples: ActorSample[] = [];
  private last: Seen | null = null;

  add(at: number, actor: Actor): void {
    const now = seenOf(at, actor);
    if (this.last && at <= this.last.at) return;
    if (this.last) this.samples.push(between(this.last, now));
    this.last = now;
    while ((this.samples[0]?.at ?? at) < at - 15 * 60_000) this.samples.shift();
  }
}
