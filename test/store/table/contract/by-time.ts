// The table's contract on the index by time.
import { describe, expect, it } from "vitest";
import type { Range, Table } from "../../../../lib/store/table/table.ts";
import { collect, type Fresh } from "../../../support/table-contract.ts";

export const keepsTheIndexByTime = (adapter: string, fresh: Fresh): void => {
  describe(`a table in ${adapter}: the index by time`, () => {
    const times = async (table: Table, range: Omit<Range, "pk">): Promise<string[]> =>
      (await collect(table.query({ pk: "c", byTime: true, ...range }))).map(({ sk }) => sk);

    it("holds only items that have the attribute, sorted by it", async () => {
      const table = await fresh();
      await table.put({ pk: "c", sk: "2", takenAt: "2026-01-01T00:00:00.000Z", v: 2 });
      await table.put({ pk: "c", sk: "1", takenAt: "2026-02-01T00:00:00.000Z" });
      await table.put({ pk: "c", sk: "3" });
      await table.put({ pk: "d", sk: "4", takenAt: "2026-01-15T00:00:00.000Z" });
      expect(await times(table, {})).toEqual(["2", "1"]);
      expect(await times(table, { backward: true })).toEqual(["1", "2"]);
      expect(await times(table, { to: "2026-01-31T00:00:00.000Z", backward: true, limit: 1 })).toEqual(["2"]);
      expect(
        await times(table, { from: "2026-01-01T00:00:00.000Z", to: "2026-01-01T00:00:00.000Z" }),
      ).toEqual(["2"]);
      expect(await times(table, { prefix: "2026-02" })).toEqual(["1"]);
      const [whole] = await collect(table.query({ pk: "c", byTime: true, limit: 1 }));
      expect(whole).toEqual({ pk: "c", sk: "2", takenAt: "2026-01-01T00:00:00.000Z", v: 2 });
    });

    it("shows a write at once when it is asked consistently", async () => {
      const table = await fresh();
      for (let n = 0; n < 10; n++) {
        await table.put({ pk: "c", sk: "1", takenAt: `2026-01-0${n}` });
        const [only] = await collect(table.query({ pk: "c", byTime: true, consistent: true }));
        expect(only?.takenAt).toBe(`2026-01-0${n}`);
      }
      await table.remove({ pk: "c", sk: "1" });
      expect(await times(table, { consistent: true })).toEqual([]);
    });

    it("pages through items of one moment", async () => {
      const table = await fresh();
      const sks = Array.from({ length: 30 }, (_, n) => `s${String(n).padStart(2, "0")}`);
      await table.putMany(sks.map((sk) => ({ pk: "c", sk, takenAt: "t", text: "x".repeat(100_000) })));
      await table.put({ pk: "c", sk: "z", takenAt: "u" });
      expect((await times(table, {})).sort()).toEqual([...sks, "z"]);
      expect((await times(table, { backward: true })).sort()).toEqual([...sks, "z"]);
      expect((await times(table, { backward: true }))[0]).toBe("z");
    });
  });
};
