import type { Whoami } from "../../../console/web/src/api/types";
import { actionsFor, mayActOnTenant, mayReveal } from "../../../console/web/src/model/permissions";

const operator: Whoami = { name: "ops", operator: true, personal: false, tenants: [], may: ["read", "act", "act_tenant"] };
const shop: Whoami = { name: "duka", operator: false, personal: false, tenants: ["duka"], may: ["read", "act_tenant"] };
const reader: Whoami = { ...shop, may: ["read"] };

describe("what is offered", () => {
  test("an operator gets what fits the kind and the state", () => {
    expect(actionsFor(operator, { kind: "conversation", state: "live", tenant: "duka" })).toEqual(["passivate", "restart", "pause"]);
    expect(actionsFor(operator, { kind: "conversation", state: "paused", tenant: "duka" })).toContain("resume");
    expect(actionsFor(operator, { kind: "node", state: "serving", tenant: null })).toEqual(["drain"]);
    expect(actionsFor(operator, { kind: "node", state: "draining", tenant: null })).toEqual(["undrain"]);
    expect(actionsFor(operator, { kind: "node", state: "gone", tenant: null })).toEqual([]);
  });
  test("a shop pauses and resumes its own, and nothing else", () => {
    expect(actionsFor(shop, { kind: "conversation", state: "live", tenant: "duka" })).toEqual(["pause"]);
    expect(actionsFor(shop, { kind: "conversation", state: "live", tenant: "soko" })).toEqual([]);
    expect(actionsFor(shop, { kind: "node", state: "serving", tenant: null })).toEqual([]);
    expect(mayActOnTenant(shop, "duka")).toBe(true);
    expect(mayActOnTenant(shop, "soko")).toBe(false);
  });
  test("who may only read is offered nothing, nor is nobody", () => {
    expect(actionsFor(reader, { kind: "tenant", state: "live", tenant: "duka" })).toEqual([]);
    expect(actionsFor(null, { kind: "conversation", state: "live", tenant: "duka" })).toEqual([]);
    expect(mayReveal(operator)).toBe(false);
    expect(mayReveal({ ...operator, may: ["read", "personal"] })).toBe(true);
  });
});
