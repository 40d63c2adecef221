// Who connected, and what may be said of those who were not seen.
import { afterAll, beforeAll, expect, it } from "vitest";
import type { ActivityRow, Grouping } from "../../lib/core/activity/activity-row.ts";
import type { Principal } from "../../lib/core/base/ids.ts";
import { DAY, HOUR, type Instant, iso } from "../../lib/core/base/time.ts";
import { activityOf, parseGroupings } from "../../lib/queries/activity.ts";
import { coverageOf } from "../../lib/queries/coverage.ts";
import { openStore, type Store } from "../../lib/store/open-store.ts";
import { cluster, estate } from "../support/catalogs.ts";
import { connection } from "../support/connections.ts";
import { testTables } from "../support/table.ts";

const T = Date.UTC(2026, 2, 1);
const NOW = T + 5 * DAY;
const arn = (name: string) => `arn:aws:iam::111122223333:role/${name}` as Principal;
const mapping = (iamOid: number, name: string, role: number, roleName: string) => ({
  ...{ iamOid, role, roleName, grantor: 10 },
  arn: arn(name),
});

let tables: Awaited<ReturnType<typeof testTables>>;
let store: Store;
const seen = (id: string, at: Instant, name: string, more = {}) =>
  connection(id, at, { cluster, principal: arn(name), ...more });

beforeAll(async () => {
  tables = await testTables();
  store = openStore(await tables.fresh(), { now: () => NOW });
  const mappings = [
    mapping(500, "reader", 100, "app_ro"),
    mapping(501, "both", 100, "app_ro"),
    mapping(502, "both", 101, "app_rw"),
    mapping(503, "silent", 101, "app_rw"),
    mapping(504, "refused", 101, "app_rw"),
  ];
  await store.snapshots.save(cluster, estate({ mappings }), T - DAY);
  await store.activity.count(
    [
      seen("a", T + HOUR, "reader"),
      seen("b", T + 2 * HOUR, "reader", { outcome: "refused" }),
      seen("c", T + 3 * HOUR, "both"),
      seen("d", T + 4 * HOUR, "refused", { outcome: "refused" }),
      seen("e", T + 5 * HOUR, "stranger"),
      seen("f", T + 6 * HOUR, "boss", { action: "DbConnectAdmin" }),
      seen("g", T + 7 * HOUR, "boss", { action: "DbConnectAdmin", outcome: "refused" }),
    ],
    NOW,
  );
  await store.activity.fold(cluster, NOW);
});
afterAll(() => tables.stop());

const window = { from: T, to: T + DAY };
const ask = async (by: readonly Grouping[] = ["principal"], more = {}): Promise<readonly ActivityRow[]> =>
  (await activityOf(store, cluster, { interval: window, by, ...more }, NOW)).rows;
const rowOf = async (name: string, ...asked: Parameters<typeof ask>) =>
  (await ask(...asked)).filter(({ principal }) => principal === arn(name));

it("does not take a refused attempt for a use", async () => {
  expect(await rowOf("reader")).toMatchObject([
    { allowed: 1, refused: 1, lastUseAt: iso(T + HOUR), lastAt: iso(T + 2 * HOUR), mappedTo: ["app_ro"] },
  ]);
  expect(await rowOf("refused")).toMatchObject([{ allowed: 0, refused: 1, lastUseAt: null }]);
});

it("says unknown of whom it did not see while hours are not proven, and never once they are", async () => {
  expect(await rowOf("silent")).toMatchObject([{ allowed: 0, firstAt: null, lastUse: "unknown" }]);
  const hours = Array.from({ length: 24 }, (_, hour) => T + hour * HOUR);
  await store.activity.markHours(cluster, hours, "digest");
  expect(await rowOf("silent")).toMatchObject([{ lastUse: "never" }]);
  expect(await rowOf("refused")).toMatchObject([{ lastUse: "never" }]);
  const doubt = { from: T, to: T + HOUR, reason: "files are missing" };
  await store.doubts.replace(cluster, "digest x", [doubt]);
  expect(await rowOf("silent")).toMatchObject([{ lastUse: "unknown" }]);
  await store.doubts.replace(cluster, "digest x", []);
});

it("gives a connection to a mapping only where no other could have been it", async () => {
  expect(await rowOf("reader", ["mapping"])).toMatchObject([{ role: "app_ro", allowed: 1, lastUse: "seen" }]);
  expect(await rowOf("both", ["mapping"])).toMatchObject([
    { role: null, possibleRoles: ["app_ro", "app_rw"], allowed: 1, lastUse: "seen" },
    { role: "app_ro", allowed: 0, lastUse: "possible" },
    { role: "app_rw", allowed: 0, lastUse: "possible" },
  ]);
  expect(await rowOf("stranger", ["mapping"])).toMatchObject([{ role: null, possibleRoles: [] }]);
  expect(await rowOf("boss", ["mapping"])).toMatchObject([
    { role: "admin", allowed: 1, refused: 1, lastUseAt: iso(T + 6 * HOUR), mappedTo: [] },
  ]);
});

it("narrows by role and by principal, whose session stands for its role", async () => {
  const names = async (more: object) => (await ask(["principal"], more)).map(({ principal }) => principal);
  expect(await names({ role: "admin" })).toEqual([arn("boss")]);
  expect(await names({ role: "app_rw" })).toEqual(["both", "refused", "silent"].map(arn));
  expect(await names({ principal: "arn:aws:sts::111122223333:assumed-role/reader/x" })).toEqual([
    arn("reader"),
  ]);
});

it("takes a principal's name for whom it names, and says where it names nobody or several", async () => {
  const names = async (principal: string) =>
    (await ask(["principal"], { principal })).map((row) => row.principal);
  for (const name of ["reader", "role/reader", arn("reader")])
    expect(await names(name)).toEqual([arn("reader")]);
  // Mapped and not seen; seen and not mapped.
  expect(await names("silent")).toEqual([arn("silent")]);
  expect(await names("stranger")).toEqual([arn("stranger")]);
  await expect(names("read")).rejects.toThrow('no principal is known by the name "read"');
  await expect(ask(["principal"], { role: "app" })).rejects.toThrow("no role was ever seen");
  // An ARN is somebody, known or not.
  expect(await names(arn("nobody"))).toEqual([]);
});

it("answers up to now, and refuses a stretch that has not begun", async () => {
  const late = { from: NOW - 2 * HOUR, to: NOW + 30 * DAY };
  const asked = { interval: late, by: ["principal"] as const };
  expect(await activityOf(store, cluster, asked, NOW)).toMatchObject({ hours: 2, interval: { to: NOW } });
  expect(await coverageOf(store, cluster, late, NOW)).toMatchObject({
    hours: 2,
    unprovenHours: 2,
    to: iso(NOW),
  });
  const future = { from: NOW + HOUR, to: NOW + DAY };
  await expect(activityOf(store, cluster, { ...asked, interval: future }, NOW)).rejects.toThrow(
    "is in the future",
  );
  await expect(coverageOf(store, cluster, future, NOW)).rejects.toThrow("is in the future");
});

it("tells hours and networks apart, and counts each connection once", async () => {
  for (const by of [
    ["principal"],
    ["mapping"],
    ["hour"],
    ["network"],
    ["hour", "network", "mapping"],
  ] as const) {
    const rows = await ask(by);
    expect(
      rows.reduce((sum, row) => sum + row.allowed + row.refused, 0),
      by.join(),
    ).toBe(7);
  }
  expect((await rowOf("reader", ["hour"])).map(({ hour }) => hour)).toEqual([
    iso(T + HOUR),
    iso(T + 2 * HOUR),
  ]);
});

it("ends where it is asked to end, whatever came later in that hour", async () => {
  const early = { interval: { from: T, to: T + HOUR } };
  expect(await rowOf("reader", ["principal"], early)).toMatchObject([{ allowed: 0 }]);
  expect(await rowOf("reader", ["principal"], { interval: { from: T, to: T + HOUR + 1 } })).toMatchObject([
    { allowed: 1, refused: 0 },
  ]);
});

it("names the groupings there are", () => {
  expect(parseGroupings(undefined)).toEqual(["principal"]);
  expect(parseGroupings("mapping, hour")).toEqual(["mapping", "hour"]);
  expect(() => parseGroupings("day")).toThrow('activity cannot be grouped by "day"');
});

it("says how many principals were too many to be kept apart", async () => {
  const crowded = openStore(await tables.fresh(), { now: () => NOW });
  const strangers = Array.from({ length: 2_500 }, (_, n) =>
    seen(`s${n}`, T + n, `${"x".repeat(40)}${n}`, { outcome: "refused" }),
  );
  await crowded.activity.count([...strangers, seen("app", T, "reader")], NOW);
  await crowded.activity.fold(cluster, NOW);
  const { rows, others } = await activityOf(crowded, cluster, { interval: window, by: ["principal"] }, NOW);
  expect(others).toBeGreaterThan(1_000);
  expect(rows.find(({ principal }) => principal === "unknown:others")?.refused).toBe(others);
  expect(rows.find(({ principal }) => principal === arn("reader"))).toMatchObject({ allowed: 1 });
  expect(rows.reduce((sum, { allowed, refused }) => sum + allowed + refused, 0)).toBe(2_501);
}, 30_000);

it("says since when the cluster is gone, and nothing of it about a stretch before", async () => {
  const past = openStore(await tables.fresh(), { now: () => NOW });
  await past.clusters.register(cluster);
  await past.clusters.note(cluster, { kind: "deleted", at: T + DAY });
  const goneIn = async (to: Instant) =>
    (await activityOf(past, cluster, { interval: { from: T, to }, by: ["principal"] }, NOW)).gone;
  expect(await goneIn(T + 2 * DAY)).toBe("The cluster is gone since 2026-03-02 00:00 UTC (deleted).");
  expect(await goneIn(T + HOUR)).toBeNull();
});

it("says never only of a stretch of which some hour can be judged", async () => {
  const watched = openStore(await tables.fresh(), { now: () => NOW });
  await watched.snapshots.save(cluster, estate({ mappings: [mapping(500, "reader", 100, "app_ro")] }), T);
  const hours = Array.from({ length: 5 * 24 }, (_, n) => T + n * HOUR);
  await watched.activity.markHours("111122223333/us-east-1", hours, "digest");
  const lastUseIn = async (from: Instant, to: Instant) =>
    (await activityOf(watched, cluster, { interval: { from, to }, by: ["principal"] }, NOW)).rows.map(
      ({ lastUse }) => lastUse,
    );
  expect(await lastUseIn(NOW - DAY, NOW)).toEqual(["never"]);
  expect(await lastUseIn(NOW - HOUR, NOW)).toEqual(["unknown"]);
  expect(await lastUseIn(NOW, NOW + DAY)).toEqual(["unknown"]);
});
