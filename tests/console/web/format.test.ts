import * as format from "../../../console/web/src/model/format";

describe("figures as people read them", () => {
  test("durations", () => {
    expect([0, 7, 840, 999.6, 1840, 12_345, 999_400, 2_500_000, 190e6].map(format.duration)).toEqual([
      "0 µs", "7 µs", "840 µs", "1 ms", "1.84 ms", "12.3 ms", "999 ms", "2.5 s", "3 min",
    ]);
    expect(format.duration(null)).toBe("–");
  });
  test("spans, bytes, counts, rates", () => {
    expect([5, 90, 3600, 12_000, 187_200].map(format.span)).toEqual(["5 s", "1 min", "1 h", "3 h 20 min", "2 d 4 h"]);
    expect([0, 812, 1024, 1_500_000].map(format.bytes)).toEqual(["0 B", "812 B", "1 KiB", "1.43 MiB"]);
    expect([0, 999, 1234567].map(format.count)).toEqual(["0", "999", "1,234,567"]);
    expect([0, 0.416, 12.44, 1234, 45_678, 3e6].map(format.rate)).toEqual(["0/s", "0.42/s", "12.4/s", "1,234/s", "45.7k/s", "3M/s"]);
    expect([format.rate(null), format.bytes(undefined), format.count(NaN), format.span(null)]).toEqual(["–", "–", "–", "–"]);
  });
  test("times", () => {
    const now = Date.parse("2026-03-01T12:00:00.000Z");
    expect(format.ago("2026-03-01T11:59:30.000Z", now)).toBe("30 s ago");
    expect(format.ago("2026-03-01T12:00:01.000Z", now)).toBe("now");
    expect(format.ago(null, now)).toBe("–");
    expect(format.clock("2026-03-01T11:59:30.123Z", now)).toMatch(/^\d\d:\d\d:30\.123$/);
    expect(format.clock("2026-02-11T11:59:30.123Z", now)).toMatch(/^2026-02-1\d \d\d:\d\d:30\.123$/);
    expect(format.clock("nonsense", now)).toBe("–");
  });
});
