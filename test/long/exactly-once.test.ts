import { afterAll, beforeAll, expect, it } from "vitest";
import type { Profile } from "../../lib/core/activity/activity.ts";
import type { Cluster } from "../../lib/core/base/ids.ts";
import { DAY } from "../../lib/core/base/time.ts";
import { createActivityStore } from "../../lib/store/activity/activity.ts";
import { liveThrough, WORLD_START } from "../support/ingest-world.ts";
import { CLUSTER } from "../support/records.ts";
import { testTables } from "../support/table.ts";

const EVENTS = Number(process.env.EVENTS ?? 1_000_000);

let tables: Awaited<ReturnType<typeof testTables>>;
beforeAll(async () => {
  tables = await testTables();
});
afterAll(() => tables.stop());

const byStart = (profiles: readonly Profile[]) =>
  new Map(profiles.map(({ from, tallies }) => [from, tallies]));

it(`counts ${EVENTS} events, 30 % of them twice, as the truth`, async () => {
  const table = await tables.fresh();
  const days = 2;
  const { truth, deaths } = await liveThrough({
    table,
    events: EVENTS,
    days,
    seed: 1,
    // Some writes in ten thousand: a delivery of a whole day's minutes must come to its end now and then.
    deathRate: 0.0003,
    eventBatch: 2_600,
    fileEvents: 40_000,
  });
  expect(deaths).toBeGreaterThan(3);
  const store = createActivityStore(table);
  const cluster = CLUSTER as Cluster;
  const all = { from: WORLD_START - DAY, to: WORLD_START + 9 * DAY };
  await store.fold(cluster, WORLD_START + 9 * DAY);
  expect(byStart(await store.hours(cluster, all))).toEqual(truth.hours);
  expect(byStart(await store.days(cluster, all))).toEqual(truth.days);
  expect(await store.refold(cluster, { from: WORLD_START, to: WORLD_START + days * DAY })).toEqual({
    hours: 0,
    days: 0,
  });
  let held = 0;
  for (const ids of (await store.countedIds(cluster, all)).values()) held += ids.size;
  expect(held).toBe(EVENTS);
}, 3_600_000);
