import type { Overview } from "../../../console/web/src/api/types";
import { History } from "../../../console/web/src/model/history";

const le_us = [100, 200];

function overviewAt(seconds: number, committed: Record<string, number>, more: Partial<Overview> = {}): Overview {
  return {
    at: new Date(1_700_000_000_000 + seconds * 1000).toISOString(),
    node: "a",
    cluster: true,
    nodes: Object.entries(committed).map(([name, value]) => ({
      name, state: "serving", counters: { events_committed: value }, gauges: { mailbox: 2 }, latency: { le_us, count: [value, 0, 0] },
    })),
    shards: [{ id: "shard:1", shard: "wakala-shard-1", node: "a", state: "open", messages: committed.a ?? 0, waiting_us: (committed.a ?? 0) * 7, conversations: 3 }],
    ...more,
  };
}

describe("the history of overviews", () => {
  test("makes rates of neighbours and sums nodes", () => {
    const history = new History();
    history.add(overviewAt(0, { a: 10, b: 100 }));
    history.add(overviewAt(2, { a: 20, b: 104 }));
    expect(history.samples.map((sample) => sample.committed)).toEqual([null, 7]);
    expect(history.samples[1]).toMatchObject({ mailbox: 4, conversations: 3, p99: { us: expect.closeTo(99, 5) as number } });
    expect(history.samples[1]?.nodes.a?.committed).toBe(5);
    expect(history.nodeRate("b", "events_committed")).toBe(2);
    expect(history.nodeQuantile("a", 0.5)).toEqual({ us: 50, beyond: false });
    expect(history.shardRates("shard:1")).toEqual({ messages: 5, waiting: 7, handling: null });
  });
  test("leaves a node out that began anew, or is not there", () => {
    const history = new History();
    history.add(overviewAt(0, { a: 10, b: 100 }));
    history.add(overviewAt(1, { a: 13, b: 2 }));
    expect(history.samples[1]?.committed).toBe(3);
    history.add(overviewAt(2, { b: 5 }));
    expect(history.samples[2]?.committed).toBe(3);
  });
  test("takes nothing twice and nothing old", () => {
    const history = new History();
    history.add(overviewAt(5, { a: 10 }));
    history.add(overviewAt(5, { a: 11 }));
    history.add(overviewAt(4, { a: 12 }));
    history.add(overviewAt(6, { a: 14 }));
    expect(history.samples.map((sample) => sample.committed)).toEqual([null, 4]);
  });
  test("another node's clock is another beginning", () => {
    const history = new History();
    history.add(overviewAt(9, { a: 10 }));
    history.add(overviewAt(5, { a: 50 }, { node: "b" }));
    expect(history.nodeRate("a", "events_committed")).toBeNull();
    history.add(overviewAt(6, { a: 51 }, { node: "b" }));
    expect(history.nodeRate("a", "events_committed")).toBe(1);
  });
  test("keeps a quarter of an hour", () => {
    const history = new History();
    for (let second = 0; second <= 2_000; second += 10) history.add(overviewAt(second, { a: second }));
    expect(history.samples.length).toBe(91);
  });
  test("a tenant's token has rates of its shards", () => {
    const history = new History();
    const bare = { nodes: [{ name: "a", state: "serving" }] };
    history.add(overviewAt(0, { a: 10 }, bare));
    history.add(overviewAt(1, { a: 14 }, bare));
    expect(history.samples[1]).toMatchObject({ committed: 4, sent: null, p99: null, mailbox: null });
  });
});
