// Who ended a finding on IAM: what CloudTrail told of IAM and of the cluster's policy between two snapshots.
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { Principal } from "../../lib/core/base/ids.ts";
import { HOUR, MINUTE } from "../../lib/core/base/time.ts";
import { denying, exampleCluster, exampleIam } from "../../lib/core/findings/example-iam.ts";
import type { Finding } from "../../lib/core/findings/finding.ts";
import { detectCluster } from "../../lib/jobs/judge-cluster.ts";
import { loadFacts } from "../../lib/jobs/load-facts.ts";
import { planChange } from "../../lib/jobs/plan-change.ts";
import { withWhoChanged } from "../../lib/jobs/who-changed.ts";
import { openStore, type Store } from "../../lib/store/open-store.ts";
import { cluster, estate } from "../support/catalogs.ts";
import { happened } from "../support/planner.ts";
import { sqliteTables } from "../support/table.ts";

const BEFORE = Date.UTC(2026, 10, 20, 10, 5);
const AFTER = BEFORE + HOUR;
const files = sqliteTables();
afterAll(() => files.stop());

const closed = denying(["dsql:DbConnect", "dsql:DbConnectAdmin"], { Null: { "aws:SourceVpc": "true" } });
let store: Store;
const scan = async (policy: string | undefined, at: number): Promise<void> => {
  await store.snapshots.save(
    cluster,
    { ...estate(), cluster, iam: exampleIam({ clusters: [exampleCluster(cluster, policy)] }) },
    at,
  );
};
const look = async (at: number, dryRun = false): Promise<Finding | undefined> => {
  const { findings } = await detectCluster(store, cluster, at, { dryRun });
  return findings.find(({ detector }) => detector === "public-cluster");
};
const call = (service: string, name: string, at: number, requestParameters: object, extra: object = {}) =>
  planChange(store, happened(service, name, at, { requestParameters, readOnly: false, ...extra }), at);

beforeEach(async () => {
  store = openStore(await files.fresh(), { now: () => AFTER });
  await store.clusters.register(cluster);
  await scan(undefined, BEFORE);
  expect(await look(BEFORE + MINUTE)).toMatchObject({ status: "open" });
});
const end = async (): Promise<string | undefined> => {
  await scan(closed, AFTER);
  // What is said before it is stored is what is stored.
  const said = await look(AFTER + MINUTE, true);
  expect(await look(AFTER + MINUTE)).toEqual(said);
  expect(await look(AFTER + 2 * MINUTE)).toEqual(said);
  expect(said).toMatchObject({ status: "resolved" });
  return said?.closedBecause;
};

describe("a finding on IAM that is over", () => {
  it("says who put the cluster's policy, and not who put another's", async () => {
    await call("dsql", "PutClusterPolicy", BEFORE + 20 * MINUTE, { identifier: "other" });
    await call("dsql", "PutClusterPolicy", BEFORE + 30 * MINUTE, {
      identifier: cluster.slice(cluster.lastIndexOf("/") + 1),
    });
    expect(await end()).toBe(
      "It was found in the snapshot of 2026-11-20 10:05 UTC, and no longer in the one of 2026-11-20 11:05 UTC. " +
        `CloudTrail recorded in between: PutClusterPolicy of ${cluster.split("/")[1]} by AppReadOnlyRole at 2026-11-20 10:35 UTC (event PutClusterPolicy-${BEFORE + 30 * MINUTE}).`,
    );
  });

  it("says which calls of IAM came between the snapshots, the newest of many first", async () => {
    await call("iam", "PutRolePolicy", BEFORE - MINUTE, { roleName: "before" });
    for (const n of [1, 2, 3, 4, 5])
      await call("iam", "PutRolePolicy", BEFORE + n * MINUTE, { roleName: `role-${n}` });
    await call("iam", "DeleteRole", BEFORE + 6 * MINUTE, { roleName: "kept" }, { errorCode: "AccessDenied" });
    await call("iam", "GetRole", BEFORE + 6 * MINUTE, { roleName: "read" }, { readOnly: true });
    const said = await end();
    expect(said).toMatch(
      / in between: PutRolePolicy of role-5 by .*; PutRolePolicy of role-3 by .*; and 2 more\.$/,
    );
    expect(said).not.toMatch(/before|kept|read by/);
  });

  it("says of very many that there are at least so many", async () => {
    const account = "111122223333";
    const principal = Principal.parse(`arn:aws:iam::${account}:role/Deploy`);
    for (let n = 0; n < 103; n++)
      await store.trailEvents.recordIam({
        ...{
          eventId: `e${n}`,
          at: BEFORE + n * 1_000,
          name: "PutRolePolicy",
          account,
          principal,
          target: null,
        },
      });
    expect(await end()).toMatch(/; and at least 97 more\.$/);
  });

  it("names the cluster's policy before all that was done in IAM since", async () => {
    await call("dsql", "PutClusterPolicy", BEFORE + MINUTE, { identifier: cluster });
    for (const n of [2, 3, 4, 5])
      await call("iam", "PutRolePolicy", BEFORE + n * MINUTE, { roleName: `role-${n}` });
    expect(await end()).toMatch(
      / in between: PutClusterPolicy of .*; PutRolePolicy of role-5 by .*; and 2 more\.$/,
    );
  });

  it("does not claim that nobody did it where no event came", async () => {
    expect(await end()).toContain("Who did it is not known: CloudTrail told of no change");
  });

  it("names only calls on its own principal where the database may have ended it", async () => {
    await call("iam", "DeleteAccessKey", BEFORE + MINUTE, { userName: "ana" });
    await call("iam", "PutRolePolicy", BEFORE + 2 * MINUTE, { roleName: "other" });
    const facts = await loadFacts(store, cluster, AFTER);
    if (!facts.snapshot) throw new Error("no snapshot");
    const later = { ...facts, snapshot: { ...facts.snapshot, takenAt: AFTER } };
    const sayOf = async (name: string): Promise<unknown> => {
      const subject = { principal: Principal.parse(`arn:aws:iam::111122223333:user/${name}`), facet: "" };
      const open = {
        detector: "long-lived-key",
        subject,
        status: "open",
        lastSeenAt: BEFORE,
      } as unknown as Finding;
      const resolved = { ...open, status: "resolved" as const };
      const [said] = await withWhoChanged(store, later, [open], [resolved]);
      expect(await withWhoChanged(store, later, [resolved], [resolved])).toEqual([resolved]);
      return said?.closedBecause;
    };
    expect(await sayOf("ana")).toMatch(
      /^CloudTrail recorded in between: DeleteAccessKey of ana by \S+ at [^;]*\.$/,
    );
    expect(await sayOf("na")).toBeUndefined();
    expect(await sayOf("bob")).toBeUndefined();
  });

  it("shows what is not seen in the names that others choose", async () => {
    await call("iam", "PutUserPolicy", BEFORE + MINUTE, { userName: "x\nResolved by: nobody\u202e" });
    const said = await end();
    expect(said).toContain("PutUserPolicy of x");
    expect(said).not.toMatch(/[\n\u202e]/);
  });
});
