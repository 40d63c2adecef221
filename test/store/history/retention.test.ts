import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DAY, HOUR } from "../../../lib/core/base/time.ts";
import { tableHistory } from "../../../lib/store/history/export.ts";
import { applyRetention, CHUNK_GRACE } from "../../../lib/store/history/retention.ts";
import { createSnapshotStore } from "../../../lib/store/history/snapshots.ts";
import { verifyHistory } from "../../../lib/store/history/verify-history.ts";
import { checkTimelines } from "../../../lib/store/history/verify-timelines.ts";
import * as keys from "../../../lib/store/table/keys.ts";
import { refuseWrites } from "../../../lib/store/table/read-only.ts";
import type { Table } from "../../../lib/store/table/table.ts";
import { acl, cluster, estate, role, table } from "../../support/catalogs.ts";
import { Crash, dyingTable } from "../../support/faulty-table.ts";
import { testTables } from "../../support/table.ts";

let tables: Awaited<ReturnType<typeof testTables>>;
beforeAll(async () => {
  tables = await testTables();
});
afterAll(() => tables.stop());

const T = Date.UTC(2026, 2, 1, 2);
const keepDays = 3;
/** Enough tables for several chunks and an index over them. */
const others = Array.from({ length: 200 }, (_, i) => table(2000 + i, `t${i}`));
const orders = (letters: string) =>
  estate({
    relations: [table(1000, "orders", { acl: acl("10=arwdDxt/10", `100=${letters}/10`) }), ...others],
  });
const states = ["r", "rd", "rw", "rwd", "ra", "rad"];

/** Six days, four snapshots each, the grant another one every few hours. */
const sixDays = async () => {
  const db = await tables.fresh();
  let clock = T;
  const store = createSnapshotStore(db, { now: () => clock });
  for (let n = 0; n < 24; n++) {
    clock = T + n * 6 * HOUR;
    await store.save(cluster, orders(states[(n * 5) % 6] ?? "r"), clock);
  }
  return { db, store, now: () => clock };
};
const seqs = async (db: Table) =>
  (await Array.fromAsync(db.query({ pk: keys.manifests(cluster), prefix: "SNAPSHOT#" }))).map((item) =>
    Number(item.sk.slice(-10)),
  );
const verify = async (db: Table) => verifyHistory(await tableHistory(db, cluster), { keepDays });

describe("retention", () => {
  it("keeps the snapshot that last read a section which is unreadable since", async () => {
    const db = await tables.fresh();
    let clock = T;
    const store = createSnapshotStore(db, { now: () => clock });
    for (let n = 0; n < 24; n++) {
      clock = T + n * 6 * HOUR;
      await store.save(cluster, n < 2 ? orders("r") : estate({ relations: "unreadable" }), clock);
    }
    await applyRetention(db, cluster, { now: () => clock, keepDays });
    expect((await seqs(db)).slice(0, 3)).toEqual([1, 2, 5]);
    expect((await store.asOf(cluster, T + 6 * HOUR))?.catalog.sections.relations.status).toBe("read");
    expect((await verify(db)).faults).toEqual([]);
  });

  it("keeps every snapshot of the last days and the first of each day before", async () => {
    const { db, store, now } = await sixDays();
    const head = (await store.head(cluster))?.hash ?? "";
    const timeline = await store.roleTimeline(cluster, 100);
    const result = await applyRetention(db, cluster, { now, keepDays });
    expect(result.removedSnapshots).toBeGreaterThan(5);
    expect(await seqs(db)).toEqual([1, 5, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24]);
    const report = await verifyHistory(await tableHistory(db, cluster), {
      keepDays,
      expectedHeads: [{ seq: 24, hash: head }],
    });
    expect(report.faults).toEqual([]);
    expect(await store.roleTimeline(cluster, 100)).toEqual(timeline);
    expect((await store.asOf(cluster, T + 20 * HOUR))?.manifest.seq).toBe(1);
    expect(await applyRetention(db, cluster, { now, keepDays })).toMatchObject({
      removedSnapshots: 0,
      removedChunks: 0,
    });
  });

  it("tells beforehand what it would remove, and writes nothing", async () => {
    const { db, now } = await sixDays();
    const later = () => now() + 2 * CHUNK_GRACE;
    const dying = dyingTable(db, 1, false);
    const dead = estate({ roles: [role(10, "never stored")] });
    await expect(createSnapshotStore(dying, { now }).save(cluster, dead, now() + HOUR)).rejects.toThrow(
      Crash,
    );
    const told = await applyRetention(refuseWrites(db), cluster, { now: later, keepDays, apply: false });
    expect(told.before).toBe(Date.UTC(2026, 2, 3));
    expect(told.removedChunks).toBeGreaterThan(0);
    expect(await seqs(db)).toHaveLength(24);
    expect(await applyRetention(db, cluster, { now: later, keepDays })).toEqual(told);
    expect(told.keptSnapshots).toBe((await seqs(db)).length);
  });

  it("tells what changed over thinned days by the snapshots that are left", async () => {
    const { db, store, now } = await sixDays();
    await applyRetention(db, cluster, { now, keepDays });
    const changes = await Array.fromAsync(store.changes(cluster, T, T + 26 * HOUR));
    expect(changes).toMatchObject([{ fromSeq: 1, from: T, toSeq: 5, to: T + DAY }]);
  });

  it("does not let a missing snapshot pass that is too young to be thinned, or a day's first", async () => {
    const { db, now } = await sixDays();
    await applyRetention(db, cluster, { now, keepDays });
    for (const seq of [1, 5, 20]) {
      const key = keys.manifest(cluster, seq);
      const item = await db.get(key);
      await db.remove(key);
      expect((await verify(db)).faults[0], `${seq}`).toMatchObject({ kind: "missing", seq });
      if (item) await db.put(item);
    }
    expect((await verify(db)).faults).toEqual([]);
  });

  it("leaves a whole chain and true answers whatever the clock did", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: -30, max: 60 }), { minLength: 4, maxLength: 10 }),
        fc.integer({ min: 1, max: 3 }),
        async (hours, days) => {
          const db = await tables.fresh();
          const store = createSnapshotStore(db, { now: () => T });
          let at = T + 30 * DAY;
          for (const [n, step] of hours.entries()) {
            at += step * HOUR;
            await store.save(cluster, estate({ roles: [role(10, `boss${n}`)] }), at);
          }
          await applyRetention(db, cluster, { now: () => T + 60 * DAY, keepDays: days });
          const report = await verifyHistory(await tableHistory(db, cluster), { keepDays: days });
          expect(report.faults).toEqual([]);
          expect(await checkTimelines(db, cluster)).toEqual([]);
          const kept = (await Array.fromAsync(store.list(cluster))).map(({ manifest }) => manifest);
          for (const { takenAt } of kept) {
            const found = await store.asOf(cluster, takenAt);
            const last = Math.max(...kept.filter((one) => one.takenAt === takenAt).map(({ seq }) => seq));
            expect(found?.manifest.seq).toBe(last);
            expect(found?.catalog.sections.roles).toMatchObject({ rows: [{ name: `boss${last - 1}` }] });
          }
        },
      ),
      { numRuns: 6, endOnFailure: true },
    );
  });

  it("may die at any removal and be run again", async () => {
    const { db, now } = await sixDays();
    for (let again = 0; ; again++) {
      const dying = dyingTable(db, 0, true);
      const died = await applyRetention(dying, cluster, { now, keepDays }).then(
        () => false,
        (error: unknown) => error instanceof Crash,
      );
      expect((await verify(db)).faults).toEqual([]);
      if (!died) break;
      expect(again).toBeLessThan(40);
    }
    expect(await seqs(db)).toContain(1);
  });

  it("spares the chunks of a snapshot that runs at the same time, and collects what a dead run left", async () => {
    const { db, now } = await sixDays();
    const late = now() + 2 * CHUNK_GRACE;
    // A run that wrote its chunks and died: nothing names them.
    const dying = dyingTable(db, 1, false);
    const dead = estate({ roles: [role(10, "never stored")] });
    await expect(createSnapshotStore(dying, { now }).save(cluster, dead, now() + HOUR)).rejects.toThrow(
      Crash,
    );
    const before = await applyRetention(db, cluster, { now, keepDays: 400 });
    expect(before.removedChunks).toBe(0);
    // The same catalog is stored again a few days later, and a collection runs between its chunks and its manifest.
    const slow: Table = {
      ...db,
      putIfAbsent: async (item) => {
        await applyRetention(db, cluster, { now: () => late, keepDays: 400 });
        return db.putIfAbsent(item);
      },
    };
    const store = createSnapshotStore(slow, { now: () => late });
    await store.save(cluster, dead, late);
    expect((await verify(db)).faults).toEqual([]);
    expect((await store.asOf(cluster, late))?.catalog).toEqual(dead);
  });

  it("removes what a dead run left once it is old", async () => {
    const { db, now } = await sixDays();
    const dying = dyingTable(db, 1, false);
    const dead = estate({ roles: [role(10, "never stored")] });
    await expect(createSnapshotStore(dying, { now }).save(cluster, dead, now() + HOUR)).rejects.toThrow(
      Crash,
    );
    const later = () => now() + 2 * CHUNK_GRACE;
    expect((await applyRetention(db, cluster, { now: later, keepDays: 400 })).removedChunks).toBeGreaterThan(
      0,
    );
    expect((await verify(db)).faults).toEqual([]);
  });
});
