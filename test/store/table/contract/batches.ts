// The table's contract on batches, and what each call consumes.
import { describe, expect, it } from "vitest";
import type { Item, Table } from "../../../../lib/store/table/table.ts";
import { collect, type Fresh, tableAsks } from "../../../support/table-contract.ts";

export const keepsBatchesAndCost = (adapter: string, fresh: Fresh): void => {
  const { filled } = tableAsks(fresh);

  describe(`a table in ${adapter}: batches and cost`, () => {
    it("puts and gets many, leaving out what is not there", async () => {
      const table = await fresh();
      const items = Array.from({ length: 130 }, (_, n) => ({ pk: `p${n % 3}`, sk: `s${n}`, n }));
      await table.putMany(items);
      const found = await table.getMany([...items.map(({ pk, sk }) => ({ pk, sk })), { pk: "p0", sk: "no" }]);
      expect(found.toSorted((a, b) => Number(a.n) - Number(b.n))).toEqual(items);
      await table.putMany([]);
      expect(await table.getMany([])).toEqual([]);
    });

    it("takes the last of several items with one key, and gives an item once that is asked for twice", async () => {
      const table = await fresh();
      await table.putMany([1, 2, 3].map((v) => ({ pk: "a", sk: "1", v })));
      const key = { pk: "a", sk: "1" };
      expect(await table.getMany([key, { ...key }])).toEqual([{ ...key, v: 3 }]);
    });

    it("looks up by the key alone, also when it is handed a whole item", async () => {
      const table = await filled(["1"], { v: 1 });
      const item = (await table.get({ pk: "p", sk: "1" })) as Item;
      expect(await table.get(item)).toEqual(item);
      expect(await table.getMany([item])).toEqual([item]);
      await table.remove(item);
      expect(await table.get(item)).toBeUndefined();
    });

    it.each<
      [string, (table: Table) => Promise<unknown>, { readUnits: number; writeUnits: number; calls: number }]
    >([
      [
        "a put",
        (t) => t.put({ pk: "a", sk: "1", v: new Uint8Array(1500) }),
        { readUnits: 0, writeUnits: 2, calls: 1 },
      ],
      [
        "a smaller put over it",
        (t) => t.put({ pk: "big", sk: "1" }),
        { readUnits: 0, writeUnits: 10, calls: 1 },
      ],
      [
        "a put where something is",
        (t) => t.putIfAbsent({ pk: "big", sk: "1" }),
        { readUnits: 0, writeUnits: 1, calls: 1 },
      ],
      [
        "a put on a revision",
        (t) => t.putIf({ pk: "big", sk: "1" }, "v", undefined),
        { readUnits: 0, writeUnits: 1, calls: 1 },
      ],
      ["a removal", (t) => t.remove({ pk: "big", sk: "1" }), { readUnits: 0, writeUnits: 10, calls: 1 }],
      [
        "a removal of nothing",
        (t) => t.remove({ pk: "big", sk: "2" }),
        { readUnits: 0, writeUnits: 1, calls: 1 },
      ],
      ["a get", (t) => t.get({ pk: "big", sk: "1" }), { readUnits: 1.5, writeUnits: 0, calls: 1 }],
      [
        "a consistent get",
        (t) => t.get({ pk: "big", sk: "1" }, { consistent: true }),
        { readUnits: 3, writeUnits: 0, calls: 1 },
      ],
      ["a get of nothing", (t) => t.get({ pk: "big", sk: "2" }), { readUnits: 0.5, writeUnits: 0, calls: 1 }],
      ["a query", (t) => collect(t.query({ pk: "big" })), { readUnits: 1.5, writeUnits: 0, calls: 1 }],
      [
        "a consistent query",
        (t) => collect(t.query({ pk: "big", consistent: true })),
        { readUnits: 3, writeUnits: 0, calls: 1 },
      ],
      [
        "a batch of puts",
        (t) => t.putMany(Array.from({ length: 30 }, (_, n) => ({ pk: "b", sk: `${n}` }))),
        { readUnits: 0, writeUnits: 30, calls: 2 },
      ],
      [
        "a batch of gets",
        (t) =>
          t.getMany([
            { pk: "big", sk: "1" },
            { pk: "big", sk: "2" },
          ]),
        { readUnits: 2, writeUnits: 0, calls: 1 },
      ],
    ])("counts what %s consumes", async (_, work, expected) => {
      const table = await fresh();
      await table.put({ pk: "big", sk: "1", v: new Uint8Array(10_000) });
      const before = table.consumed();
      await work(table);
      const after = table.consumed();
      expect({
        readUnits: after.readUnits - before.readUnits,
        writeUnits: after.writeUnits - before.writeUnits,
        calls: after.calls - before.calls,
      }).toEqual(expected);
    });
  });
};
