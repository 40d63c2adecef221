import { afterAll, beforeAll, expect, it } from "vitest";
import type { Profile } from "../../../lib/core/activity/activity.ts";
import type { Cluster } from "../../../lib/core/base/ids.ts";
import { DAY, HOUR } from "../../../lib/core/base/time.ts";
import { createActivityStore } from "../../../lib/store/activity/activity.ts";
import { liveThrough, WORLD_START } from "../../support/ingest-world.ts";
import { CLUSTER } from "../../support/records.ts";
import { testTables } from "../../support/table.ts";

let tables: Awaited<ReturnType<typeof testTables>>;
beforeAll(async () => {
  tables = await testTables();
});
afterAll(() => tables.stop());

const byStart = (profiles: readonly Profile[]) =>
  new Map(profiles.map(({ from, tallies }) => [from, tallies]));

it("counts the truth by three ways, with duplicates, in any order, by two workers that die at random writes", async () => {
  const table = await tables.fresh();
  const { truth, deaths, counted } = await liveThrough({
    table,
    events: 2_000,
    days: 2,
    seed: 20_261_121,
    deathRate: 0.005,
    eventBatch: 100,
    fileEvents: 350,
  });
  expect(deaths).toBeGreaterThan(5);
  // What a dead worker had counted nobody reported; the store knows it all the same.
  expect(counted).toBeLessThanOrEqual(2_000);
  const store = createActivityStore(table);
  const all = { from: WORLD_START - DAY, to: WORLD_START + 9 * DAY };
  await store.fold(CLUSTER as Cluster, WORLD_START + 9 * DAY);
  const [hours, days] = [
    await store.hours(CLUSTER as Cluster, all),
    await store.days(CLUSTER as Cluster, all),
  ];
  expect(byStart(hours)).toEqual(truth.hours);
  expect(byStart(days)).toEqual(truth.days);
  expect(await store.refold(CLUSTER as Cluster, { from: WORLD_START, to: WORLD_START + 2 * DAY })).toEqual({
    hours: 0,
    days: 0,
  });
  expect(hours.every(({ from }) => from % HOUR === 0)).toBe(true);
}, 60_000);
