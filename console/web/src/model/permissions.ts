// What a console offers. The daemon decides; this only spares people buttons that would be refused.
import type { Actor, Whoami } from "../api/types";

export type ActorAction = "passivate" | "restart" | "pause" | "resume" | "drain" | "undrain" | "move";

const byKind: Record<Actor["kind"], readonly ActorAction[]> = {
  node: ["drain", "undrain"],
  service: [],
  shard: ["move"],
  tenant: [],
  conversation: ["passivate", "restart", "pause", "resume"],
};

/** May act on a tenant's own things: pause, resume, dead letters. */
export function mayActOnTenant(who: Whoami | null, tenant: string | null): boolean {
  if (!who || tenant === null) return false;
  if (who.operator && who.may.includes("act")) return true;
  return who.may.includes("act_tenant") && (who.operator || who.tenants.includes(tenant));
}

/** Of a tenant's token only actors of its tenants are shown, not the shards and nodes that they are on. */
export function maySeeActor(who: Whoami | null, id: string): boolean {
  if (who?.operator !== false) return true;
  const [kind, tenant = ""] = id.split(":");
  return (kind === "tenant" || kind === "conversation") && who.tenants.includes(tenant);
}

export function mayAct(who: Whoami | null): boolean {
  return who?.may.includes("act") ?? false;
}

export function mayReveal(who: Whoami | null): boolean {
  return who?.may.includes("personal") ?? false;
}

/** What may be offered for an actor as it is now. */
export function actionsFor(who: Whoami | null, actor: Pick<Actor, "kind" | "state" | "tenant">): ActorAction[] {
  return byKind[actor.kind].filter((action) => {
    if (action === "pause" && actor.state === "paused") return false;
    if (action === "resume" && actor.state !== "paused") return false;
    if (action === "drain" && actor.state !== "serving" && actor.state !== "live") return false;
    if (action === "undrain" && actor.state !== "draining") return false;
    const ofTenant = action === "pause" || action === "resume";
    return mayAct(who) || (ofTenant && mayActOnTenant(who, actor.tenant));
  });
}
