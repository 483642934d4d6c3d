import { addHistograms, histogramBetween, quantile } from "../../../console/web/src/model/quantiles";

const le_us = [100, 200, 500];

describe("quantiles of histograms", () => {
  test("are linear inside their bucket", () => {
    expect(quantile({ le_us, count: [0, 10, 0, 0] }, 0.5)).toEqual({ us: 150, beyond: false });
    expect(quantile({ le_us, count: [10, 0, 0, 0] }, 0.5)).toEqual({ us: 50, beyond: false });
    expect(quantile({ le_us, count: [98, 0, 2, 0] }, 0.99)).toEqual({ us: 350, beyond: false });
  });
  test("skip empty buckets at a bucket's very end", () => {
    expect(quantile({ le_us, count: [5, 0, 5, 0] }, 0.5)).toEqual({ us: 100, beyond: false });
  });
  test("say when it was slower than the last bound", () => {
    expect(quantile({ le_us, count: [1, 0, 0, 99] }, 0.99)).toEqual({ us: 500, beyond: true });
  });
  test("are not there when nothing was counted", () => {
    expect(quantile({ le_us, count: [0, 0, 0, 0] }, 0.99)).toBeNull();
    expect(quantile(null, 0.5)).toBeNull();
  });
});

describe("what came between", () => {
  test("is the difference by bucket", () => {
    expect(histogramBetween({ le_us, count: [1, 2, 3, 4] }, { le_us, count: [1, 4, 3, 5] })).toEqual({ le_us, count: [0, 2, 0, 1] });
  });
  test("is unknown after a restart and between different bounds", () => {
    expect(histogramBetween({ le_us, count: [9, 9, 9, 9] }, { le_us, count: [1, 0, 0, 0] })).toBeNull();
    expect(histogramBetween({ le_us: [1, 2, 3], count: [0, 0, 0, 0] }, { le_us, count: [1, 0, 0, 0] })).toBeNull();
    expect(histogramBetween(undefined, { le_us, count: [1, 0, 0, 0] })).toBeNull();
  });
  test("adds up over nodes and leaves the inputs as they were", () => {
    const one = { le_us, count: [1, 0, 0, 2] };
    expect(addHistograms([null, one, { le_us, count: [1, 1, 0, 0] }, { le_us: [7], count: [5, 5] }])).toEqual({ le_us, count: [2, 1, 0, 2] });
    expect(one.count).toEqual([1, 0, 0, 2]);
    expect(addHistograms([null, undefined])).toBeNull();
  });
});
