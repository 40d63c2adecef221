// The table's contract on conditions: who wins, and what a revision is compared with.
import { describe, expect, it } from "vitest";
import { collect, type Fresh, tableAsks } from "../../../support/table-contract.ts";

export const keepsConditions = (adapter: string, fresh: Fresh): void => {
  const { sortKeys, filled } = tableAsks(fresh);

  describe(`a table in ${adapter}: conditions`, () => {
    it("puts where absent once", async () => {
      const table = await fresh();
      expect(await table.putIfAbsent({ pk: "a", sk: "1", v: 1 })).toBe(true);
      expect(await table.putIfAbsent({ pk: "a", sk: "1", v: 2 })).toBe(false);
      expect(await table.get({ pk: "a", sk: "1" })).toEqual({ pk: "a", sk: "1", v: 1 });
    });

    it("lets one of many writers at the same moment win", async () => {
      const table = await fresh();
      const won = await Promise.all(
        Array.from({ length: 20 }, (_, v) => table.putIfAbsent({ pk: "a", sk: "1", v })),
      );
      expect(won.filter(Boolean)).toHaveLength(1);
      expect((await table.get({ pk: "a", sk: "1" }))?.v).toBe(won.indexOf(true));
    });

    it("writes on a revision only while it stands", async () => {
      const table = await fresh();
      expect(await table.putIf({ pk: "a", sk: "1", rev: 1 }, "rev", 7)).toBe(false);
      expect(await table.putIf({ pk: "a", sk: "1", rev: 1 }, "rev", undefined)).toBe(true);
      expect(await table.putIf({ pk: "a", sk: "1", rev: 1 }, "rev", undefined)).toBe(false);
      expect(await table.putIf({ pk: "a", sk: "1", rev: 2 }, "rev", 1)).toBe(true);
      expect(await table.putIf({ pk: "a", sk: "1", rev: 3 }, "rev", 1)).toBe(false);
      expect(await table.removeIf({ pk: "a", sk: "1" }, "rev", 1)).toBe(false);
      expect(await table.removeIf({ pk: "a", sk: "1" }, "rev", 2)).toBe(true);
      expect(await table.removeIf({ pk: "a", sk: "1" }, "rev", 2)).toBe(false);
      expect(await table.get({ pk: "a", sk: "1" })).toBeUndefined();
    });

    it("tells a number from a text and one number from another, and takes absent for absent", async () => {
      const table = await fresh();
      await table.put({ pk: "a", sk: "1", rev: 1, big: 12345678901234567890n, none: null });
      const item = { pk: "a", sk: "1", rev: 2 };
      expect(await table.putIf(item, "rev", "1")).toBe(false);
      expect(await table.putIf(item, "rev", 1.5)).toBe(false);
      expect(await table.putIf(item, "none", undefined)).toBe(false);
      expect(await table.putIf(item, "sk", undefined)).toBe(false);
      expect(await table.putIf(item, "sk", "1")).toBe(true);
      expect(await table.putIf({ ...item, "a.b": 1e-7 }, "missing", undefined)).toBe(true);
      expect(await table.putIf(item, "a.b", 0.0000001)).toBe(true);
    });

    it("removes, also what is not there", async () => {
      const table = await filled(["1", "2"]);
      await table.remove({ pk: "p", sk: "1" });
      await table.remove({ pk: "p", sk: "1" });
      expect(await sortKeys(table, {})).toEqual(["2"]);
    });

    it("replaces an item whole", async () => {
      const table = await fresh();
      await table.put({ pk: "a", sk: "1", takenAt: "t", v: 1, w: new Uint8Array(9) });
      await table.put({ pk: "a", sk: "1", x: 1 });
      expect(await table.get({ pk: "a", sk: "1" })).toEqual({ pk: "a", sk: "1", x: 1 });
      expect(await collect(table.query({ pk: "a", byTime: true }))).toEqual([]);
    });
  });
};
