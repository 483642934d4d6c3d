import { holdsHidden, piecesOf } from "../../../console/web/src/model/redaction";

describe("what is kept back", () => {
  test("is set apart from what is shown", () => {
    expect(piecesOf("Hi •••, welcome")).toEqual([
      { text: "Hi ", hidden: false },
      { text: "•••", hidden: true },
      { text: ", welcome", hidden: false },
    ]);
    expect(piecesOf("•••")).toEqual([{ text: "•••", hidden: true }]);
    expect(piecesOf("open")).toEqual([{ text: "open", hidden: false }]);
    expect(piecesOf("")).toEqual([]);
  });
  test("is found however deep", () => {
    expect(holdsHidden({ a: [{ b: "x" }, { c: ["•••"] }] })).toBe(true);
    expect(holdsHidden({ a: [{ b: "x" }], n: 3, none: null })).toBe(false);
  });
});
