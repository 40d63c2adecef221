import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Cluster } from "../../../lib/core/base/ids.ts";
import { HOUR } from "../../../lib/core/base/time.ts";
import { exportHistory, readExport } from "../../../lib/store/history/export.ts";
import { createSnapshotStore } from "../../../lib/store/history/snapshots.ts";
import { historyToVerify } from "../../../lib/store/history/to-verify.ts";
import { type VerifyOptions, verifyHistory } from "../../../lib/store/history/verify-history.ts";
import { openWholeStore } from "../../../lib/store/open-archive.ts";
import * as keys from "../../../lib/store/table/keys.ts";
import type { Table } from "../../../lib/store/table/table.ts";
import { cluster, estate, role } from "../../support/catalogs.ts";
import { Crash, dyingTable } from "../../support/faulty-table.ts";
import { testTables } from "../../support/table.ts";

let tables: Awaited<ReturnType<typeof testTables>>;
beforeAll(async () => {
  tables = await testTables();
});
afterAll(() => tables.stop());

const T = Date.UTC(2026, 2, 1, 2);

/** Ten days, four snapshots each, and the hash of each as a mail would have given it. */
const tenDays = async () => {
  const db = await tables.fresh();
  const store = createSnapshotStore(db, { now: () => T });
  const hashes: string[] = [""];
  for (let n = 0; n < 40; n++) {
    const saved = await store.save(cluster, estate({ roles: [role(10, `boss${n >> 2}`)] }), T + n * 6 * HOUR);
    hashes.push(saved.manifestHash);
  }
  const retain = (keepDays: number) =>
    openWholeStore(db, { now: () => T + 40 * 6 * HOUR }).archive.retain(cluster, { keepDays, apply: true });
  return { db, hashes, retain };
};
const verify = async (db: Table, options: VerifyOptions = {}) =>
  verifyHistory(await historyToVerify(db, cluster), options);

describe("heads that were noted before retention ran", () => {
  it("are each accounted for: there, vouched for by the next, or removed and no longer known", async () => {
    const { db, hashes, retain } = await tenDays();
    expect((await retain(3)).removedSnapshots).toBeGreaterThan(10);
    const expectedHeads = hashes.flatMap((hash, seq) => (seq ? [{ seq, hash: hash.slice(0, 12) }] : []));
    for (const report of [
      await verify(db, { expectedHeads }),
      await verify(db, { expectedHeads, keepDays: 3 }),
      await verifyHistory(await readExport(await Array.fromAsync(exportHistory(db, cluster))), {
        expectedHeads,
      }),
    ]) {
      expect(report.faults).toEqual([]);
      const verdicts = report.heads.map(({ seq, verdict }) => `${seq} ${verdict}`);
      // Of the first day 1 is kept; 4 is the last, which the first of the next day names.
      expect(verdicts.slice(0, 5)).toEqual(["1 there", "2 removed", "3 removed", "4 vouched", "5 there"]);
      expect(report.heads[1]?.text).toMatch(
        /^snapshot 2 was removed by retention.*the chain from snapshot 1 to snapshot 5 is whole.*no longer be known$/,
      );
      expect(verdicts.at(-1)).toBe("40 there");
    }
  });

  it("are still found rewritten where the chain shows it", async () => {
    const { db, retain } = await tenDays();
    await retain(3);
    const wrong = "f".repeat(12);
    const of = async (seq: number | null) => {
      const { faults, heads } = await verify(db, { expectedHeads: [{ seq, hash: wrong }] });
      return [heads[0]?.verdict, faults[0]?.kind];
    };
    expect(await of(1)).toEqual(["broken", "forked"]);
    expect(await of(4)).toEqual(["broken", "forked"]);
    expect(await of(2)).toEqual(["removed", undefined]);
    expect(await of(41)).toEqual(["broken", "missing"]);
    expect(await of(null)).toEqual(["unknown", undefined]);
  });

  it("do not explain what retention would not have removed", async () => {
    const { db, hashes, retain } = await tenDays();
    await retain(3);
    await db.remove(keys.manifest(cluster, 38));
    const report = await verify(db, { expectedHeads: [{ seq: 38, hash: hashes[38] ?? "" }] });
    expect(report.faults.map(({ kind, seq }) => `${kind} ${seq}`)).toContain("missing 38");
    // Nor a day's first: the chain of days hangs on it.
    const other = await tenDays();
    await other.retain(3);
    await other.db.remove(keys.manifest(cluster, 5));
    expect((await verify(other.db)).whole).toBe(false);
  });

  it("are missing where nobody ran retention with so few days", async () => {
    const { db, hashes } = await tenDays();
    for (const seq of [2, 3, 4]) await db.remove(keys.manifest(cluster, seq));
    const { faults } = await verify(db, { expectedHeads: [{ seq: 2, hash: hashes[2] ?? "" }] });
    expect(faults.map(({ kind }) => kind)).toEqual(["missing", "missing"]);
  });

  it("are not explained by another cluster's note of what was removed", async () => {
    const { db, retain } = await tenDays();
    const other = "arn:aws:dsql:us-east-1:111122223333:cluster/abcdefghijklmnopqrstuvwxy2" as Cluster;
    await retain(3);
    const mark = await db.get(keys.retained(cluster));
    await createSnapshotStore(db, { now: () => T }).save(other, { ...estate(), cluster: other }, T);
    await db.put({ ...mark, ...keys.retained(other) });
    const { faults } = await verifyHistory(await historyToVerify(db, other));
    expect(faults).toMatchObject([{ kind: "altered", message: expect.stringContaining("retention") }]);
  });

  it("raise no alarm where retention died half-way: what it would remove was noted before", async () => {
    for (const at of [1, 4]) {
      const { db, hashes } = await tenDays();
      const dying = openWholeStore(dyingTable(db, at, true), { now: () => T + 40 * 6 * HOUR });
      await expect(dying.archive.retain(cluster, { keepDays: 3 })).rejects.toThrow(Crash);
      const expectedHeads = hashes.flatMap((hash, seq) => (seq ? [{ seq, hash }] : []));
      expect((await verify(db, { expectedHeads })).faults).toEqual([]);
    }
  });
});
