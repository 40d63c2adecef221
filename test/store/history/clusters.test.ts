// The register of clusters: an entry that became another ARN is never read as one.
import fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import { checkRegister, listClusters, registerCluster } from "../../../lib/store/history/clusters.ts";
import { keys } from "../../../lib/store/table/keys.ts";
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
