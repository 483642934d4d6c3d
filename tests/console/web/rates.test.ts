import { grown, meanOf, perSecond, sumKnown } from "../../../console/web/src/model/rates";

describe("rates from differences", () => {
  test("are per second, whatever lies between the readings", () => {
    expect(perSecond({ at: 1_000, value: 10 }, { at: 3_000, value: 50 })).toBe(20);
    expect(perSecond({ at: 1_000, value: 10 }, { at: 1_500, value: 10 })).toBe(0);
  });
  test("say nothing after a restart, without time between, or without a reading", () => {
    expect(perSecond({ at: 1_000, value: 500 }, { at: 2_000, value: 3 })).toBeNull();
    expect(perSecond({ at: 1_000, value: 1 }, { at: 1_000, value: 2 })).toBeNull();
    expect(perSecond({ at: 2_000, value: 1 }, { at: 1_000, value: 2 })).toBeNull();
    expect(perSecond(undefined, { at: 1_000, value: 2 })).toBeNull();
    expect(grown(5, 4)).toBeNull();
    expect(grown(undefined, 4)).toBeNull();
    expect(grown(4, 4)).toBe(0);
  });
  test("sums take what is known, and know when nothing is", () => {
    expect(sumKnown([1, null, undefined, 2])).toBe(3);
    expect(sumKnown([null, undefined])).toBeNull();
    expect(sumKnown([0])).toBe(0);
  });
  test("there is no mean without messages", () => {
    expect(meanOf(100, 4)).toBe(25);
    expect(meanOf(100, 0)).toBeNull();
    expect(meanOf(undefined, 4)).toBeNull();
  });
});
