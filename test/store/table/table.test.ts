import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testTables } from "../../support/table.ts";

let tables: Awaited<ReturnType<typeof testTables>>;
beforeAll(async () => {
  tables = await testTables();
});
afterAll(() => tables.stop());

const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => Array.fromAsync(items);

describe("table", () => {
  it("puts where absent once", async () => {
    const table = await tables.fresh();
    expect(await table.putIfAbsent({ pk: "a", sk: "1", v: 1 })).toBe(true);
    expect(await table.putIfAbsent({ pk: "a", sk: "1", v: 2 })).toBe(false);
    expect(await table.get({ pk: "a", sk: "1" })).toEqual({ pk: "a", sk: "1", v: 1 });
  });

  it("writes on a revision only while it stands", async () => {
    const table = await tables.fresh();
    expect(await table.putIf({ pk: "a", sk: "1", rev: 1 }, "rev", undefined)).toBe(true);
    expect(await table.putIf({ pk: "a", sk: "1", rev: 2 }, "rev", 1)).toBe(true);
    expect(await table.putIf({ pk: "a", sk: "1", rev: 3 }, "rev", 1)).toBe(false);
    expect(await table.removeIf({ pk: "a", sk: "1" }, "rev", 1)).toBe(false);
    expect(await table.removeIf({ pk: "a", sk: "1" }, "rev", 2)).toBe(true);
  });

  it("pages through more than one response and honours ranges and limits", async () => {
    const table = await tables.fresh();
    const text = "x".repeat(60_000);
    const items = Array.from({ length: 60 }, (_, n) => ({
      pk: "a",
      sk: `s${String(n).padStart(2, "0")}`,
      text,
    }));
    await table.putMany(items);
    expect(await collect(table.query({ pk: "a" }))).toHaveLength(60);
    expect((await collect(table.query({ pk: "a", from: "s10", to: "s19" }))).map((i) => i.sk)).toHaveLength(
      10,
    );
    const last = await collect(table.query({ pk: "a", backward: true, limit: 2 }));
    expect(last.map((i) => i.sk)).toEqual(["s59", "s58"]);
    expect(await table.getMany(items.map(({ pk, sk }) => ({ pk, sk })))).toHaveLength(60);
  });

  it("sorts by takenAt through the time index", async () => {
    const table = await tables.fresh();
    await table.put({ pk: "c", sk: "2", takenAt: "2026-01-01T00:00:00.000Z" });
    await table.put({ pk: "c", sk: "1", takenAt: "2026-02-01T00:00:00.000Z" });
    await table.put({ pk: "c", sk: "3" });
    const before = table.query({
      pk: "c",
      byTime: true,
      to: "2026-01-31T00:00:00.000Z",
      backward: true,
      limit: 1,
    });
    expect((await collect(before)).map((i) => i.sk)).toEqual(["2"]);
  });

  it("reports the capacity that it consumed", async () => {
    const table = await tables.fresh();
    await table.put({ pk: "a", sk: "1", data: new Uint8Array(1500) });
    await table.get({ pk: "a", sk: "1" }, { consistent: true });
    expect(table.consumed()).toEqual({ readUnits: 1, writeUnits: 2, calls: 2 });
  });
});
