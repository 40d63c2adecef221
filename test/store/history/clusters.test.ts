// The register of clusters: an entry that became another ARN is never read as one.
import fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import type { LifeSign } from "../../../lib/core/history/cluster-life.ts";
import {
  checkRegister,
  clusterEntries,
  clusterEntry,
  listClusters,
  noteSign,
  registerCluster,
} from "../../../lib/store/history/clusters.ts";
import * as keys from "../../../lib/store/table/keys.ts";
import { cluster } from "../../support/catalogs.ts";
import { sqliteTables } from "../../support/table.ts";

const tables = sqliteTables();
afterAll(() => tables.stop());

it("tells of an entry in whose ARN a single character is another, to readers and to verify", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(cluster.length - 1), fc.constantFrom(..."0a:z/"), async (at, letter) => {
      fc.pre(cluster[at] !== letter);
      const db = await tables.fresh();
      await registerCluster(db, cluster);
      const item = await db.get(keys.cluster(cluster));
      if (!item) throw new Error("no entry");
      await db.remove(keys.cluster(cluster));
      await db.put({ ...item, sk: cluster.slice(0, at) + letter + cluster.slice(at + 1) });
      await expect(listClusters(db)).rejects.toMatchObject({ code: "store" });
      expect(await checkRegister(db, cluster)).toMatchObject([{ kind: "altered" }]);
    }),
    { numRuns: 25 },
  );
});

it("reads an entry of an earlier release, and gives it its sum at the next snapshot", async () => {
  const db = await tables.fresh();
  await db.put({ ...keys.cluster(cluster), v: 1 });
  expect(await listClusters(db)).toEqual([cluster]);
  await registerCluster(db, cluster);
  expect(await db.get(keys.cluster(cluster))).toHaveProperty("sum");
  expect(await listClusters(db)).toEqual([cluster]);
});

it("does not take today's entry without its sum for one of an earlier release", async () => {
  const db = await tables.fresh();
  await registerCluster(db, cluster);
  const whole = await db.get(keys.cluster(cluster));
  if (!whole) throw new Error("no entry");
  const { sum, ...rest } = whole;
  for (const item of [rest, { ...rest, v: 1, sum }]) {
    await db.put(item);
    await expect(listClusters(db)).rejects.toMatchObject({ code: "store" });
    expect(await checkRegister(db, cluster)).toMatchObject([{ kind: "altered" }]);
    await registerCluster(db, cluster);
    expect(await db.get(keys.cluster(cluster))).toEqual(item);
  }
});

const T = Date.UTC(2026, 10, 28, 10);
const retired: LifeSign = { kind: "retired", at: T, by: "ana", note: "moved" };

it("keeps since when a cluster is gone, and tells of an entry in which any part of that is another", async () => {
  const db = await tables.fresh();
  await registerCluster(db, cluster);
  expect(await clusterEntry(db, cluster)).toEqual({ cluster, signs: [] });
  await noteSign(db, cluster, retired);
  const gone = { at: T, reason: "retired", by: "ana", note: "moved" };
  expect(await clusterEntries(db)).toEqual([{ cluster, gone, signs: [retired] }]);
  const whole = await db.get(keys.cluster(cluster));
  expect(whole).toMatchObject({ goneAt: "2026-11-28T10:00:00.000Z" });
  if (!whole) throw new Error("no entry");
  const { signs: _, ...without } = whole;
  const altered = [
    { ...whole, goneAt: null },
    { ...whole, goneAt: "2026-11-29T10:00:00.000Z" },
    { ...whole, rev: 2 },
    { ...whole, v: 2 },
    { ...whole, v: 1 },
    { ...whole, signs: [] },
    { ...whole, signs: [{ ...retired, at: T + 1 }] },
    { ...whole, signs: [{ ...retired, by: "ben" }] },
    { ...whole, signs: [{ kind: "retired", at: T, by: "ana" }] },
    { ...whole, signs: [{ ...retired, note: "ana", by: "moved" }] },
    { ...whole, signs: [retired, { kind: "restored", at: T + 1, by: "eve" }] },
    without,
  ];
  for (const item of altered) {
    await db.put(item);
    await expect(listClusters(db), JSON.stringify(item)).rejects.toMatchObject({ code: "store" });
    await expect(noteSign(db, cluster, retired)).rejects.toMatchObject({ code: "store" });
    expect(await checkRegister(db, cluster)).toMatchObject([{ kind: "altered" }]);
    await registerCluster(db, cluster);
    expect(await db.get(keys.cluster(cluster))).toEqual(item);
  }
});

it("takes signs into an entry of any earlier release, and none of a cluster that was never known", async () => {
  for (const old of [{ ...keys.cluster(cluster), v: 1 }, undefined]) {
    const db = await tables.fresh();
    if (old) await db.put(old);
    else await registerCluster(db, cluster);
    await noteSign(db, cluster, { kind: "deleted", at: T });
    await registerCluster(db, cluster, T - 1);
    expect((await clusterEntry(db, cluster))?.gone).toEqual({ at: T, reason: "deleted" });
    await registerCluster(db, cluster, T + 1);
    expect((await clusterEntry(db, cluster))?.gone).toBeUndefined();
  }
  const db = await tables.fresh();
  expect(await noteSign(db, cluster, retired)).toBeUndefined();
  expect(await clusterEntries(db)).toEqual([]);
});

it("loses no sign of two that are noted at once", async () => {
  const db = await tables.fresh();
  await registerCluster(db, cluster);
  const signs = [1, 2, 3, 4].map((n): LifeSign => ({ kind: "deleted", at: T + n }));
  await Promise.all(signs.map((sign) => noteSign(db, cluster, sign)));
  expect((await clusterEntry(db, cluster))?.signs).toEqual(signs);
});
