import { layOut, ticks } from "../../../console/web/src/model/waterfall";

const hops = [
  { hop: "edge", node: "a", waiting_us: 0, handling_us: 60 },
  { hop: "transit", node: "a", to: "b", transit_us: 240 },
  { hop: "conversation", node: "b", actor: "conversation:duka:0", waiting_us: 30, handling_us: 12 },
  { hop: "commit", node: "b", waiting_us: 140, commit_us: 900 },
];

describe("the waterfall", () => {
  test("lays hops one behind the other, waiting before handling", () => {
    const picture = layOut(hops, 1400);
    expect(picture.sum_us).toBe(1382);
    expect(picture.rows.map((row) => [row.start_us, row.length_us])).toEqual([[0, 60], [60, 240], [300, 42], [342, 1040]]);
    expect(picture.rows[2]?.segments).toEqual([
      { kind: "waiting", start_us: 300, length_us: 30 },
      { kind: "handling", start_us: 330, length_us: 12 },
    ]);
    expect(picture.rows[0]?.segments).toEqual([{ kind: "handling", start_us: 0, length_us: 60 }]);
    expect(picture.rows[1]?.where).toBe("a → b");
    expect(picture.width_us).toBe(1400);
  });
  test("adds up within 5 % or 200 µs, whichever is more", () => {
    expect(layOut(hops, 1582).adds_up).toBe(true);
    expect(layOut(hops, 1583).adds_up).toBe(false);
    expect(layOut(hops, 1182).adds_up).toBe(true);
    const long = [{ hop: "commit", commit_us: 95_000 }];
    expect(layOut(long, 100_000)).toMatchObject({ adds_up: true, unaccounted_us: 5_000 });
    expect(layOut(long, 101_000).adds_up).toBe(false);
  });
  test("knows what is not remembered", () => {
    const picture = layOut([{ hop: "edge", handling_us: 10 }, { hop: "commit", waiting_us: null }, { hop: "answer" }], null);
    expect(picture.rows.map((row) => row.known)).toEqual([true, false, false]);
    expect(picture).toMatchObject({ adds_up: null, unaccounted_us: null, sum_us: 10, width_us: 10 });
    expect(layOut([], null).width_us).toBe(1);
  });
  test("has round marks", () => {
    expect(ticks(1840)).toEqual([0, 500, 1000, 1500]);
    expect(ticks(100)).toEqual([0, 20, 40, 60, 80, 100]);
    expect(ticks(1)).toEqual([0, 1]);
  });
});
