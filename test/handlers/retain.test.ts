import type { Context, SQSEvent } from "aws-lambda";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { detectHandler } from "../../handlers/detect.ts";
import { retainHandler } from "../../handlers/retain.ts";
import { Cluster } from "../../lib/core/base/ids.ts";
import { DAY, HOUR } from "../../lib/core/base/time.ts";
import { defaultRetention } from "../../lib/core/findings/retention-days.ts";
import type { Fields } from "../../lib/log.ts";
import { registerCluster } from "../../lib/store/history/clusters.ts";
import { tableHistory } from "../../lib/store/history/export.ts";
import { CHUNK_GRACE } from "../../lib/store/history/retention.ts";
import { createSnapshotStore } from "../../lib/store/history/snapshots.ts";
import { verifyHistory } from "../../lib/store/history/verify-history.ts";
import { openWholeStore } from "../../lib/store/open-archive.ts";
import { openStore, type Store } from "../../lib/store/open-store.ts";
import * as keys from "../../lib/store/table/keys.ts";
import type { Table } from "../../lib/store/table/table.ts";
import { cluster, estate, role } from "../support/catalogs.ts";
import { connection } from "../support/connections.ts";
import { dyingTable } from "../support/faulty-table.ts";
import { testTables } from "../support/table.ts";

const T = Date.UTC(2026, 2, 1, 2);
const keepDays = 2;
const other = Cluster.parse(`${cluster}2`);
const end = T + 4 * DAY + 18 * HOUR;

let tables: Awaited<ReturnType<typeof testTables>>;
beforeAll(async () => {
  tables = await testTables();
});
afterAll(() => tables.stop());

/** Five days of each cluster, four snapshots a day, each with a role of another name. */
const twoClusters = async (): Promise<Table> => {
  const db = await tables.fresh();
  for (const one of [cluster, other]) {
    await registerCluster(db, one);
    const store = createSnapshotStore(db, { now: () => T });
    for (let n = 0; n < 20; n++) {
      const catalog = { ...estate({ roles: [role(10, `boss${n}`)] }), cluster: one };
      await store.save(one, catalog, T + n * 6 * HOUR);
    }
  }
  return db;
};

/** One run of the function; `random` says which cluster has the first turn. */
const retain = async (db: Table, { now = end, random = 0, days = defaultRetention } = {}) => {
  const logged: [string, Fields][] = [];
  const note = (message: string, fields: Fields = {}): void => void logged.push([message, fields]);
  const handler = retainHandler({
    store: openWholeStore(db, { now: () => now }),
    ...{ keepDays, days },
    now: () => now,
    random: () => random,
    sleep: async () => {},
    log: { info: note, warn: note, error: note },
  });
  const failure = await handler({}, {} as Context).then(
    () => undefined,
    (error: unknown) => error,
  );
  const told = (message: string) => logged.filter(([one]) => one === message).map(([, fields]) => fields);
  return { failure, told };
};
/** What the detect function does once connections to a cluster were counted. */
const askIfWatched = async (store: Store, one: Cluster, now: number): Promise<void> => {
  const none = () => {};
  const handler = detectHandler({
    ...{ now: () => now, random: () => 0, sleep: async () => {}, store, options: {} },
    ...{ notify: async () => {}, count: none, functionName: "detect" },
    log: { info: none, warn: none, error: none },
  });
  const body = JSON.stringify({ cluster: one, reason: "connections", ifWatched: true });
  const event = { Records: [{ messageId: "m", body }] } as unknown as SQSEvent;
  expect(await handler(event, {} as Context)).toEqual({ batchItemFailures: [] });
};
const count = async (db: Table, pk: string): Promise<number> =>
  (await Array.fromAsync(db.query({ pk, prefix: "" }))).length;
const seqs = async (db: Table, one: Cluster): Promise<number[]> =>
  (await tableHistory(db, one)).manifests.map(({ key }) => key);
const chunks = async (db: Table, one: Cluster): Promise<number> => {
  const counts = await Promise.all(keys.chunkShards(one).map((pk) => count(db, pk)));
  return counts.reduce((sum, n) => sum + n, 0);
};
const faults = async (db: Table, one: Cluster) =>
  (await verifyHistory(await tableHistory(db, one), { keepDays })).faults;

// The first of each of the days before, then all.
const THINNED = [1, 5, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20];

describe("the retain function", () => {
  it("thins every cluster, collects the chunks that are left over, and has nothing to do the second time", async () => {
    const db = await twoClusters();
    const before = await chunks(db, other);
    const late = end + 2 * CHUNK_GRACE;
    const first = await retain(db, { now: late });
    expect(first.failure).toBeUndefined();
    expect(first.told("retained").map(({ cluster: one }) => one)).toEqual([cluster, other]);
    for (const one of [cluster, other]) {
      expect(await seqs(db, one)).toEqual(THINNED);
      expect(await faults(db, one)).toEqual([]);
    }
    expect(await chunks(db, other)).toBeLessThan(before);
    const second = await retain(db, { now: late });
    expect(second.failure).toBeUndefined();
    expect(second.told("retained")).toMatchObject([
      { removedSnapshots: 0, removedChunks: 0 },
      { removedSnapshots: 0, removedChunks: 0 },
    ]);
  });

  it("lets one cluster that fails neither hide the others nor pass for done", async () => {
    const db = await twoClusters();
    const key = keys.manifest(cluster, 20);
    await db.put({ ...key, ...(await db.get(key)), body: "{}" });
    const { failure, told } = await retain(db);
    expect(failure).toMatchObject({ code: "store", message: "retention failed for 1 of 2 clusters" });
    expect(told("retention failed")).toMatchObject([{ cluster, code: "store" }]);
    expect(await seqs(db, cluster)).toHaveLength(20);
    expect(await seqs(db, other)).toEqual(THINNED);
  });

  it.each([
    ["an entry of the register", keys.cluster(other)],
    ["a note of who nobody watches", keys.unwatchedCluster(other)],
  ])("lets %s that cannot be read neither stop any cluster nor pass for done", async (_, key) => {
    const db = await twoClusters();
    await openStore(db, { now: () => T }).unwatched.note(other, T);
    await db.put({ ...key, v: "<script>" });
    const { failure, told } = await retain(db);
    expect(failure).toMatchObject({
      code: "store",
      message: "1 entry in the list of clusters cannot be read",
    });
    expect(told("a cluster's entry cannot be read, and counts by its key")).toMatchObject([
      { code: "store", reason: expect.stringContaining(other) },
    ]);
    expect(told("retained").map(({ cluster: one }) => one)).toEqual([cluster, other]);
    for (const one of [cluster, other]) expect(await seqs(db, one)).toEqual(THINNED);
  });

  it("names every item that it could not read, of whatever kind, and removes what is over of all the others", async () => {
    const db = await tables.fresh();
    const store = openStore(db, { now: () => T });
    await registerCluster(db, cluster);
    const days = [T - 500 * DAY, T - 450 * DAY];
    for (const at of days) await store.activity.count([connection(`c-${at}`, at, { cluster })], at);
    for (const at of days) await store.activity.fold(cluster, at);
    for (const at of days)
      await store.acts.note({ cluster, at, kind: "retire", by: "ana", via: "command line", note: "x" });
    const broken = [
      { ...keys.hour(cluster, T), sk: "2020-broken" },
      ...[1, 2].map((n) => ({ pk: keys.acts(cluster), sk: `broken-${n}` })),
      { pk: keys.exemptions(cluster), sk: "broken" },
      { pk: keys.findings(cluster), sk: "broken" },
      { pk: keys.unwatched(), sk: other },
    ];
    for (const key of broken) await db.put({ ...key, v: "<script>" });
    const { failure, told } = await retain(db, { now: T, days: { ...defaultRetention, actDays: 400 } });
    expect(failure).toMatchObject({
      message: "retention failed for 1 of 2 clusters, and 1 entry in the list of clusters cannot be read",
    });
    const said = JSON.stringify([
      told("retention failed"),
      told("a cluster's entry cannot be read, and counts by its key"),
    ]);
    for (const { pk, sk } of broken) expect(said).toContain(`${pk} / ${sk}`);
    for (const pk of [keys.days(cluster), keys.slots(cluster, days[0] ?? 0)])
      expect(await count(db, pk), pk).toBe(0);
    for (const pk of [keys.hours(cluster), keys.exemptions(cluster), keys.findings(cluster)])
      expect(await count(db, pk), pk).toBe(1);
    expect(await count(db, keys.acts(cluster))).toBe(2);
  });

  it("removes what is over of clusters that no snapshot made known, watched or not, long after the last connection", async () => {
    const db = await tables.fresh();
    const store = openStore(db, { now: () => T });
    const deployment = {
      ...{ stack: "s", topic: "arn:aws:sns:us-east-1:111122223333:t", queues: {}, deadLetters: {} },
      ...{ bucket: "", prefix: "", api: "", regions: "", members: "", clusterTags: {} },
    };
    await store.deployments.ran(T, deployment);
    const arns = ["111122223333", "999900001111"].map((account) =>
      Cluster.parse(`arn:aws:dsql:us-east-1:${account}:cluster/unread`),
    );
    for (const one of arns) {
      await store.activity.count([connection("a", T - 2 * DAY, { cluster: one })], T);
      await askIfWatched(store, one, T);
      expect(await count(db, keys.days(one))).toBe(1);
    }
    const { failure } = await retain(db, { now: T + 402 * DAY });
    expect(failure).toBeUndefined();
    for (const one of arns)
      for (const pk of [keys.days(one), keys.hours(one)]) expect(await count(db, pk), pk).toBe(0);
  });

  it("may die at any removal: the history is whole, and the next run goes on", async () => {
    const db = await twoClusters();
    const late = end + 2 * CHUNK_GRACE;
    let runs = 0;
    for (let died = true; died; runs++) {
      const { failure } = await retain(dyingTable(db, 3, runs % 2 === 0), { now: late });
      died = failure !== undefined;
      for (const one of [cluster, other]) expect(await faults(db, one)).toEqual([]);
      expect(runs).toBeLessThan(40);
    }
    expect(runs).toBeGreaterThan(3);
    for (const one of [cluster, other]) expect(await seqs(db, one)).toEqual(THINNED);
  });

  it("gives each cluster the first turn at times, so that a slow one cannot keep another waiting for ever", async () => {
    const db = await twoClusters();
    const { told } = await retain(db, { random: 0.5 });
    expect(told("retained").map(({ cluster: one }) => one)).toEqual([other, cluster]);
  });

  it("has nothing to do where no cluster is known yet, or none was read", async () => {
    const db = await tables.fresh();
    expect((await retain(db)).failure).toBeUndefined();
    await registerCluster(db, cluster);
    expect((await retain(db)).told("retained")).toMatchObject([{ before: null, removedSnapshots: 0 }]);
  });
});
