// The table's contract on ranges: order by bytes, ends, prefixes and pages.
import { describe, expect, it } from "vitest";
import { collect, type Fresh, tableAsks } from "../../../support/table-contract.ts";

export const keepsRanges = (adapter: string, fresh: Fresh): void => {
  const { sortKeys, filled } = tableAsks(fresh);

  describe(`a table in ${adapter}: ranges`, () => {
    it("sorts by the bytes of UTF-8, upper before lower case, one plane after the other", async () => {
      const sorted = [
        "!",
        "1",
        "10",
        "2",
        "A",
        "Z",
        "a",
        "a\u0000",
        "a!",
        "aa",
        "z",
        "~",
        "é",
        "\uffee",
        "🔑",
      ];
      const table = await filled(sorted.toReversed());
      expect(await sortKeys(table, {})).toEqual(sorted);
      expect(await sortKeys(table, { backward: true })).toEqual(sorted.toReversed());
      expect(await sortKeys(table, { from: "~", to: "\uffee" })).toEqual(["~", "é", "\uffee"]);
      expect(await sortKeys(table, { from: "\uffee" })).toEqual(["\uffee", "🔑"]);
    });

    it("includes both ends of a range, and is empty the wrong way round", async () => {
      const table = await filled(["a", "b", "b0", "c"]);
      expect(await sortKeys(table, { from: "a", to: "b" })).toEqual(["a", "b"]);
      expect(await sortKeys(table, { from: "b" })).toEqual(["b", "b0", "c"]);
      expect(await sortKeys(table, { to: "b" })).toEqual(["a", "b"]);
      expect(await sortKeys(table, { from: "b", to: "b" })).toEqual(["b"]);
      expect(await sortKeys(table, { from: "c", to: "a" })).toEqual([]);
      expect(await sortKeys(table, { from: "", to: "a" })).toEqual(["a"]);
      expect(await sortKeys(table, { to: "" })).toEqual([]);
      expect(await sortKeys(table, { from: "x" })).toEqual([]);
      expect(await collect(table.query({ pk: "nobody" }))).toEqual([]);
    });

    it("ranges from one plane of Unicode to the next, by bytes, in either direction and with a limit", async () => {
      const table = await filled(["a", "\uff21", "\uffee", "\u{1f600}", "\u{1f601}"]);
      const range = { from: "\uffee", to: "\u{1f600}" };
      expect(await sortKeys(table, range)).toEqual(["\uffee", "\u{1f600}"]);
      expect(await sortKeys(table, { ...range, backward: true })).toEqual(["\u{1f600}", "\uffee"]);
      expect(await sortKeys(table, { ...range, limit: 1 })).toEqual(["\uffee"]);
      expect(await sortKeys(table, { ...range, limit: 1, backward: true })).toEqual(["\u{1f600}"]);
      expect(await sortKeys(table, { from: "\u{1f600}", to: "\uffee" })).toEqual([]);
    });

    it("takes a prefix for what it is, whatever stands in it", async () => {
      const prefixes = [
        "a",
        "a%",
        "a_",
        "a*",
        "a\u0000",
        "é",
        "\u007f",
        "\uffff",
        "🔑",
        "\u{10ffff}",
        "a\\",
        "a'",
      ];
      const table = await filled(prefixes.flatMap((prefix) => [prefix, `${prefix}1`, `${prefix}\uffff`]));
      const all = await sortKeys(table, {});
      for (const prefix of prefixes) {
        expect(await sortKeys(table, { prefix })).toEqual(all.filter((sk) => sk.startsWith(prefix)));
      }
      expect(await sortKeys(table, { prefix: "" })).toEqual(all);
      expect(await sortKeys(table, { prefix: "nothing" })).toEqual([]);
    });

    it("keeps partitions apart whose keys begin alike", async () => {
      const table = await fresh();
      for (const pk of ["p", "p#", "p/1", "P", "p\u0000"]) await table.put({ pk, sk: "s" });
      for (const pk of ["p", "p#", "p/1", "P", "p\u0000"])
        expect(await collect(table.query({ pk }))).toEqual([{ pk, sk: "s" }]);
    });

    it("stops at the limit, in either direction", async () => {
      const table = await filled(["a", "b", "c", "d"]);
      expect(await sortKeys(table, { limit: 2 })).toEqual(["a", "b"]);
      expect(await sortKeys(table, { limit: 2, backward: true })).toEqual(["d", "c"]);
      expect(await sortKeys(table, { from: "b", to: "c", limit: 1, backward: true })).toEqual(["c"]);
      expect(await sortKeys(table, { limit: 9 })).toHaveLength(4);
      expect(await sortKeys(table, { limit: 0 })).toEqual([]);
    });

    it("reads through many pages, in either direction, and may be left at any item", async () => {
      const sks = Array.from({ length: 40 }, (_, n) => `s${String(n).padStart(2, "0")}`);
      const table = await filled(sks, { text: "x".repeat(100_000) });
      expect(await sortKeys(table, {})).toEqual(sks);
      expect(await sortKeys(table, { backward: true })).toEqual(sks.toReversed());
      expect(await sortKeys(table, { limit: 25, backward: true })).toEqual(sks.toReversed().slice(0, 25));
      for await (const { sk } of table.query({ pk: "p" })) if (sk === "s13") break;
      expect(await table.getMany(sks.map((sk) => ({ pk: "p", sk })))).toHaveLength(40);
    });

    it("shows what was written while it is read no item twice", async () => {
      const sks = Array.from({ length: 30 }, (_, n) => `s${String(n).padStart(2, "0")}`);
      const table = await filled(sks, { text: "x".repeat(100_000) });
      const seen: string[] = [];
      for await (const { sk } of table.query({ pk: "p", consistent: true })) {
        seen.push(sk);
        await table.remove({ pk: "p", sk });
      }
      expect(seen).toEqual(sks);
      expect(await sortKeys(table, { consistent: true })).toEqual([]);
    });
  });
};
