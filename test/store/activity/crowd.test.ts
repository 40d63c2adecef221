// An hour in which thousands of principals knock: profiles stay within an item, add up, and end the same in any order.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Cluster, Principal } from "../../../lib/core/base/ids.ts";
import { DAY, HOUR } from "../../../lib/core/base/time.ts";
import { detectCluster } from "../../../lib/jobs/judge-cluster.ts";
import { openStore } from "../../../lib/store/open-store.ts";
import * as keys from "../../../lib/store/table/keys.ts";
import type { Table } from "../../../lib/store/table/table.ts";
import { connection } from "../../support/connections.ts";
import { CLUSTER, uuidOf } from "../../support/records.ts";
import { testTables } from "../../support/table.ts";

let tables: Awaited<ReturnType<typeof testTables>>;
beforeAll(async () => {
  tables = await testTables();
});
afterAll(() => tables.stop());

const cluster = CLUSTER as Cluster;
const T = Date.parse("2026-11-02T09:00:00Z");
const LATER = T + 5 * HOUR;
const lately = { from: T - DAY, to: T + DAY };
const open = (table: Table) => openStore(table, { now: () => LATER });

const crowd = (count: number, outcome: "allowed" | "refused") =>
  Array.from({ length: count }, (_, n) =>
    connection(uuidOf(n), T + Math.floor((n * HOUR) / count), {
      principal: `arn:aws:iam::${444400000000 + (n % 97)}:role/${"x".repeat(60)}${n}` as Principal,
      outcome,
    }),
  );

const itemsOf = async (table: Table) => {
  const items = [];
  for (const pk of [keys.hours(cluster), keys.days(cluster)]) {
    for await (const { rev: _, ...item } of table.query({ pk })) items.push(item);
  }
  return items;
};
const bytesOf = (item: Record<string, unknown>): number =>
  Object.values(item).reduce<number>(
    (sum, value) => sum + (value instanceof Uint8Array ? value.length : JSON.stringify(value).length),
    0,
  );

describe("a crowd", () => {
  it("ends in the same bytes whatever came first, twice or late", async () => {
    const everybody = crowd(4_000, "refused");
    const [one, other] = [await tables.fresh(), await tables.fresh()];
    const plain = open(one).activity;
    await plain.count(everybody, LATER);
    await plain.fold(cluster, LATER);
    const late = open(other).activity;
    await late.count(everybody.slice(1_500).reverse(), LATER);
    await late.fold(cluster, LATER);
    await late.count(everybody.slice(0, 2_000), LATER);
    await late.fold(cluster, LATER);
    await late.count(everybody, LATER);
    await late.fold(cluster, LATER);
    const items = await itemsOf(one);
    // Segments are as many as there were deliveries; what they add up to is the same.
    const content = (all: readonly Record<string, unknown>[]) =>
      all.map(({ segments: _, expiresAt: __, ...item }) => item);
    expect(content(await itemsOf(other))).toEqual(content(items));
    for (const item of items) expect(bytesOf(item)).toBeLessThan(350_000);
    const [day] = await plain.days(cluster, lately);
    expect(day?.tallies.reduce((sum, { count }) => sum + count, 0)).toBe(4_000);
    expect(day?.others).toBeGreaterThan(1_000);
    expect(await open(one).doubts.within(cluster, lately)).toEqual([]);
  }, 60_000);

  it("that was let in puts its hour in doubt: anybody may stand in the remainder", async () => {
    const store = open(await tables.fresh());
    await store.activity.count(crowd(3_000, "allowed"), LATER);
    await store.activity.fold(cluster, LATER);
    const doubts = await store.doubts.within(cluster, lately);
    expect(doubts).toMatchObject([{ from: T, to: T + HOUR }]);
    expect(doubts[0]?.reason).toMatch(/^more principals connected than are kept apart: at least \d+/);
  }, 60_000);

  it("does not stop a judgement", async () => {
    const store = open(await tables.fresh());
    await store.activity.count(crowd(4_000, "refused"), LATER);
    const { complete } = await detectCluster(store, cluster, LATER, {}).then(
      () => ({ complete: true }),
      (error: unknown) => ({ complete: String(error) }),
    );
    expect(complete).toBe(true);
    expect(await store.activity.days(cluster, lately)).toHaveLength(1);
  }, 60_000);
});

describe("an hour that cannot be added up", () => {
  it("keeps its mark, lets the others through, and is done by the next fold", async () => {
    const table = await tables.fresh();
    let broken = true;
    const store = open({
      ...table,
      putIf: async (item, attribute, expected) => {
        if (broken && item.sk === keys.hour(cluster, T).sk && item.pk === keys.hours(cluster)) {
          throw new RangeError("too large");
        }
        return table.putIf(item, attribute, expected);
      },
    }).activity;
    await store.count([connection("a", T), connection("b", T + HOUR)], LATER);
    await expect(store.fold(cluster, LATER)).rejects.toThrow(RangeError);
    expect((await store.hours(cluster, lately)).map(({ from }) => from)).toEqual([T + HOUR]);
    broken = false;
    expect(await store.count([connection("a", T)], LATER)).toMatchObject({ counted: 0, duplicates: 1 });
    await store.fold(cluster, LATER);
    expect((await store.hours(cluster, lately)).map(({ from }) => from)).toEqual([T, T + HOUR]);
    const [day] = await store.days(cluster, lately);
    expect(day?.tallies[0]?.count).toBe(2);
  });
});
