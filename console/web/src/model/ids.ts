import type { ActorKind } from "../api/types";

const kinds: readonly ActorKind[] = ["node", "service", "shard", "tenant", "conversation"];

/** The kind that an actor's id says; null when it is none. */
export function kindOf(id: string): ActorKind | null {
  const kind = id.slice(0, id.indexOf(":"));
  return kinds.find((known) => known === kind) ?? null;
}

/** What to show of an id where there is little room: "duka · …0af3". */
export function shortName(id: string): string {
  const [kind, first = "", second = ""] = id.split(":");
  switch (kind) {
    case "conversation":
      return `${first} · …${second.slice(-6)}`;
    case "tenant":
      return second === "" ? first : `${first} on ${second}`;
    case "service":
      return `${second.replaceAll("_", " ")} of ${first}`;
    case "shard":
      return `shard ${first}`;
    case "node":
      return `node ${first}`;
    default:
      return id;
  }
}

/** "wakala-shard-5" → "5"; other names as they are. */
export function shardNumber(shard: string): string {
  return /-(\d+)$/.exec(shard)?.[1] ?? shard;
}

/** The beginning and the end of a message id: their middles look alike. */
export function shortWamid(wamid: string): string {
  return wamid.length <= 24 ? wamid : `${wamid.slice(0, 10)}…${wamid.slice(-10)}`;
}
