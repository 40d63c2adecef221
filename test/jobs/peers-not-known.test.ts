// A cluster of which nobody asked, or could ask, whether it has a peer; and one whose peers Aurora DSQL names where IAM is not read.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Connection } from "../../lib/core/activity/connection.ts";
import { type Cluster, Principal } from "../../lib/core/base/ids.ts";
import { DAY } from "../../lib/core/base/time.ts";
import type { Catalog } from "../../lib/core/catalog/catalog.ts";
import { detectCluster } from "../../lib/jobs/judge-cluster.ts";
import { coverageOf } from "../../lib/queries/coverage.ts";
import { loadReportData } from "../../lib/queries/load-report-data.ts";
import { newestSnapshot, timelineOf } from "../../lib/queries/timeline.ts";
import { renderReport } from "../../lib/report/render-report.ts";
import type { Store } from "../../lib/store/open-store.ts";
import { couldGrantText } from "../../lib/wording/could-grant-text.ts";
import { acl, estate, table } from "../support/catalogs.ts";
import { connection } from "../support/connections.ts";
import { testTables } from "../support/table.ts";
import { HERE, NOW, options, THERE, twoRegions, verdictsOf, type World } from "../support/two-regions.ts";

const WINDOW = { from: NOW - 11 * DAY, to: NOW - DAY };
const arn = (name: string) => `arn:aws:iam::111122223333:role/${name}`;

let tables: Awaited<ReturnType<typeof testTables>>;
beforeAll(async () => {
  tables = await testTables();
});
afterAll(() => tables.stop());

const world = async (given: World): Promise<Store> => twoRegions(await tables.fresh(), given);

const seen = (id: string, days: number, name: string, cluster: Cluster, more: object = {}): Connection =>
  connection(id, NOW - days * DAY, { cluster, principal: arn(name), ...more });

const unread =
  "Whether it has a peer in another Region, through which somebody may have connected, is not known: nobody asked AWS when the snapshot was taken.";

it("is not called unused where nobody asked whether the cluster has a peer, and what is said names the next step", async () => {
  const store = await world({ clusters: [HERE] });
  const relations = [table(1000, "orders", { acl: acl("10=arwdDxt/10", "100=rw/10") })];
  const { iam: _, ...withoutIam } = { ...estate({ relations }), cluster: HERE };
  const login = { at: NOW, principal: Principal.parse(arn("auditor")) };
  await store.snapshots.save(HERE, withoutIam, NOW, { login });
  const verdicts = await verdictsOf(store, HERE);
  expect(verdicts).toEqual(["unknown-mapping app_ro", "unknown-mapping app_rw"]);
  const until = { from: NOW - DAY, to: NOW };
  expect((await coverageOf(store, HERE, until, NOW)).peersUnread).toBe(
    "nobody asked AWS when the snapshot was taken",
  );
  // Nor does any answer take the hours here for all that there was.
  const newest = await newestSnapshot(store, HERE);
  const { couldGrant } = await timelineOf(store, HERE, { role: "app_ro" }, { newest, now: NOW });
  expect(couldGrant).toMatchObject([
    { admins: [], peersUnread: "nobody asked AWS when the snapshot was taken" },
  ]);
  expect(couldGrant.map(couldGrantText)[0]).toContain(unread);
  const page = await renderReport(await loadReportData(store, HERE, NOW));
  expect(page).toContain(unread);
  expect(page).toContain("What is not known");
  expect(page).toContain("<b>not seen</b>");
  expect(page).not.toContain("<b>never</b>");
  // A file that somebody gave, of a cluster that never had a peer, is all that there is.
  const given = await world({ clusters: [HERE] });
  await given.snapshots.save(HERE, withoutIam, NOW);
  expect((await coverageOf(given, HERE, until, NOW)).peersUnread).toBeNull();
});

describe("in a deployment that does not read IAM", () => {
  const relations = [table(1000, "orders", { acl: acl("10=arwdDxt/10", "100=rw/10") })];
  const login = { at: NOW, principal: Principal.parse(arn("auditor")) };
  /** Aurora DSQL's API was asked for the peers alone. */
  const told = async (peers: Catalog["peers"], given: World = {}): Promise<Store> => {
    const store = await world({ clusters: [HERE], ...given });
    const { iam: _, ...withoutIam } = { ...estate({ relations }), cluster: HERE };
    await store.snapshots.save(HERE, { ...withoutIam, ...(peers && { peers }) }, NOW, { login });
    return store;
  };

  it("a cluster that Aurora DSQL names no peer of is judged by its own hours", async () => {
    const store = await told({ status: "read", arns: [HERE] });
    const verdicts = await verdictsOf(store, HERE);
    expect(verdicts.filter((one) => one.startsWith("never-used"))).toEqual([
      ...["never-used-mapping app_ro", "never-used-mapping app_rw"],
    ]);
    expect((await coverageOf(store, HERE, WINDOW, NOW)).peersUnread).toBeNull();
  });

  it("a use through the peer that it names is a use, and hours that are not proven there are told", async () => {
    const connections = [seen("a", 5, "reader", THERE)];
    const peers: Catalog["peers"] = { status: "read", arns: [HERE, THERE] };
    const proven = await told(peers, { clusters: [HERE, THERE], connections });
    expect(await verdictsOf(proven, HERE)).toContain("never-used-mapping app_rw");
    expect(await verdictsOf(proven, HERE)).not.toContain("never-used-mapping app_ro");
    const blind = await told(peers, { proven: ["us-east-1"] });
    const { findings } = await detectCluster(blind, HERE, NOW, options);
    const unknown = findings.filter(({ detector }) => detector === "unknown-mapping");
    expect(unknown.map(({ fix }) => fix)).toHaveLength(2);
    for (const { fix } of unknown) expect(fix).toContain("Add us-east-2 to the parameter regions");
  });

  it("says why the peers are not known where the question was refused, and what tells them", async () => {
    const store = await told({
      status: "unreadable",
      reason: "access denied: the auditor's role lacks dsql:GetCluster",
    });
    const { findings } = await detectCluster(store, HERE, NOW, options);
    const unknown = findings.filter(({ detector }) => detector === "unknown-mapping");
    expect(unknown).toHaveLength(2);
    for (const { fix } of unknown)
      expect(fix).toBe(
        "-- Whether it has a peer in another Region, through which somebody may have connected, is not known: access denied: the auditor's role lacks dsql:GetCluster. The next snapshot that may call dsql:GetCluster tells it.",
      );
  });
});
