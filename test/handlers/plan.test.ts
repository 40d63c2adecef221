// The plan function: by the hour, and once for all changes of a while; what changed capture is kept and doubted.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Cluster } from "../../lib/core/base/ids.ts";
import { floorTo, HOUR, MINUTE } from "../../lib/core/base/time.ts";
import { loadFacts } from "../../lib/jobs/load-facts.ts";
import { openStore, type Store } from "../../lib/store/open-store.ts";
import * as keys from "../../lib/store/table/keys.ts";
import type { Table } from "../../lib/store/table/table.ts";
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

const planner = () => plannerOver(store);

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

  it("leaves the clusters that it watches in member accounts for whoever cannot ask there", async () => {
    const queues = { snapshot: "https://sqs.us-east-1.amazonaws.com/111122223333/snapshot" };
    const deployment = {
      ...{ stack: "s", topic: "t", queues, deadLetters: {}, bucket: "", prefix: "", api: "" },
      members: "444455556666,777788889999",
    };
    const { plan, discovers } = plannerOver(store, { deployment });
    const member = "arn:aws:dsql:us-east-1:444455556666:cluster/there" as Cluster;
    const clusters = [watched, { ...watched, cluster: member }];
    discovers(() => ({ clusters, failures: [], asked: true, unlisted: [] }));
    await plan(HOURLY, START);
    expect((await store.deployments.read())?.found).toEqual([member]);
    // What the schedule of the next hour writes first keeps it.
    await store.deployments.ran(START + HOUR, undefined);
    expect((await store.deployments.read())?.found).toEqual([member]);
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

  it("believes no event that speaks for another account: it keeps nothing of it, and fails so that somebody sees", async () => {
    const { plan, sent } = planner();
    await store.clusters.register(cluster);
    const requestParameters = { identifier: cluster.slice(cluster.lastIndexOf("/") + 1) };
    const deleted = happened("dsql", "DeleteCluster", START, { requestParameters });
    const stopped = happened("cloudtrail", "StopLogging", START);
    for (const event of [deleted, stopped])
      await expect(plan({ ...event, account: "444455556666" }, START)).rejects.toMatchObject({
        code: "bad-record",
      });
    expect((await store.clusters.entry(cluster))?.gone).toBeUndefined();
    const lately = { from: START - HOUR, to: START + HOUR };
    expect(await store.trailEvents.within("111122223333/us-east-1", lately)).toEqual([]);
    expect(sent).toEqual({ snapshot: [], detect: [] });
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

describe("a register that cannot be read", () => {
  it("fails the call, and what AWS tells of is read and judged all the same", async () => {
    const { plan, sent } = planner();
    await db.put({ ...keys.cluster(`${cluster}-other` as Cluster), v: 9 });
    await expect(plan(HOURLY, START)).rejects.toThrow("the register's entry of");
    expect(sent.snapshot).toEqual([{ ...watched, delaySeconds: 0 }]);
    expect(sent.detect).toEqual([{ cluster, reason: "schedule", delaySeconds: 600 }]);
  });
});
