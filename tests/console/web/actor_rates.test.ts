import type { Actor } from "../../../console/web/src/api/types";
import { ActorRates, ActorTrack } from "../../../console/web/src/model/actor_rates";

const actor = (id: string, messages: number, waiting_us = 0): Actor => ({
  id, kind: "conversation", name: id, under: null, node: "a", shard: null, tenant: null, state: "live", messages, waiting_us, handling_us: 0,
});

describe("rates of single actors", () => {
  test("look back over the window, each actor by itself", () => {
    const rates = new ActorRates(10_000);
    rates.add(0, [actor("a", 10), actor("b", 5)]);
    expect(rates.rate("a")).toBeNull();
    rates.add(2_000, [actor("a", 14)]);
    rates.add(4_000, [actor("a", 30), actor("b", 5)]);
    expect(rates.rate("a")).toBe(5);
    expect(rates.rate("b")).toBe(0);
    rates.add(11_000, [actor("a", 50)]);
    expect(rates.rate("a")).toBe(4); // since 2,000
    rates.add(30_000, [actor("a", 60)]);
    expect(rates.rate("b")).toBeNull();
  });
  test("say nothing of one that began anew", () => {
    const rates = new ActorRates();
    rates.add(0, [actor("a", 10)]);
    rates.add(1_000, [actor("a", 2)]);
    expect(rates.rate("a")).toBeNull();
  });
  test("follow one actor, with its waiting a message", () => {
    const track = new ActorTrack();
    track.add(0, actor("a", 10, 1_000));
    track.add(2_000, actor("a", 14, 1_400));
    track.add(2_000, actor("a", 15, 1_500));
    track.add(4_000, actor("a", 14, 1_400));
    expect(track.samples).toEqual([
      { at: 2_000, messages: 2, waiting: 100, handling: 0 },
      { at: 4_000, messages: 0, waiting: null, handling: null },
    ]);
  });
});
