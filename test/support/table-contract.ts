// What the parts of the table's contract share: filling a table, reading its sort keys, an item there and back.
import { expect } from "vitest";
import type { Item, Range, Table } from "../../lib/store/table/table.ts";

export type Fresh = () => Promise<Table>;

export const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => Array.fromAsync(items);

/** `fresh`: a new, empty table each time. */
export const tableAsks = (fresh: Fresh) => {
  const sortKeys = async (table: Table, range: Omit<Range, "pk">): Promise<string[]> =>
    (await collect(table.query({ pk: "p", ...range }))).map(({ sk }) => sk);
  const filled = async (sks: readonly string[], more: object = {}): Promise<Table> => {
    const table = await fresh();
    await table.putMany(sks.map((sk) => ({ pk: "p", sk, ...more })));
    await table.put({ pk: "other", sk: "x" });
    return table;
  };
  const roundTrip = async (attributes: Record<string, unknown>): Promise<Record<string, unknown>> => {
    const table = await fresh();
    await table.put({ pk: "p", sk: "s", ...attributes });
    const { pk, sk, ...back } = (await table.get({ pk: "p", sk: "s" }, { consistent: true })) as Item;
    expect([pk, sk]).toEqual(["p", "s"]);
    expect(await collect(table.query({ pk: "p" }))).toEqual([{ pk, sk, ...back }]);
    expect(await table.getMany([{ pk, sk }])).toEqual([{ pk, sk, ...back }]);
    return back;
  };
  return { sortKeys, filled, roundTrip };
};
