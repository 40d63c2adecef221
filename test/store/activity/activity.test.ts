import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Profile } from "../../../lib/core/activity/activity.ts";
import type { Cluster } from "../../../lib/core/base/ids.ts";
import { DAY, HOUR, MINUTE } from "../../../lib/core/base/time.ts";
import { createActivityStore } from "../../../lib/store/activity/activity.ts";
import type { Table } from "../../../lib/store/table/table.ts";
import { connection, talliesByUnit } from "../../support/connections.ts";
import { CLUSTER, uuidOf } from "../../support/records.ts";
import { testTables } from "../../support/table.ts";

let tables: Awaited<ReturnType<typeof testTables>>;
beforeAll(async () => {
  tables = await testTables();
});
afterAll(() => tables.stop());

const cluster = CLUSTER as Cluster;
const T = Date.parse("2026-11-02T09:14:07Z");
const LATER = T + 2 * HOUR;
const ALL = { from: T - 3 * DAY, to: T + 3 * DAY };
const some = (count: number, stepMs: number, from = T) =>
  Array.from({ length: count }, (_, n) =>
    connection(uuidOf(n), from + n * stepMs, { sourceIp: `10.0.${n % 3}.1` }),
  );

const writeUnits = async (table: Table, work: () => Promise<unknown>): Promise<number> => {
  const before = table.consumed().writeUnits;
  await work();
  return table.consumed().writeUnits - before;
};

const total = (profiles: readonly Profile[]): number =>
  profiles.flatMap(({ tallies }) => tallies).reduce((sum, { count }) => sum + count, 0);

describe("counting", () => {
  it("counts every connection once, whatever comes again", async () => {
    const store = createActivityStore(await tables.fresh());
    const events = some(300, 20_000);
    expect(await store.count(events.slice(0, 200), LATER)).toEqual({
      counted: 200,
      duplicates: 0,
      tooOld: 0,
    });
    expect(await store.count([...events, ...events.slice(250)], LATER)).toEqual({
      counted: 100,
      duplicates: 250,
      tooOld: 0,
    });
    await store.fold(cluster, LATER);
    const hours = await store.hours(cluster, ALL);
    expect(new Map(hours.map(({ from, tallies }) => [from, tallies]))).toEqual(talliesByUnit(events, HOUR));
    const days = await store.days(cluster, ALL);
    expect(new Map(days.map(({ from, tallies }) => [from, tallies]))).toEqual(talliesByUnit(events, DAY));
  });

  it("tells the same event id of two clusters apart", async () => {
    const store = createActivityStore(await tables.fresh());
    const other = connection("e", T, { cluster: `${CLUSTER}2` });
    expect(await store.count([connection("e", T), other], LATER)).toMatchObject({ counted: 2 });
  });

  it("refuses what is older than its slots, with a count", async () => {
    const store = createActivityStore(await tables.fresh());
    const old = connection("old", LATER - 400 * DAY - 1);
    const edge = connection("edge", LATER - 400 * DAY);
    expect(await store.count([old, edge], LATER)).toEqual({ counted: 1, duplicates: 0, tooOld: 1 });
  });

  it("lets segments expire only after nobody may ask for their minute", async () => {
    const table = await tables.fresh();
    await createActivityStore(table).count([connection("e", T)], LATER);
    const [segment] = await Array.fromAsync(table.query({ pk: `SLOT#${cluster}#2026-11-02T09` }));
    expect((segment?.expiresAt as number) * 1_000).toBeGreaterThan(T + 401 * DAY);
  });

  it("writes nothing for a batch of nothing but duplicates", async () => {
    const table = await tables.fresh();
    const store = createActivityStore(table);
    const events = some(500, 900);
    await store.count(events, LATER);
    expect(await writeUnits(table, () => store.count(events, LATER))).toBe(0);
    await store.fold(cluster, T + 30 * DAY);
    expect(await writeUnits(table, () => store.count(events, LATER))).toBe(0);
  });

  it("counts exactly with several writers on one slot", async () => {
    const table = await tables.fresh();
    const events = some(400, 100);
    const writers = Array.from({ length: 4 }, (_, n) => {
      const store = createActivityStore(table);
      return store.count([...events.slice(n * 80), ...events.slice(0, n * 80)].slice(0, 250), LATER);
    });
    const counts = await Promise.all(writers);
    expect(counts.reduce((sum, { counted }) => sum + counted, 0)).toBeLessThanOrEqual(400);
    await createActivityStore(table).count(events, LATER);
    await createActivityStore(table).fold(cluster, LATER);
    expect(total(await createActivityStore(table).hours(cluster, ALL))).toBe(400);
  });

  it("takes its own segment for its own when the answer to a put got lost", async () => {
    const table = await tables.fresh();
    let lost = 0;
    const retried: Table = {
      ...table,
      // What the SDK does: the put went in, the answer did not come, the second try meets the first.
      putIfAbsent: async (item) => {
        await table.putIfAbsent(item);
        lost++;
        return table.putIfAbsent(item);
      },
    };
    expect(await createActivityStore(retried).count(some(3, 10), LATER)).toMatchObject({ counted: 3 });
    expect(lost).toBe(1);
  });

  it("splits what does not fit into one item", async () => {
    const store = createActivityStore(await tables.fresh());
    const events = Array.from({ length: 3_000 }, (_, n) =>
      connection(uuidOf(n), T, { principal: `arn:aws:iam::1:role/${uuidOf(n).repeat(20)}` }),
    );
    expect(await store.count(events, LATER)).toMatchObject({ counted: 3_000 });
    expect(await store.count(events, LATER)).toMatchObject({ duplicates: 3_000 });
  }, 20_000);
});

describe("profiles", () => {
  it("keeps an hour that is still filling marked, and closes it later", async () => {
    const table = await tables.fresh();
    const store = createActivityStore(table);
    const marks = () => Array.fromAsync(table.query({ pk: `DIRTY#${cluster}` }));
    await store.count(some(1, 0), T);
    expect(await store.fold(cluster, T + MINUTE)).toEqual({ hours: 1, days: 0 });
    expect(await marks()).toHaveLength(1);
    expect(await writeUnits(table, () => store.fold(cluster, T + MINUTE))).toBe(0);
    await store.count([connection("second", T + MINUTE)], T + MINUTE);
    expect(await store.fold(cluster, T + 2 * MINUTE)).toEqual({ hours: 1, days: 0 });
    expect(total(await store.days(cluster, ALL))).toBe(2);
    expect(await store.fold(cluster, T + 2 * HOUR)).toEqual({ hours: 0, days: 1 });
    expect(await marks()).toHaveLength(0);
    expect(total(await store.days(cluster, ALL))).toBe(2);
  });

  it("adds a late event of a closed hour up", async () => {
    const store = createActivityStore(await tables.fresh());
    await store.count(some(2, 10), T);
    await store.fold(cluster, T + DAY);
    await store.count([connection("late", T)], T + DAY);
    await store.fold(cluster, T + DAY);
    expect(total(await store.hours(cluster, ALL))).toBe(3);
    expect(total(await store.days(cluster, ALL))).toBe(3);
    expect(await store.refold(cluster, ALL)).toEqual({ hours: 0, days: 0 });
  });

  it("marks an hour again that was closed while its segment was on the way", async () => {
    const table = await tables.fresh();
    const store = createActivityStore(table);
    const slow = createActivityStore({
      ...table,
      putIfAbsent: async (item) => {
        await store.fold(cluster, T + DAY);
        return table.putIfAbsent(item);
      },
    });
    await slow.count([connection("late", T)], T);
    await store.fold(cluster, T + DAY);
    expect(total(await store.hours(cluster, ALL))).toBe(1);
  });

  it("does not put an older sum over a newer one", async () => {
    const table = await tables.fresh();
    const store = createActivityStore(table);
    await store.count([connection("first", T)], T);
    let raced = false;
    const slow = createActivityStore({
      ...table,
      // Between the slow one's reading and its writing, another counts and adds up.
      query: async function* (range) {
        yield* table.query(range);
        if (raced || !range.pk.startsWith("SLOT#")) return;
        raced = true;
        await store.count([connection("second", T)], T);
        await store.fold(cluster, T + MINUTE);
      },
    });
    await slow.fold(cluster, T + MINUTE);
    expect(raced).toBe(true);
    expect(total(await store.hours(cluster, ALL))).toBe(2);
  });

  it("notices when its writer died between a segment and the second mark", async () => {
    const table = await tables.fresh();
    const store = createActivityStore(table);
    await store.count([connection("first", T)], T);
    // The worst order: the mark is consumed after it was made and before the segment goes in, then the writer dies.
    const dying = createActivityStore({
      ...table,
      putIfAbsent: async (item) => {
        await store.fold(cluster, T + DAY);
        await table.putIfAbsent(item);
        throw new Error("died");
      },
    });
    await expect(dying.count([connection("second", T)], T)).rejects.toThrow("died");
    await store.fold(cluster, T + DAY);
    expect(total(await store.hours(cluster, ALL))).toBe(1);
    expect(await store.count([connection("second", T)], T)).toMatchObject({ duplicates: 1 });
    await store.fold(cluster, T + DAY);
    expect(total(await store.hours(cluster, ALL))).toBe(2);
  });

  it("answers nothing for an empty stretch", async () => {
    const store = createActivityStore(await tables.fresh());
    expect(await store.hours(cluster, { from: T, to: T })).toEqual([]);
    expect(await store.days(cluster, { from: T, to: T - 1 })).toEqual([]);
  });
});

describe("coverage in the store", () => {
  it("joins what is proven by account and Region, for the cluster alone, and by files of no scope", async () => {
    const store = createActivityStore(await tables.fresh());
    const H = Date.parse("2026-11-02T22:00:00Z");
    await store.markHours("111122223333/us-east-1", [H, H + HOUR, H + 2 * HOUR], "folder");
    await store.markHours("111122223333/us-east-1", [H], "folder");
    await store.markHours(cluster, [H + HOUR], "canary");
    await store.markHours("*", [H + 5 * HOUR], "folder");
    await store.markHours("999999999999/us-east-1", [H + 7 * HOUR], "digest");
    expect(await store.coverage(cluster, { from: H - DAY, to: H + DAY })).toEqual([
      { from: H, to: H + HOUR, proof: "folder" },
      { from: H + HOUR, to: H + 2 * HOUR, proof: "canary" },
      { from: H + 2 * HOUR, to: H + 3 * HOUR, proof: "folder" },
      { from: H + 5 * HOUR, to: H + 6 * HOUR, proof: "folder" },
    ]);
    expect(await store.coverage(cluster, { from: H + HOUR, to: H + HOUR + 1 })).toHaveLength(1);
  });

  it("writes nothing for hours that are proven already", async () => {
    const table = await tables.fresh();
    const store = createActivityStore(table);
    await store.markHours("a/b", [0, HOUR], "folder");
    expect(await writeUnits(table, () => store.markHours("a/b", [0, HOUR], "folder"))).toBe(0);
  });
});
