// The two clusters of a multi-Region database, in one table: each is judged by what was used through either of them.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Connection } from "../../lib/core/activity/connection.ts";
import type { Cluster } from "../../lib/core/base/ids.ts";
import { DAY, HOUR, MINUTE } from "../../lib/core/base/time.ts";
import { exampleCluster, exampleIam } from "../../lib/core/findings/example-iam.ts";
import type { Finding } from "../../lib/core/findings/finding.ts";
import { isHeldBack } from "../../lib/core/findings/observe.ts";
import { retireCluster } from "../../lib/jobs/cluster-life.ts";
import { detectCluster } from "../../lib/jobs/judge-cluster.ts";
import { activityOf } from "../../lib/queries/activity.ts";
import { coverageOf } from "../../lib/queries/coverage.ts";
import { peerLines } from "../../lib/queries/database.ts";
import { explainAccess } from "../../lib/queries/explain.ts";
import { findingDocument } from "../../lib/queries/finding-document.ts";
import { groundsAt } from "../../lib/queries/grounds.ts";
import { loadReportData } from "../../lib/queries/load-report-data.ts";
import type { Store } from "../../lib/store/open-store.ts";
import { estate } from "../support/catalogs.ts";
import { connection } from "../support/connections.ts";
import { sqliteTables, testTables } from "../support/table.ts";
import {
  HERE,
  hours,
  NOW,
  options,
  SINCE,
  THERE,
  twoRegions,
  verdictsOf,
  type World,
} from "../support/two-regions.ts";

const WINDOW = { from: NOW - 11 * DAY, to: NOW - DAY };
const arn = (name: string) => `arn:aws:iam::111122223333:role/${name}`;

let tables: Awaited<ReturnType<typeof testTables>>;
beforeAll(async () => {
  tables = await testTables();
});
const files = sqliteTables();
afterAll(async () => {
  await tables.stop();
  await files.stop();
});

/** `inFile`: where much is read and DynamoDB itself has been asked by others. */
const world = async ({ inFile, ...given }: World & { readonly inFile?: true }): Promise<Store> =>
  twoRegions(await (inFile ? files : tables).fresh(), given);

const seen = (id: string, days: number, name: string, cluster: Cluster, more: object = {}): Connection =>
  connection(id, NOW - days * DAY, { cluster, principal: arn(name), ...more });

describe("a mapping that is used through the peer alone", () => {
  it("is used: also where nobody has added that connection up, and where it was long ago", async () => {
    const store = await world({ connections: [seen("a", 5, "reader", THERE)] });
    expect(await verdictsOf(store, HERE)).toEqual(["dormant-role app_rw", "never-used-mapping app_rw"]);
    expect(await store.ledgers.ofPeer(HERE).newest(THERE, NOW)).toMatchObject({
      uses: [{ principal: arn("reader") }],
    });
    // The next look knows it by what is kept; a file that comes late counts all the same.
    await store.activity.count([seen("late", 7, "writer", THERE)], NOW);
    expect(await verdictsOf(store, HERE, NOW + HOUR)).toEqual([]);
    expect(await verdictsOf(store, THERE, NOW + HOUR)).toEqual([]);
  });

  it("is said to have been used then, and not never", async () => {
    const store = await world({ connections: [seen("a", 10, "reader", THERE)] });
    const { findings } = await detectCluster(store, HERE, NOW, options);
    const found = findings.find(({ detector }) => detector === "dormant-mapping");
    expect(found).toMatchObject({
      subject: { role: "app_ro" },
      evidence: { lastUseEventId: "a", peers: [{ cluster: THERE, region: "us-east-2", unprovenHours: 0 }] },
    });
  });
});

describe("where nothing is proven at the peer", () => {
  it("no mapping is called unused, and what is said names the peer, its Region and what to do", async () => {
    const store = await world({ proven: ["us-east-1"], connections: [seen("a", 5, "reader", HERE)] });
    const { findings } = await detectCluster(store, HERE, NOW, options);
    const dormant = findings.filter(({ category }) => category === "dormant");
    expect(dormant.map(({ detector, subject }) => [detector, subject.role])).toEqual([
      ["unknown-mapping", "app_rw"],
    ]);
    expect(dormant[0]?.title).toContain("without capture at its peer in us-east-2");
    expect(dormant[0]?.fix).toContain(`its peer in us-east-2 (${THERE})`);
    expect(dormant[0]?.fix).toContain("deploy/forward-region.yml");
    // Of the cluster itself nothing is missing.
    expect(findings.filter(({ detector }) => detector === "capture-gap")).toEqual([]);
  });

  it("activity says unknown of who was not seen, and how to close it", async () => {
    const store = await world({ proven: ["us-east-1"] });
    const found = await activityOf(store, HERE, { interval: WINDOW, by: ["principal"] }, NOW);
    expect(found.rows.map(({ lastUse }) => lastUse)).toEqual(["unknown", "unknown"]);
    expect(found.peers).toEqual([{ cluster: THERE, region: "us-east-2", unprovenHours: 10 * 24 }]);
    expect(peerLines(found).join("\n")).toMatch(/240 hours of its peer in us-east-2 .* Add us-east-2 to/);
    const { unprovenHours, gaps } = await coverageOf(store, HERE, WINDOW, NOW);
    expect(unprovenHours).toBe(10 * 24);
    expect(gaps[0]?.reasons).toEqual([
      `capture is not proven for its peer in us-east-2 (${THERE}): no proof has arrived`,
    ]);
  });
});

describe("a peer that was taken away", () => {
  const END = NOW - 4 * DAY + 20 * MINUTE;
  const alone = { ...estate(), cluster: HERE, iam: exampleIam({ clusters: [exampleCluster(HERE)] }) };
  const connections = [
    seen("a", 5, "reader", THERE),
    // After its end it is another database.
    seen("late", 3, "writer", THERE),
    seen("same hour", 4, "writer", THERE, { at: END + MINUTE }),
  ];
  const ended = async (proven: readonly string[], last: number): Promise<Store> => {
    const store = await world({ clusters: [HERE], proven: ["us-east-1"], connections });
    const both = { ...alone, iam: exampleIam({ clusters: [exampleCluster(HERE), exampleCluster(THERE)] }) };
    await store.snapshots.save(HERE, both, SINCE + HOUR);
    await store.snapshots.save(HERE, alone, END);
    // The same again, and another catalog: the memory goes on with each.
    await store.snapshots.save(HERE, { ...alone, serverVersion: 160_015 }, NOW - 2 * HOUR);
    await store.snapshots.save(HERE, { ...alone, serverVersion: 160_015 }, NOW - HOUR / 2);
    for (const region of proven)
      await store.activity.markHours(`111122223333/${region}`, hours(SINCE, last), "digest");
    return store;
  };

  it("counts up to its end: who used it then used the database, at the next looks too", async () => {
    const store = await ended(["us-east-2"], END + HOUR);
    for (const now of [NOW, NOW + HOUR, NOW + DAY])
      expect((await verdictsOf(store, HERE, now)).filter((one) => one.startsWith("never"))).toEqual(
        now < NOW + DAY ? ["never-used-mapping app_rw"] : [],
      );
    const found = await activityOf(store, HERE, { interval: WINDOW, by: ["principal"] }, NOW);
    expect(found.rows.map(({ principal, allowed }) => [principal, allowed])).toEqual([
      [arn("reader"), 1],
      [arn("writer"), 0],
    ]);
    const until = new Date(END).toISOString();
    expect(found.peers).toEqual([{ cluster: THERE, region: "us-east-2", unprovenHours: 0, until }]);
    expect(found.unprovenHours).toBe(0);
    const after = { from: NOW - 3 * DAY, to: NOW - DAY };
    expect((await coverageOf(store, HERE, after, NOW)).peers).toEqual([]);
  });

  it("leaves use unknown where it was not proven before its end, and is named", async () => {
    const store = await ended([], NOW);
    const { findings } = await detectCluster(store, HERE, NOW, options);
    const dormant = findings.filter(({ category }) => category === "dormant");
    expect(dormant.map(({ detector, subject }) => [detector, subject.role])).toEqual([
      ["unknown-mapping", "app_rw"],
    ]);
    expect(dormant[0]?.title).toContain("without capture at its former peer in us-east-2");
    expect(dormant[0]?.fix).toContain(`its former peer in us-east-2 (${THERE}, until 2026-11-16)`);
    const { unprovenHours } = await coverageOf(store, HERE, WINDOW, NOW);
    expect(unprovenHours).toBe(7 * 24 + 1);
  });
});

it("answers as of one cluster that had all connections, whichever of the two is asked", async () => {
  const split = (of: (id: number) => Cluster) => [
    seen("e0", 9, "reader", of(0)),
    seen("e1", 8, "writer", of(1)),
    seen("e2", 8, "writer", of(2), { sourceIp: "10.9.0.1" }),
    seen("e3", 7, "boss", of(3), { action: "DbConnectAdmin" }),
    seen("e4", 6, "stranger", of(4), { outcome: "refused" }),
    seen("e5", 5, "boss", of(5), { action: "DbConnectAdmin" }),
    seen("e6", 4, "reader", of(6), { sessionName: "jane.doe" }),
    seen("e7", 3, "writer", of(8), { sessionName: "jane.doe" }),
  ];
  const one = await world({ clusters: [HERE], connections: split(() => HERE), inFile: true });
  const two = await world({ connections: split((n) => (n % 2 ? HERE : THERE)), inFile: true });
  await one.activity.fold(HERE, NOW);
  for (const cluster of [HERE, THERE]) await two.activity.fold(cluster, NOW);
  const told = async (store: Store, cluster: Cluster, withReport: boolean) => {
    const activity = await activityOf(store, cluster, { interval: WINDOW, by: ["mapping"] }, NOW);
    const byHour = await activityOf(store, cluster, { interval: WINDOW, by: ["hour", "network"] }, NOW);
    const coverage = await coverageOf(store, cluster, WINDOW, NOW);
    const grounds = await groundsAt(store, cluster, NOW);
    const asked = { who: arn("boss"), privilege: "SELECT", object: "public.orders" };
    const report = withReport ? await loadReportData(store, cluster, NOW) : undefined;
    return {
      ...{ rows: activity.rows, hours: byHour.rows, unproven: activity.unprovenHours },
      ...{ covered: coverage.covered, gaps: coverage.gaps },
      ...{ admins: await grounds.adminLogins(), explained: (await explainAccess(grounds, asked)).links },
      ...(report && {
        report: [report.activity, report.mappings, report.adminLogins, [...report.archetypes]],
      }),
    };
  };
  const expected = await told(one, HERE, true);
  expect(expected.rows.length).toBeGreaterThan(3);
  const { report: _, ...answers } = expected;
  for (const [cluster, same] of [
    [HERE, expected],
    [THERE, answers],
  ] as const) {
    const text = JSON.stringify(await told(two, cluster, cluster === HERE))
      .replaceAll(THERE, HERE)
      .replaceAll(/in us-east-\d: /g, "");
    expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(same)));
  }
}, 20_000);

it("tells of a finding once: the second endpoint's names the first one's, until that one is not watched any more", async () => {
  const store = await world({});
  const rolesOf = async (cluster: Cluster, isHeld: boolean) =>
    (await store.findings.list(cluster))
      .filter((one) => one.category === "dormant" && isHeldBack(one) === isHeld)
      .map(({ subject }) => subject.role)
      .sort();
  await detectCluster(store, HERE, NOW, options);
  await detectCluster(store, THERE, NOW, options);
  const all = await rolesOf(HERE, false);
  expect(all.length).toBeGreaterThan(1);
  expect(await rolesOf(THERE, true)).toEqual(all);
  const [first] = (await store.findings.list(THERE)).filter(isHeldBack);
  expect(findingDocument(first as Finding)).toMatchObject({ sameAs: { cluster: HERE } });
  await retireCluster(store, HERE, { by: "ana", via: "command line", at: NOW }, "moved away");
  await detectCluster(store, THERE, NOW + HOUR, options);
  expect(await rolesOf(THERE, true)).toEqual([]);
  expect(await rolesOf(THERE, false)).toEqual(all);
});

describe("refusals on many principals", () => {
  it("count together through both endpoints, are found at each and told of one, with the addresses of both", async () => {
    const at = NOW - 3 * HOUR;
    const tried = (n: number, cluster: Cluster) =>
      connection(`try-${n}`, at + n * MINUTE, {
        ...{ cluster, principal: arn(`victim-${n}`), outcome: "refused" as const },
        sourceIp: `203.0.113.${70 + n}`,
      });
    const usual = [1, 2, 3, 4].flatMap((n) =>
      [1, 2, 3, 4, 5, 6, 7, 8].map((days) => seen(`usual-${n}-${days}`, days, `victim-${n}`, HERE)),
    );
    const tries = [tried(1, HERE), tried(2, THERE), tried(3, HERE), tried(4, THERE)];
    const store = await world({ connections: [...usual, ...tries] });
    const found = async (cluster: Cluster) => {
      const { findings } = await detectCluster(store, cluster, NOW, options);
      return findings.filter(({ detector }) => detector === "spread-refusals");
    };
    const [here, there] = [await found(HERE), await found(THERE)];
    for (const [finding, ...more] of [here, there]) {
      expect(more).toEqual([]);
      expect(finding?.title).toMatch(/^4 principals refused from 203\.0\.113\.0\/24 within one hour/);
      expect(finding?.evidence).toMatchObject({
        attempts: 4,
        tried: expect.arrayContaining([HERE, THERE]),
        addresses: [1, 2, 3, 4].map((n) => `203.0.113.${70 + n}`),
        notAllKnown: false,
      });
      expect(finding?.fix).toContain("in the policy of each endpoint of the database");
    }
    expect([...here, ...there].filter((finding) => !isHeldBack(finding))).toHaveLength(1);
  });
});
