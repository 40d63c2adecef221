// Which clusters the plan function watches: one that is gone, one that its tags no longer choose, one that is idle.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { PlanDeps } from "../../handlers/plan.ts";
import { Cluster, type Principal } from "../../lib/core/base/ids.ts";
import { floorTo, HOUR, MINUTE } from "../../lib/core/base/time.ts";
import type { Discovery } from "../../lib/dsql/discover-clusters.ts";
import { detectCluster } from "../../lib/jobs/judge-cluster.ts";
import { openStore, type Store } from "../../lib/store/open-store.ts";
import * as keys from "../../lib/store/table/keys.ts";
import type { Table } from "../../lib/store/table/table.ts";
import { estate } from "../support/catalogs.ts";
import { cluster, HOURLY, happened, plannerOver, START, watched } from "../support/planner.ts";
import { testTables } from "../support/table.ts";

let tables: Awaited<ReturnType<typeof testTables>>;
let db: Table;
let store: Store;
beforeAll(async () => {
  tables = await testTables();
});
beforeEach(async () => {
  db = await tables.fresh();
  store = openStore(db, { now: () => START });
});
afterAll(() => tables.stop());

const planner = (idle?: PlanDeps["idle"]) => plannerOver(store, { idle });

describe("a cluster that the plan function finds gone", () => {
  const nothing = (): Discovery => ({ clusters: [], failures: [], asked: true });
  const goneOf = async (one = cluster) => (await store.clusters.entry(one))?.gone;
  const deleted = (at: number, id = cluster.slice(cluster.lastIndexOf("/") + 1), extra: object = {}) =>
    happened("dsql", "DeleteCluster", at, { requestParameters: { identifier: id }, ...extra });

  it("is gone where AWS says that there is none, and not where AWS is silent", async () => {
    const { plan, sent, discovers, says } = planner();
    await store.clusters.register(cluster);
    discovers(nothing);
    says("unknown");
    await plan(HOURLY, START);
    expect(await goneOf()).toBeUndefined();
    expect(sent.detect).toHaveLength(1);
    says("gone");
    await plan(HOURLY, START + HOUR);
    await plan(HOURLY, START + 2 * HOUR);
    expect(await goneOf()).toEqual({ at: START + HOUR, reason: "deleted" });
    // Until people were told, its findings are looked at.
    expect(sent.detect).toHaveLength(3);
    await store.notices.note(cluster, { goneAt: START + HOUR });
    await plan(HOURLY, START + 3 * HOUR);
    expect(sent.detect).toHaveLength(3);
    expect(sent.snapshot).toEqual([]);
  });

  it("is gone since its DeleteCluster, by whoever called it, however often and late that arrives", async () => {
    const { plan, discovers, says } = planner();
    await store.clusters.register(cluster);
    discovers(nothing);
    says("gone");
    await plan(HOURLY, START + 2 * HOUR);
    const event = deleted(START, undefined, { errorCode: undefined });
    for (const now of [START + 2 * HOUR, START + 3 * HOUR]) await plan(event, now);
    expect(await goneOf()).toMatchObject({
      at: START,
      reason: "deleted",
      by: expect.stringMatching(/^arn:aws:iam::/),
    });
  });

  it("is not gone by a deletion that was refused, of another cluster, or in another Region or account", async () => {
    const { plan, discovers } = planner();
    await store.clusters.register(cluster);
    discovers(nothing);
    await plan(deleted(START, undefined, { errorCode: "AccessDenied" }), START);
    await plan(deleted(START, "another"), START + HOUR);
    await plan(deleted(START, undefined, { awsRegion: "eu-west-1" }), START + 2 * HOUR);
    await plan(deleted(START, undefined, { recipientAccountId: "999999999999" }), START + 3 * HOUR);
    await plan(deleted(START, undefined, { recipientAccountId: null }), START + 4 * HOUR);
    expect(await goneOf()).toBeUndefined();
  });

  it("is watched again once AWS shows it, and one that is retired only once it is restored", async () => {
    const { plan, sent, discovers } = planner();
    await store.clusters.register(cluster);
    await store.clusters.note(cluster, { kind: "deleted", at: START });
    discovers(() => ({ clusters: [watched], failures: [], asked: true }));
    await plan(HOURLY, START + HOUR);
    expect(await goneOf()).toBeUndefined();
    expect(sent.snapshot).toHaveLength(1);
    await store.clusters.note(cluster, { kind: "retired", at: START + HOUR, by: "ana" });
    await plan(HOURLY, START + 2 * HOUR);
    expect(await goneOf()).toMatchObject({ reason: "retired", by: "ana" });
    expect(sent.snapshot).toHaveLength(1);
    await store.clusters.note(cluster, { kind: "restored", at: START + 2 * HOUR, by: "ana" });
    await plan(HOURLY, START + 3 * HOUR);
    expect(sent.snapshot).toHaveLength(2);
  });
});

describe("a cluster that its tags no longer choose", () => {
  const chosen: Discovery = { clusters: [watched], failures: [], asked: true, unchosen: [], undecided: [] };
  const untagged: Discovery = { ...chosen, clusters: [], unchosen: [cluster] };
  const untold: Discovery = {
    ...{ ...chosen, clusters: [], undecided: [watched] },
    failures: [new Error("AWS does not say which tags it has")],
  };
  const known = async (): Promise<void> => {
    await store.clusters.register(cluster);
    await store.snapshots.save(cluster, { ...estate({}), cluster }, START);
  };
  /** What the next evaluation finds of it, by the title. */
  const overdue = async (now: number): Promise<readonly string[]> => {
    const { findings } = await detectCluster(store, cluster, now);
    return findings
      .filter(({ detector, status }) => detector === "snapshot-overdue" && status === "open")
      .map(({ title }) => title);
  };

  it("is not read, is evaluated, does not count as gone, and the finding says so at once until it is read again", async () => {
    const { plan, sent, discovers, asked } = planner();
    await known();
    discovers(() => untagged);
    for (const hours of [1, 2]) await plan(HOURLY, START + hours * HOUR);
    expect(sent.snapshot).toEqual([]);
    expect(sent.detect).toMatchObject([{ cluster }, { cluster }]);
    expect((await store.clusters.entry(cluster))?.gone).toBeUndefined();
    // AWS listed it just now, and is not asked again whether it is there.
    expect(asked).toEqual([]);
    expect(await overdue(START + 2 * HOUR + MINUTE)).toEqual([
      "Cluster no longer read: its tags have not chosen it since 2026-11-02 10:20 UTC; last snapshot at 2026-11-02 09:20 UTC",
    ]);
    discovers(() => chosen);
    await plan(HOURLY, START + 3 * HOUR);
    expect(sent.snapshot).toHaveLength(1);
    await store.snapshots.save(cluster, { ...estate({}), cluster }, START + 3 * HOUR);
    expect(await overdue(START + 3 * HOUR + MINUTE)).toEqual([]);
  });

  it("stays as it was where AWS does not say which tags it has, and the call fails so that somebody is told", async () => {
    const { plan, sent, discovers } = planner();
    await known();
    discovers(() => untold);
    await expect(plan(HOURLY, START + HOUR)).rejects.toThrow("1 request failed");
    expect(sent.snapshot).toEqual([{ ...watched, delaySeconds: 0 }]);
    discovers(() => untagged);
    await plan(HOURLY, START + 2 * HOUR);
    discovers(() => untold);
    for (const hours of [3, 4, 5])
      await expect(plan(HOURLY, START + hours * HOUR)).rejects.toThrow("1 request failed");
    expect(sent.snapshot).toHaveLength(1);
    expect((await store.leftOut.last(cluster)).unchosen).toEqual({
      at: START + 5 * HOUR,
      since: START + 2 * HOUR,
    });
    // One that was chosen again meanwhile is read as then.
    await store.snapshots.save(cluster, { ...estate({}), cluster }, START + 5 * HOUR + MINUTE);
    await expect(plan(HOURLY, START + 6 * HOUR)).rejects.toThrow();
    expect(sent.snapshot).toHaveLength(2);
  });

  it("is left out, and evaluated with all others, also where somebody broke what is kept of it", async () => {
    const { plan, sent, discovers } = planner();
    await known();
    const other = Cluster.parse(`${cluster}2`);
    await store.clusters.register(other);
    discovers(() => untagged);
    await plan(HOURLY, START + HOUR);
    await db.put({ ...keys.derived(cluster), v: 99 });
    await db.put({ ...keys.manifest(cluster, 2), v: 99 });
    await plan(HOURLY, START + 2 * HOUR);
    expect(sent.snapshot).toEqual([]);
    expect(sent.detect.slice(2)).toMatchObject([{ cluster }, { cluster: other }]);
    expect((await store.leftOut.last(cluster)).unchosen?.since).toBe(START + HOUR);
    await db.put({ ...keys.unchosen(cluster), v: 99 });
    await plan(HOURLY, START + 3 * HOUR);
    expect(sent.detect.slice(4)).toMatchObject([{ cluster }, { cluster: other }]);
    expect((await store.leftOut.last(cluster)).unchosen?.since).toBe(START + 3 * HOUR);
  });

  it("is nobody's concern where it was never watched, and is left alone once a person retired it", async () => {
    const { plan, sent, discovers } = planner();
    discovers(() => untagged);
    await plan(HOURLY, START);
    discovers(() => untold);
    await expect(plan(HOURLY, START + HOUR)).rejects.toThrow();
    expect(sent).toEqual({ snapshot: [], detect: [] });
    await known();
    await store.clusters.note(cluster, { kind: "retired", at: START + HOUR, by: "ana" });
    await expect(plan(HOURLY, START + 2 * HOUR)).rejects.toThrow();
    discovers(() => untagged);
    await plan(HOURLY, START + 3 * HOUR);
    expect(sent.snapshot).toEqual([]);
    expect((await store.leftOut.last(cluster)).unchosen).toBeUndefined();
  });
});

describe("an idle cluster", () => {
  const auditor = "arn:aws:iam::111122223333:role/auditor" as Principal;
  const hours = Array.from({ length: 48 }, (_, n) => floorTo(HOUR, START) + (n - 24) * HOUR);
  const idle = { auditor, longestMs: 24 * HOUR };
  const asleep = (): Discovery => ({
    clusters: [watched],
    failures: [],
    asked: true,
    asleep: new Set([cluster]),
  });

  it("is left asleep by the hour, evaluated all the same, and read after a change or when a person asks", async () => {
    await store.clusters.register(cluster);
    await store.snapshots.save(cluster, { ...estate({}), cluster }, START);
    await store.activity.markHours("111122223333/us-east-1", hours, "digest");
    const { plan, sent, discovers } = planner(idle);
    discovers(asleep);
    await plan(HOURLY, START + 2 * HOUR);
    expect([sent.snapshot.length, sent.detect.length]).toEqual([0, 1]);
    expect((await store.leftOut.last(cluster)).asleep).toEqual({ at: START + 2 * HOUR, snapshotAt: START });
    await plan(happened("dsql", "TagResource", START + 3 * HOUR), START + 3 * HOUR);
    expect(sent.snapshot).toHaveLength(1);
    // A person who calls wants it read now, and is not the schedule.
    for (const event of [undefined, {}]) await plan(event, START + 3 * HOUR);
    expect([sent.snapshot.length, sent.detect.at(-1)]).toMatchObject([3, { reason: "asked" }]);
    expect((await store.deployments.read())?.at).toBe(START + 2 * HOUR);
    discovers(() => ({ clusters: [watched], failures: [], asked: true, asleep: new Set() }));
    await plan(HOURLY, START + 4 * HOUR);
    expect(sent.snapshot).toHaveLength(4);
    await plan(HOURLY, START + 24 * HOUR);
    expect(sent.snapshot).toHaveLength(5);
  });

  it("is read where that is switched off, and where the question fails", async () => {
    await store.snapshots.save(cluster, { ...estate({}), cluster }, START);
    await store.activity.markHours("111122223333/us-east-1", hours, "digest");
    const off = planner();
    off.discovers(asleep);
    await off.plan(HOURLY, START + HOUR);
    expect(off.sent.snapshot).toHaveLength(1);
    const on = planner(idle);
    on.discovers(asleep);
    await db.put({ ...keys.derived(cluster), v: 99 });
    await db.put({ ...keys.manifest(cluster, 2), v: 99 });
    await on.plan(HOURLY, START + HOUR);
    expect(on.sent.snapshot).toHaveLength(1);
  });
});
