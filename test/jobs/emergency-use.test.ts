// A use of an emergency role outside its windows stays a finding as long as it should, evaluation after evaluation.
import { afterAll, expect, it } from "vitest";
import { Principal } from "../../lib/core/base/ids.ts";
import { DAY, HOUR } from "../../lib/core/base/time.ts";
import type { Baseline, Component } from "../../lib/core/baseline/baseline.ts";
import { detectCluster } from "../../lib/jobs/judge-cluster.ts";
import { openStore } from "../../lib/store/open-store.ts";
import { cluster, estate } from "../support/catalogs.ts";
import { connection } from "../support/connections.ts";
import { sqliteTables } from "../support/table.ts";

const T = Date.UTC(2026, 10, 2, 9);
const reader = Principal.parse("arn:aws:iam::111122223333:role/reader");
type Window = NonNullable<Component["breakGlass"]>["windows"][number];
const baselineOf = (...windows: Window[]): Baseline => ({
  version: 1,
  components: [{ name: "emergency", role: "app_ro", breakGlass: { windows } }],
});
const tables = sqliteTables();
afterAll(() => tables.stop());

const world = async () => {
  let now = T;
  const store = openStore(await tables.fresh(), { now: () => now });
  await store.snapshots.save(cluster, estate(), T - DAY);
  await store.baselines.publish(cluster, baselineOf(), "ana", T - DAY);
  await store.activity.count([connection("e1", T, { cluster, principal: reader })], T);
  /** What the evaluation so many days later says of the use, after a snapshot. */
  const after = async (days: number, catalog = estate()) => {
    now = T + days * DAY + HOUR;
    await store.snapshots.save(cluster, catalog, now);
    const { findings } = await detectCluster(store, cluster, now);
    const used = findings.find(({ subject }) => subject.facet === "break-glass");
    return [used?.status, used?.closedBecause];
  };
  return { store, after };
};

it("stays open for fourteen days, also where no look knows the activity of that day any more, then ends unmended", async () => {
  const { after } = await world();
  for (const days of [0, 1, 2, 3, 5, 8, 13])
    expect([days, ...(await after(days))]).toEqual([days, "open", undefined]);
  expect(await after(14)).toEqual(["ended", expect.stringContaining("Nothing was mended")]);
});

it("is resolved by a window that is declared for it, and by nothing that only hides it", async () => {
  const { store, after } = await world();
  expect(await after(4)).toEqual(["open", undefined]);
  expect(await after(5, estate({ mappings: "unreadable" }))).toEqual(["open", undefined]);
  const row = { arn: reader, grantor: 10 };
  const several = [
    { ...row, iamOid: 500, role: 100, roleName: "app_ro" },
    { ...row, iamOid: 503, role: 101, roleName: "app_rw" },
  ];
  expect(await after(6, estate({ mappings: several }))).toEqual([
    "ended",
    expect.stringContaining("which role it used is no longer known"),
  ]);
  expect(await after(7)).toEqual(["open", undefined]);
  const window = { from: "2026-11-02", to: "2026-11-03", reason: "restore" };
  await store.baselines.publish(cluster, baselineOf(window), "ana", T + 8 * DAY);
  expect(await after(8)).toEqual(["resolved", "The baseline declares a window for it now."]);
});
