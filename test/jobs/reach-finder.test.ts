// For which notices it is looked up what somebody can reach: for all that name the way to cut them off.
import { afterAll, beforeAll, expect, it } from "vitest";
import { Principal } from "../../lib/core/base/ids.ts";
import { HOUR } from "../../lib/core/base/time.ts";
import type { Finding } from "../../lib/core/findings/finding.ts";
import { reachFinder } from "../../lib/jobs/reach-finder.ts";
import { openStore, type Store } from "../../lib/store/open-store.ts";
import { cluster, estate } from "../support/catalogs.ts";
import { findingOf } from "../support/query-world.ts";
import { sqliteTables } from "../support/table.ts";

const NOW = Date.UTC(2026, 10, 20, 12);
const reader = Principal.parse("arn:aws:iam::111122223333:role/reader");
const tables = sqliteTables();
let store: Store;
beforeAll(async () => {
  store = openStore(await tables.fresh(), { now: () => NOW });
  await store.snapshots.save(cluster, estate(), NOW - HOUR);
});
afterAll(() => tables.stop());

const episode = (id: string, change: Partial<Finding>): Finding => ({
  ...findingOf(id),
  ...{ category: "anomalous", life: "episode", subject: { principal: reader, facet: "" }, incident: "inc-1" },
  ...change,
});
const told = { noticedAt: NOW - 5 * HOUR, noticedSeverity: "high", toldAt: NOW - 5 * HOUR } as const;
const rolesFor = async (...findings: Finding[]) =>
  (await reachFinder(store, cluster, findings, NOW))(reader)?.roles.map(({ role }) => role);

it("is looked up for what is new and urgent, and for what joins an incident that people know", async () => {
  expect(await rolesFor(episode("a-1", { severity: "high" }))).toEqual(["app_ro"]);
  const known = episode("a-1", { severity: "high", ...told });
  expect(await rolesFor(known, episode("b-1", { severity: "medium" }))).toEqual(["app_ro"]);
});

it("is not where no notice of its own is due, or nobody is behind it", async () => {
  expect(await rolesFor(episode("a-1", { severity: "medium" }))).toBeUndefined();
  expect(await rolesFor(episode("a-1", { severity: "high", ...told }))).toBeUndefined();
  expect(await rolesFor(episode("a-1", { severity: "high", status: "ended", ...told }))).toBeUndefined();
  const sameAs = { cluster, id: "a-2" };
  expect(await rolesFor(episode("a-1", { severity: "high", sameAs }))).toBeUndefined();
  expect(await rolesFor({ ...findingOf("a-1"), severity: "high" })).toBeUndefined();
});
