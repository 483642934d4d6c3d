import type { Actor } from "../../../console/web/src/api/types";
import { buildTree, heatOf, neighbour, placeTree, toneOf } from "../../../console/web/src/model/actor_map";
import { squarify } from "../../../console/web/src/model/treemap";

const actor = (id: string, kind: Actor["kind"], under: string | null, more: Partial<Actor> = {}): Actor => ({
  id, kind, under, name: id, node: "a", shard: null, tenant: null, state: "live", ...more,
});

const all = [
  actor("node:a", "node", null, { children: 1, messages: 30, bytes: 100 }),
  actor("shard:1", "shard", "node:a", { children: 1, messages: 30, bytes: 100 }),
  actor("tenant:duka:1", "tenant", "shard:1", { children: 5, messages: 30, bytes: 100 }),
  actor("conversation:duka:1", "conversation", "tenant:duka:1", { messages: 12, bytes: 40, waiting_us: 24_000 }),
  actor("conversation:duka:2", "conversation", "tenant:duka:1", { messages: 8, bytes: 20 }),
];

describe("the squarified treemap", () => {
  test("gives each weight its area, inside the box and without overlap", () => {
    const weights = [6, 6, 4, 3, 2, 2, 1];
    const boxes = squarify(weights, { x: 10, y: 20, width: 600, height: 400 });
    boxes.forEach((box, index) => {
      expect(box.width * box.height).toBeCloseTo(((weights[index] ?? 0) / 24) * 240_000, 3);
      expect(box.x).toBeGreaterThanOrEqual(10 - 1e-6);
      expect(box.x + box.width).toBeLessThanOrEqual(610 + 1e-6);
      expect(box.y + box.height).toBeLessThanOrEqual(420 + 1e-6);
      expect(Math.max(box.width / box.height, box.height / box.width)).toBeLessThan(3);
    });
    for (const [index, one] of boxes.entries()) {
      for (const other of boxes.slice(index + 1)) {
        const wide = Math.min(one.x + one.width, other.x + other.width) - Math.max(one.x, other.x);
        const high = Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y);
        expect(Math.min(wide, high)).toBeLessThan(1e-6);
      }
    }
  });
  test("gives nothing to nothing", () => {
    expect(squarify([0, 0], { x: 0, y: 0, width: 10, height: 10 }).every((box) => box.width === 0)).toBe(true);
    expect(squarify([0, 5], { x: 0, y: 0, width: 10, height: 10 })[1]).toEqual({ x: 0, y: 0, width: 10, height: 10 });
  });
});

describe("the map of the actors", () => {
  test("hangs children below parents and stands in for those not asked for", () => {
    const [node] = buildTree(all, null, "conversations");
    const tenant = node?.children[0]?.children[0];
    expect(node?.weight).toBe(5);
    expect(tenant?.children.map((child) => [child.id, child.weight, child.others])).toEqual([
      ["conversation:duka:1", 1, 0], ["conversation:duka:2", 1, 0], ["tenant:duka:1#others", 3, 3],
    ]);
    expect(buildTree(all, null, "messages")[0]?.children[0]?.children[0]?.children[2]?.weight).toBe(10);
    expect(buildTree(all, "tenant:duka:1", "bytes").some((one) => one.id === "conversation:duka:1")).toBe(true);
  });
  test("a root shows what is below it", () => {
    const below = buildTree(all.slice(2), "tenant:duka:1", "conversations");
    expect(below.map((one) => one.id)).toEqual(["conversation:duka:1", "conversation:duka:2"]);
  });
  test("places inner boxes inside outer ones", () => {
    const cells = placeTree(buildTree(all, null, "conversations"), { x: 0, y: 0, width: 400, height: 300 });
    expect(cells.filter((cell) => cell.leaf).length).toBe(3);
    const outer = cells[0];
    for (const cell of cells) {
      expect(cell.x + cell.width).toBeLessThanOrEqual((outer?.x ?? 0) + (outer?.width ?? 0) + 1e-6);
      expect(cell.y + cell.height).toBeLessThanOrEqual((outer?.y ?? 0) + (outer?.height ?? 0) + 1e-6);
    }
    expect(placeTree(buildTree(all, null, "conversations"), { x: 0, y: 0, width: 12, height: 12 }).length).toBe(1);
  });
  test("colours by waiting", () => {
    expect(heatOf(all[3] ?? null, "waiting")).toBe(2_000);
    expect([null, 0, 100, 2_000, 49_999, 50_000].map((heat) => toneOf(heat, "waiting"))).toEqual([0, 0, 1, 3, 4, 5]);
    expect([0, 1, 5, 500].map((heat) => toneOf(heat, "mailbox"))).toEqual([0, 1, 2, 5]);
  });
  test("arrow keys go to the neighbour in that direction", () => {
    const cell = (id: string, x: number, y: number) => ({ x, y, width: 10, height: 10, depth: 0, leaf: true, node: { id, actor: null, others: 0, weight: 1, children: [] } });
    const [a, b, c] = [cell("a", 0, 0), cell("b", 10, 0), cell("c", 0, 10)];
    expect(neighbour([a, b, c], a, "ArrowRight")?.node.id).toBe("b");
    expect(neighbour([a, b, c], a, "ArrowDown")?.node.id).toBe("c");
    expect(neighbour([a, b, c], b, "ArrowLeft")?.node.id).toBe("a");
    expect(neighbour([a, b, c], a, "ArrowUp")).toBeNull();
  });
});
