// The plan function: by the hour, and once for all changes of a while; what changed capture is kept and doubted.
import type { Context } from "aws-lambda";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type PlanDeps, planHandler } from "../../handlers/plan.ts";
import type { WatchedCluster } from "../../lib/config.ts";
import type { Cluster, Principal } from "../../lib/core/base/ids.ts";
import { floorTo, HOUR, MINUTE } from "../../lib/core/base/time.ts";
import type { Discovery, Presence } from "../../lib/dsql/discover-clusters.ts";
import { detectCluster } from "../../lib/jobs/judge-cluster.ts";
import { loadFacts } from "../../lib/jobs/load-facts.ts";
import { openStore, type Store } from "../../lib/store/open-store.ts";
import { keys } from "../../lib/store/table/keys.ts";
import type { Table } from "../../lib/store/table/table.ts";
import { estate } from "../support/catalogs.ts";
import { CLUSTER, connectRecord } from "../support/records.ts";
import { testTables } from "../support/table.ts";

const cluster = CLUSTER as Cluster;
const watched: WatchedCluster = { cluster, endpoint: "c.dsql.us-east-1.on.aws", user: "auditor" };
const START = Date.parse("2026-11-02T09:20:00Z");

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

const HOURLY = { "detail-type": "Scheduled Event", source: "aws.events", detail: {} };
const happened = (service: string, action: string, at: number, extra: object = {}) => ({
  source: `aws.${service}`,
  "detail-type": "AWS API Call via CloudTrail",
  detail: connectRecord({
    id: `${action}-${at}`,
    at,
    action,
    extra: { eventSource: `${service}.amazonaws.com`, requestParameters: { name: "main" }, ...extra },
  }),
});

const planner = (idle?: PlanDeps["idle"]) => {
  const sent: { snapshot: unknown[]; detect: unknown[] } = { snapshot: [], detect: [] };
  let at = START;
  let failing = false;
  let presence: Presence | undefined;
  const asked: Cluster[] = [];
  let answer: () => Discovery = () => ({ clusters: [watched], failures: [] });
  const keep =
    (queue: "snapshot" | "detect") =>
    async (jobs: readonly unknown[], { delaySeconds = 0 } = {}): Promise<void> => {
      if (failing) throw new Error("SQS is away");
      sent[queue].push(...jobs.map((job) => ({ ...(job as object), delaySeconds })));
    };
  const handler = planHandler({
    now: () => at,
    random: Math.random,
    sleep: async () => {},
    log: { info: () => {}, warn: () => {}, error: () => {} },
    store,
    discover: async () => answer(),
    presence: async (one) => {
      asked.push(one);
      return presence ?? "unknown";
    },
    idle,
    snapshot: keep("snapshot"),
    detect: keep("detect"),
  });
  return {
    ...{ sent, asked },
    discovers: (next: () => Discovery) => {
      answer = next;
    },
    says: (next: Presence) => {
      presence = next;
    },
    fail: (yes: boolean) => {
      failing = yes;
    },
    plan: (event: unknown, now: number) => {
      at = now;
      return handler(event, {} as Context);
    },
  };
};

describe("the plan function", () => {
  it("plans at once by the hour, whatever else is planned", async () => {
    const { plan, sent } = planner();
    for (const at of [START, START + HOUR]) await plan(HOURLY, at);
    expect(sent.snapshot).toEqual([
      { ...watched, delaySeconds: 0 },
      { ...watched, delaySeconds: 0 },
    ]);
    expect(sent.detect).toEqual(Array(2).fill({ cluster, reason: "schedule", delaySeconds: 600 }));
  });

  it("plans the other Regions where one is silent, keeps its clusters as they are, and fails so that somebody is told", async () => {
    const { plan, sent, discovers, says, asked } = planner();
    const there = "arn:aws:dsql:eu-west-1:111122223333:cluster/there" as Cluster;
    await store.clusters.register(there);
    says("gone");
    const prefix = "arn:aws:dsql:eu-west-1:111122223333:cluster/";
    const silent = { account: "111122223333", region: "eu-west-1", prefix, reason: "no answer within 30 s" };
    const failures = [new Error("no answer within 30 s")];
    discovers(() => ({ clusters: [watched], failures, asked: true, unlisted: [silent] }));
    await expect(plan(HOURLY, START)).rejects.toThrow("1 request failed");
    expect(sent.snapshot).toEqual([{ ...watched, delaySeconds: 0 }]);
    expect(sent.detect).toMatchObject([{ cluster }, { cluster: there }]);
    expect(asked).toEqual([]);
    expect((await store.clusters.entry(there))?.gone).toBeUndefined();
    // The event comes again for that, and what was read since is not read once more.
    const time = new Date(START - 5_000).toISOString();
    await expect(plan({ ...HOURLY, time }, START + MINUTE)).rejects.toThrow();
    expect(sent.snapshot.at(-1)).toEqual({ ...watched, unlessSince: START - 5_000, delaySeconds: 0 });
    const { prefix: _, ...shown } = silent;
    expect((await store.deployments.read())?.unlisted).toEqual([shown]);
    discovers(() => ({ clusters: [watched], failures: [], asked: true, unlisted: [] }));
    await plan(HOURLY, START + HOUR);
    expect((await store.deployments.read())?.unlisted).toEqual([]);
  });

  it("waits for no answer about each cluster of a place that is silent, and plans those that the deployment names", async () => {
    const { plan, sent, says, asked } = planner();
    const names = Array.from({ length: 12 }, (_, n) => `arn:aws:dsql:eu-west-1:111122223333:cluster/c${n}`);
    for (const name of names) await store.clusters.register(name as Cluster);
    says("silent");
    await plan(HOURLY, START);
    expect(sent.snapshot).toEqual([{ ...watched, delaySeconds: 0 }]);
    expect(sent.detect).toHaveLength(13);
    // As many as are asked about at a time, and the one that is named.
    expect(asked.length).toBeLessThanOrEqual(5);
  });

  it("takes a trail that is stopped for stopped in each Region of its account, for its home alone tells of it", async () => {
    const { plan } = planner();
    const others = ["eu-west-1:111122223333", "eu-west-1:444455556666"].map(
      (place) => `arn:aws:dsql:${place}:cluster/x` as Cluster,
    );
    for (const one of [cluster, ...others]) await store.clusters.register(one);
    await plan(happened("cloudtrail", "StopLogging", START), START);
    await plan(happened("dsql", "PutClusterPolicy", START), START);
    const kinds = async (scope: string) =>
      (await store.trailEvents.within(scope, { from: START - HOUR, to: START + HOUR }))
        .map(({ kind }) => kind)
        .sort();
    expect(await kinds("111122223333/us-east-1")).toEqual(["policy-put", "stopped"]);
    expect(await kinds("111122223333/eu-west-1")).toEqual(["stopped"]);
    expect(await kinds("444455556666/eu-west-1")).toEqual([]);
  });

  it("plans one look in ten minutes for any number of IAM's events, and each is followed by a look", async () => {
    const { plan, sent } = planner();
    for (let n = 0; n < 120; n++) {
      await plan(happened("iam", "PutRolePolicy", START + n * 10_000), START + n * 10_000);
    }
    const dues = [10, 20].map((minutes) => START + minutes * MINUTE);
    expect(sent.snapshot).toEqual(
      dues.map((unlessSince) => ({ ...watched, unlessSince, delaySeconds: 600 })),
    );
    expect(sent.detect).toEqual(
      dues.map((unlessSince) => ({ cluster, reason: "change", unlessSince, delaySeconds: 840 })),
    );
  });

  it("plans for a cluster or a trail within a minute, beside what IAM has planned", async () => {
    const { plan, sent } = planner();
    await plan(happened("iam", "DeleteRole", START), START);
    await plan(happened("dsql", "PutClusterPolicy", START), START);
    expect(sent.snapshot.map((job) => (job as { delaySeconds: number }).delaySeconds)).toEqual([600, 60]);
  });

  it("has a cluster judged that AWS does not tell of any more, so that its silence is noticed", async () => {
    const { plan, sent, discovers } = planner();
    const gone = `${cluster}-gone` as Cluster;
    await store.clusters.register(gone);
    await plan(HOURLY, START);
    expect(sent.snapshot).toEqual([{ ...watched, delaySeconds: 0 }]);
    expect(sent.detect).toEqual(
      [cluster, gone].map((one) => ({ cluster: one, reason: "schedule", delaySeconds: 600 })),
    );
    // Not even the list may be read: what is known is judged, and the call fails, so that somebody is told.
    sent.detect.length = 0;
    discovers(() => {
      throw new Error("ListClusters is denied");
    });
    await expect(plan(HOURLY, START + HOUR)).rejects.toThrow("AWS did not list all clusters");
    expect(sent.detect).toEqual([{ cluster: gone, reason: "schedule", delaySeconds: 600 }]);
  });

  it("looks again after a change that it could not follow, once AWS answers", async () => {
    const { plan, sent, discovers } = planner();
    const changed = happened("dsql", "PutClusterPolicy", START);
    discovers(() => {
      throw new Error("ListClusters is throttled");
    });
    await expect(plan(changed, START)).rejects.toThrow();
    discovers(() => ({ clusters: [watched], failures: [] }));
    await plan(changed, START + MINUTE);
    expect(sent.snapshot).toEqual([{ ...watched, unlessSince: START + 2 * MINUTE, delaySeconds: 60 }]);
  });

  it("plans nothing for a call that was refused", async () => {
    const { plan, sent } = planner();
    const refused = happened("cloudtrail", "StopLogging", START, { errorCode: "AccessDenied" });
    expect(await plan(refused, START)).toEqual({ planned: 0 });
    expect(sent).toEqual({ snapshot: [], detect: [] });
    expect((await loadFacts(store, cluster, START + HOUR)).doubts).toEqual([]);
  });

  it("keeps that a trail was stopped before anything can fail, so that a judgement doubts what follows", async () => {
    const { plan, sent, fail } = planner();
    const stopped = happened("cloudtrail", "StopLogging", START);
    fail(true);
    await expect(plan(stopped, START + 2_000)).rejects.toThrow("SQS is away");
    fail(false);
    await plan(stopped, START + 60_000);
    await plan(stopped, START + 61_000);
    expect(sent.snapshot).toHaveLength(1);
    const { doubts } = await loadFacts(store, cluster, START + 3 * HOUR);
    expect(doubts).toEqual([
      { from: floorTo(HOUR, START), to: START + 3 * HOUR, reason: "a trail was stopped" },
    ]);
  });
});

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
    expect(await store.unchosen.last(cluster)).toEqual({ at: START + 5 * HOUR, since: START + 2 * HOUR });
    // One that was chosen again meanwhile is read as then.
    await store.snapshots.save(cluster, { ...estate({}), cluster }, START + 5 * HOUR + MINUTE);
    await expect(plan(HOURLY, START + 6 * HOUR)).rejects.toThrow();
    expect(sent.snapshot).toHaveLength(2);
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
    expect(await store.unchosen.last(cluster)).toBeUndefined();
  });
});

describe("a register that cannot be read", () => {
  it("fails the call, and what AWS tells of is read and judged all the same", async () => {
    const { plan, sent } = planner();
    await db.put({ ...keys.cluster(`${cluster}-other` as Cluster), v: 9 });
    await expect(plan(HOURLY, START)).rejects.toThrow("the register's entry of");
    expect(sent.snapshot).toEqual([{ ...watched, delaySeconds: 0 }]);
    expect(sent.detect).toEqual([{ cluster, reason: "schedule", delaySeconds: 600 }]);
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
    expect(await store.sleeps.last(cluster)).toEqual({ at: START + 2 * HOUR, snapshotAt: START });
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
