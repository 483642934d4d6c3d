import { linkTo, parseRoute } from "../../../console/web/src/model/routes";
import { kindOf, shardNumber, shortName, shortWamid } from "../../../console/web/src/model/ids";
import { sorted } from "../../../console/web/src/model/sorting";

describe("deep links", () => {
  test.each(["conversation:duka:0af3", "wamid.HBgM+/=%?&#x", "node:ä b"])("carry %s there and back", (argument) => {
    const link = linkTo("trace", argument, { tenant: "du ka", sort: "", after: null });
    expect(parseRoute(link)).toEqual({ view: "trace", argument, query: { tenant: "du ka" } });
  });
  test("nothing is the overview, and nonsense does not throw", () => {
    expect(parseRoute("").view).toBe("overview");
    expect(parseRoute("#/")).toEqual({ view: "overview", argument: "", query: {} });
    expect(parseRoute("#/trace/%E0%A4%A")).toMatchObject({ view: "trace", argument: "%E0%A4%A" });
  });
});

describe("ids", () => {
  test("say their kind and have a short name", () => {
    expect(kindOf("conversation:duka:00112233445566778899aabbccddeeff")).toBe("conversation");
    expect(kindOf("something:else")).toBeNull();
    expect(["conversation:duka:00112233445566778899aabbccddeeff", "tenant:duka:5", "service:a:commit_writer", "shard:5", "node:a", "x"].map(shortName)).toEqual([
      "duka · …ddeeff", "duka on 5", "commit writer of a", "shard 5", "node a", "x",
    ]);
    expect([shardNumber("wakala-shard-15"), shardNumber("odd")]).toEqual(["15", "odd"]);
    expect(shortWamid("wamid.HBgMMjU0NzAwMTIzNDU2FQIAERgSNjQ5")).toBe("wamid.HBgM…IAERgSNjQ5");
  });
});

describe("sorting", () => {
  const rows = [{ n: 2, t: "shard 10" }, { n: null, t: "shard 9" }, { n: 7, t: "shard 1" }];
  test("puts what is not known last either way", () => {
    expect(sorted(rows, (row) => row.n, "down").map((row) => row.n)).toEqual([7, 2, null]);
    expect(sorted(rows, (row) => row.n, "up").map((row) => row.n)).toEqual([2, 7, null]);
  });
  test("sorts numbers inside names as people count", () => {
    expect(sorted(rows, (row) => row.t, "up").map((row) => row.t)).toEqual(["shard 1", "shard 9", "shard 10"]);
  });
});
