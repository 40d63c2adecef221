// What is over of people is removed, of all stores alike; what is not stays, and nothing looks proven and empty.
import { afterAll, expect, it } from "vitest";
import { DAY, HOUR } from "../../lib/core/base/time.ts";
import { scopeOfCluster } from "../../lib/core/coverage/coverage-scope.ts";
import {
  defaultRetention,
  type RetentionDays,
  retentionNames,
  retentionPlans,
  retentionProblem,
} from "../../lib/core/findings/retention-days.ts";
import { readRetentionMark } from "../../lib/store/history/retention-mark.ts";
import { verifyHistory } from "../../lib/store/history/verify-history.ts";
import { openWholeStore, type WholeStore } from "../../lib/store/open-archive.ts";
import * as keys from "../../lib/store/table/keys.ts";
import type { Key, Table } from "../../lib/store/table/table.ts";
import { cluster, estate, role } from "../support/catalogs.ts";
import { connection } from "../support/connections.ts";
import { Crash, dyingTable } from "../support/faulty-table.ts";
import { findingOf } from "../support/query-world.ts";
import { sqliteTables } from "../support/table.ts";

const sqlite = sqliteTables();
afterAll(() => sqlite.stop());
const NOW = Date.UTC(2026, 10, 20, 9);
/** Just over and just within each limit. */
const days: RetentionDays = { activityDays: 120, findingDays: 130, noticeDays: 40, actDays: 400 };
const scope = scopeOfCluster(cluster) ?? "";

/** A connection on each of these days, with all that is kept beside it. */
const lived = async (table: Table): Promise<WholeStore> => {
  const store = openWholeStore(table, { now: () => NOW });
  await store.clusters.register(cluster);
  await store.snapshots.save(cluster, estate({ roles: [role(10, "boss")] }), NOW - 200 * DAY);
  await store.snapshots.save(cluster, estate({ roles: [role(10, "boss2")] }), NOW - HOUR);
  const ages = [1, 119, 121, 130, 300];
  await store.activity.count(
    ages.map((age) => connection(`c${age}`, NOW - age * DAY, { cluster })),
    NOW,
  );
  await store.activity.fold(cluster, NOW);
  await store.activity.markHours(
    scope,
    ages.map((age) => NOW - age * DAY),
    "digest",
  );
  const closed = (id: string, age: number) =>
    findingOf(id, { status: "resolved", closedAt: NOW - age * DAY });
  await store.findings.update(cluster, () => [closed("old", 131), closed("young", 129), findingOf("open")]);
  for (const age of [41, 39])
    await store.sentNotices.note(cluster, {
      ...{ at: NOW - age * DAY, kind: "daily", severity: "low", subject: `s${age}`, incidents: [] },
    });
  const act = (at: number, until?: number) => ({
    ...{ cluster, at, finding: "open", by: "ana", via: "command line" as const },
    ...(until === undefined ? { kind: "ack" as const } : { kind: "exempt" as const, until }),
  });
  await store.acts.note(act(NOW - 401 * DAY));
  await store.acts.note(act(NOW - 399 * DAY));
  // It holds for longer than the act is old.
  await store.acts.note(act(NOW - 500 * DAY, NOW - 300 * DAY));
  const accepted = { cluster, detector: "d", subject: { facet: "" }, owner: "o", reason: "r", createdAt: 0 };
  for (const age of [401, 399])
    await store.findings.exempt({ ...accepted, key: `k${age}`, until: NOW - age * DAY });
  return store;
};

const left = async (store: WholeStore, table: Table) => {
  const ages = (at: number[]) => at.map((one) => Math.round((NOW - one) / DAY));
  const all = { from: NOW - 400 * DAY, to: NOW + DAY };
  const coverage = await store.activity.coverage(cluster, all);
  const slots = await Promise.all(
    [1, 119, 121, 130, 300].map(async (age) => {
      const found = await Array.fromAsync(table.query({ pk: keys.slots(cluster, NOW - age * DAY) }));
      return found.length ? [age] : [];
    }),
  );
  return {
    days: ages((await store.activity.days(cluster, all)).map(({ from }) => from + 9 * HOUR)).sort(
      (a, b) => a - b,
    ),
    hours: ages((await store.activity.hours(cluster, all)).map(({ from }) => from)).sort((a, b) => a - b),
    slots: slots.flat(),
    proven: coverage.length,
    findings: (await store.findings.list(cluster)).map(({ id }) => id).sort(),
    notices: (await store.sentNotices.list(cluster)).map(({ subject }) => subject),
    acts: ages((await store.acts.list(cluster)).map(({ at }) => at)).sort((a, b) => a - b),
    exemptions: (await store.findings.exemptions(cluster)).map(({ key }) => key),
  };
};

const KEPT = {
  ...{ days: [1, 119], hours: [1, 119], slots: [1, 119], proven: 2 },
  ...{ findings: ["open", "young"], notices: ["s39"], acts: [399, 500], exemptions: ["k399"] },
};

it("removes of each kind what is older than its days, counts it before it does, and has nothing to do twice", async () => {
  const table = await sqlite.fresh();
  const store = await lived(table);
  const would = await store.archive.retain(cluster, { days, apply: false });
  expect((await left(store, table)).days).toEqual([1, 119, 121, 130, 300]);
  const did = await store.archive.retain(cluster, { days });
  expect(did).toEqual(would);
  expect(did).toMatchObject({ removedActivity: 9, removedFindings: 1, removedNotices: 1, removedActs: 2 });
  expect(await left(store, table)).toEqual(KEPT);
  expect(await store.archive.retain(cluster, { days })).toMatchObject({
    ...{ removedActivity: 0, removedFindings: 0, removedNotices: 0, removedActs: 0 },
  });
});

it("breaks no link of the history's chain, and keeps acts as long as the table unless it is told otherwise", async () => {
  const table = await sqlite.fresh();
  const store = await lived(table);
  await store.archive.retain(cluster, { days: { ...days, actDays: 0 } });
  expect((await left(store, table)).acts).toEqual([399, 401, 500]);
  expect((await verifyHistory(await store.archive.toVerify(cluster))).faults).toEqual([]);
});

it("leaves nothing that looks proven and empty where it dies, and ends it the next time", async () => {
  for (const at of [0, 1, 2, 3, 4, 6, 9, 12]) {
    const table = await sqlite.fresh();
    const store = await lived(table);
    const dying = openWholeStore(dyingTable(table, at, false), { now: () => NOW });
    await dying.archive.retain(cluster, { days }).catch((error: unknown) => {
      if (!(error instanceof Crash)) throw error;
    });
    const { days: known } = await left(store, table);
    const all = { from: NOW - 400 * DAY, to: NOW };
    for (const { from } of await store.activity.coverage(cluster, all))
      expect(known).toContain(Math.round((NOW - from) / DAY));
    await store.archive.retain(cluster, { days });
    expect(await left(store, table)).toEqual(KEPT);
  }
});

it("comes to an end however little each run gets done", async () => {
  const table = await sqlite.fresh();
  const store = await lived(table);
  let runs = 0;
  for (let died = true; died; runs++) {
    const dying = openWholeStore(dyingTable(table, 1, runs % 2 === 0), { now: () => NOW });
    died = await dying.archive.retain(cluster, { days }).then(
      () => false,
      (error: unknown) => error instanceof Crash,
    );
    expect(runs).toBeLessThan(40);
  }
  expect(runs).toBeGreaterThan(5);
  expect(await left(store, table)).toEqual(KEPT);
});

it("is kept from nothing by what cannot be read: neither the history nor a finding, an act or an exemption", async () => {
  const broken: readonly ((table: Table) => Promise<[Key, object]>)[] = [
    async () => [keys.manifest(cluster, 1), { body: "{}" }],
    async () => [keys.finding(cluster, "young"), { v: 99 }],
    async (table) => {
      const acts = await Array.fromAsync(table.query({ pk: keys.acts(cluster) }));
      // The oldest is the first to be read, and holds an exemption that lasts: it stays.
      return [acts[0] ?? { pk: "", sk: "" }, { act: "none" }];
    },
    async () => [keys.exemption(cluster, "k399"), { exemption: null }],
  ];
  for (const breaking of broken) {
    const table = await sqlite.fresh();
    const store = await lived(table);
    const [key, fault] = await breaking(table);
    const whole = (await table.get(key)) ?? key;
    await table.put({ ...whole, ...fault });
    await expect(store.archive.retain(cluster, { days, keepDays: 1 })).rejects.toThrow();
    await table.put(whole);
    // What was thinned is noted all the same, or verify would take it for missing.
    expect((await readRetentionMark(table, cluster)).mark !== null).toBe(
      key.sk !== keys.manifest(cluster, 1).sk,
    );
    expect(await left(store, table)).toEqual(KEPT);
  }
});

it("refuses what may not be kept so short before it removes anything, and says why", async () => {
  const table = await sqlite.fresh();
  const store = await lived(table);
  for (const name of retentionNames) {
    const { min } = retentionPlans[name];
    const short = { ...defaultRetention, [name]: min - 1 };
    await expect(store.archive.retain(cluster, { days: short })).rejects.toMatchObject({
      ...{ code: "config", message: expect.stringContaining(`${name} is ${min - 1}, and has to be `) },
    });
    expect(retentionProblem(name, min)).toBeUndefined();
    expect(retentionProblem(name, defaultRetention[name])).toBeUndefined();
    for (const wrong of [1.5, Number.NaN, -1, 100_000]) expect(retentionProblem(name, wrong)).toBeDefined();
  }
  expect((await left(store, table)).days).toHaveLength(5);
});

it("keeps connections for longer than the window that verdicts look back", () => {
  expect(retentionProblem("activityDays", 200, 190)).toBeUndefined();
  expect(retentionProblem("activityDays", 199, 190)).toBe(
    "activityDays is 199, and has to be 200 at least: dormantDays is 190, and takes 10 days more",
  );
});
