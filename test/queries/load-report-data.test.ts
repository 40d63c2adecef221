import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Principal } from "../../lib/core/base/ids.ts";
import { DAY, HOUR, MINUTE } from "../../lib/core/base/time.ts";
import { parseBaseline } from "../../lib/core/baseline/parse-baseline.ts";
import { detectCluster } from "../../lib/jobs/judge-cluster.ts";
import { archetypeOfRole } from "../../lib/queries/archetypes.ts";
import { groundsAt } from "../../lib/queries/grounds.ts";
import { loadReportData } from "../../lib/queries/load-report-data.ts";
import { renderReport } from "../../lib/report/render-report.ts";
import { createActivityStore } from "../../lib/store/activity/activity.ts";
import { createSnapshotStore } from "../../lib/store/history/snapshots.ts";
import { openStore } from "../../lib/store/open-store.ts";
import type { Table } from "../../lib/store/table/table.ts";
import { acl, cluster, estate, table } from "../support/catalogs.ts";
import { connection } from "../support/connections.ts";
import { testTables } from "../support/table.ts";

let tables: Awaited<ReturnType<typeof testTables>>;
let db: Table;
const T = Date.UTC(2026, 2, 1);
const END = T + 10 * DAY;
const reader = Principal.parse("arn:aws:iam::111122223333:role/reader");
const orders = table(1000, "orders", { acl: acl("10=arwdDxt/10", "100=rd/10", "101=arw/10") });

beforeAll(async () => {
  tables = await testTables();
  db = await tables.fresh();
  const snapshots = createSnapshotStore(db, { now: () => END });
  await snapshots.save(cluster, estate(), T);
  await snapshots.save(cluster, estate({ relations: [orders], functions: "unreadable" }), T + 5 * DAY);
  const activity = createActivityStore(db);
  await activity.count(
    [0, 1, 2].map((n) => connection(`e${n}`, T + n * DAY + HOUR, { cluster, principal: reader })),
    END,
  );
  const hours = Array.from({ length: 6 * 24 }, (_, i) => T + i * HOUR);
  await activity.markHours(cluster, hours, "digest");
  await detectCluster(openStore(db, { now: () => END }), cluster, END);
}, 60_000);
afterAll(() => tables.stop());

describe("loadReportData", () => {
  it("shows the snapshot, the mappings and their use as of the instant", async () => {
    const data = await loadReportData(openStore(db, { now: () => END }), cluster, END, {
      storeOption: "--store x",
    });
    expect(data.snapshot).toMatchObject({ seq: 2, takenAt: T + 5 * DAY });
    expect(data.history).toEqual({ from: T, to: T + 5 * DAY, snapshots: 2 });
    expect(data.unreadable).toEqual([{ section: "functions", reason: "permission denied", code: "42501" }]);
    expect(data.judgedAt).toBe(END);
    expect(data.mappings).toMatchObject([
      { role: "app_ro", principal: reader, verdict: "active", lastUsedAt: T + 2 * DAY + HOUR, certain: true },
      { role: "app_rw", verdict: "unknown", lastUsedAt: null, knownFor: { from: T } },
    ]);
    expect(data.mappings?.[1]?.unprovenHours).toBe(4 * 24 - 3);
    expect(data.coverage.window).toEqual({ from: T, to: END - 3 * HOUR });
    expect(data.activity?.hours.length).toBe(3);
    expect(data.changes.map(({ after, by, text }) => [after, by, text])).toEqual(
      expect.arrayContaining([
        [T, T + 5 * DAY, "app_ro gained DELETE on table public.orders, granted by admin"],
      ]),
    );
    expect(data.findings.map(({ detector }) => detector)).toContain("section-unreadable");
    expect(data.rules.length).toBeGreaterThan(5);
    const page = await renderReport(data);
    expect(page).toContain("app_ro gained DELETE on table public.orders");
  });

  it("shows an earlier instant as it was then", async () => {
    const data = await loadReportData(openStore(db, { now: () => END }), cluster, T + 2 * DAY);
    expect(data.snapshot?.seq).toBe(1);
    expect(data.unreadable).toEqual([]);
    expect(data.changes).toEqual([]);
    expect(data.findings).toEqual([]);
    const writes = data.reach?.filter(({ roleOid, access }) => roleOid === 100 && access.includes("write"));
    expect(writes).toEqual([]);
  });

  it("knows nothing before the first snapshot, and says so", async () => {
    const data = await loadReportData(openStore(db, { now: () => END }), cluster, T - DAY);
    expect(data).toMatchObject({
      snapshot: null,
      history: null,
      mappings: null,
      reach: null,
      activity: null,
    });
    expect(await renderReport(data)).toContain("No snapshot");
  });

  it("shows nothing that was found, seen or counted after the instant asked for", async () => {
    const at = T + 2 * DAY;
    const data = await loadReportData(openStore(db, { now: () => END }), cluster, at);
    expect(data.pastFindings).not.toBeNull();
    for (const { detectedAt, lastSeenAt, confirmedAt } of data.findings) {
      expect(Math.max(detectedAt, lastSeenAt, confirmedAt)).toBeLessThanOrEqual(at);
    }
    const tallies = data.activity?.hours.flatMap((hour) => hour.tallies) ?? [];
    expect(tallies.every(({ lastAt }) => lastAt < at)).toBe(true);
    expect((await loadReportData(openStore(db, { now: () => END }), cluster, END)).pastFindings).toBeNull();
  });

  it("judges the past with the options that the baseline declares, as the detect function does", async () => {
    const store = openStore(await tables.fresh(), { now: () => END });
    const declared = (hours: number) =>
      parseBaseline(
        `version: 1\ncomponents: []\ndetectors: [{ detector: snapshot-overdue, options: { afterHours: ${hours} } }]\n`,
        "access.yml",
      );
    await store.snapshots.save(cluster, estate(), T);
    await store.baselines.publish(cluster, declared(5), "ana", T);
    const found = async (at: number) =>
      (await loadReportData(store, cluster, at)).findings.filter(
        ({ detector }) => detector === "snapshot-overdue",
      );
    for (const hour of [4, 6, 8]) await detectCluster(store, cluster, T + hour * HOUR);
    expect(await found(T + 7 * HOUR)).toMatchObject([{ evidence: { allowedHours: 5, hoursSince: 7 } }]);
  });

  it("says of a role's purpose what the same question says anywhere else, also in the midst of an hour", async () => {
    const store = openStore(await tables.fresh(), { now: () => END });
    await store.snapshots.save(cluster, estate(), T);
    const person = { cluster, principal: reader, sessionName: "ana.silva@example.com", userAgent: "psql" };
    const begun = T + 9 * DAY;
    await store.activity.count(
      [10, 50].map((minutes) => connection(`e${minutes}`, begun + minutes * MINUTE, person)),
      END,
    );
    await store.activity.fold(cluster, END);
    for (const [minutes, who] of [
      [5, "programs connect as it"],
      [30, "people connect as it"],
      [70, "people connect as it"],
    ] as const) {
      const at = begun + minutes * MINUTE;
      const { archetypes } = await loadReportData(store, cluster, at);
      const grounds = await groundsAt(store, cluster, at);
      const asked = await archetypeOfRole(grounds, grounds.engine.graph.idOf.get(100) ?? -1);
      expect(asked?.because).toContain(who);
      expect(archetypes.get(100)?.because).toBe(asked?.because);
    }
  });
});
