import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HOUR } from "../../lib/core/base/time.ts";
import { canonicalText } from "../../lib/core/catalog/canonical.ts";
import { applyChanges } from "../../lib/core/history/apply.ts";
import { openManifest } from "../../lib/core/history/manifest.ts";
import { pack, unpack } from "../../lib/core/history/packing.ts";
import { tableHistory } from "../../lib/store/history/export.ts";
import { createSnapshotStore } from "../../lib/store/history/snapshots.ts";
import { verifyHistory } from "../../lib/store/history/verify-history.ts";
import type { Item, Table } from "../../lib/store/table/table.ts";
import { cluster } from "../support/catalogs.ts";
import { anyHistory } from "../support/random-catalogs.ts";
import { storedHistory } from "../support/stored-history.ts";
import { testTables } from "../support/table.ts";

let tables: Awaited<ReturnType<typeof testTables>>;
beforeAll(async () => {
  tables = await testTables();
});
afterAll(() => tables.stop());

const HEAD = "fef63f0e14f540ecb0d00cc18b0b7d2cbc27a46c865f3ebf2ece3872edbc3ffd";
const T = storedHistory[0]?.at ?? 0;
const open = (db: Table) => createSnapshotStore(db, { now: () => T });

/** The items as the release wrote them. This file is never made anew: a later release has to read it as it is. */
const fixture = (): Item[] =>
  readFileSync(join(import.meta.dirname, "../fixtures/store-v1.ndjson"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => {
      const item = JSON.parse(line) as Record<string, unknown>;
      return Object.fromEntries(
        Object.entries(item).map(([name, value]) => {
          const packed = typeof value === "object" && value !== null && "base64" in value;
          return [name, packed ? Buffer.from(String(value.base64), "base64") : value];
        }),
      ) as Item;
    });

describe("a store of format 1", () => {
  it("opens, answers as it did, verifies, and takes the next snapshot", async () => {
    const db = await tables.fresh();
    await db.putMany(fixture());
    const store = open(db);
    const noted = { seq: 6, hash: HEAD };
    expect(await verifyHistory(await tableHistory(db, cluster), { expectedHeads: [noted] })).toMatchObject({
      whole: true,
      head: noted,
    });

    // What is stored today from the same catalogs gives the same answers.
    const today = await tables.fresh();
    for (const { at, catalog, meta } of storedHistory) await open(today).save(cluster, catalog, at, meta);
    for (const { at } of storedHistory) {
      const [old, fresh] = [await store.asOf(cluster, at), await open(today).asOf(cluster, at)];
      expect(old?.catalog).toEqual(fresh?.catalog);
      expect(old?.manifest.meta).toEqual(fresh?.manifest.meta);
    }
    for (const subject of ["role:100", "role:10", "relations:1000", "mappings", "sections"]) {
      const timeline = await store.timeline(cluster, subject);
      expect(timeline.length).toBeGreaterThan(0);
      // What today's release records beside a change was not recorded then, and is not made up.
      const unrecorded = (_: string, value: unknown) =>
        typeof value === "object" && value !== null && "kind" in value
          ? { ...value, others: undefined, roles: undefined }
          : value;
      const told = (periods: unknown): unknown => JSON.parse(JSON.stringify(periods, unrecorded));
      expect(told(timeline)).toEqual(told(await open(today).timeline(cluster, subject)));
    }
    expect(await store.mappingHistory(cluster)).toEqual(await open(today).mappingHistory(cluster));
    expect(await store.subjectsNamed(cluster, "role", "admin")).toEqual(["role:10"]);

    const last = storedHistory.at(-1);
    if (!last) throw new Error("the history is not empty");
    expect(await store.save(cluster, last.catalog, last.at + HOUR)).toMatchObject({
      seq: 7,
      unchanged: true,
    });
    expect((await verifyHistory(await tableHistory(db, cluster))).whole).toBe(true);
  });

  it("is told from a later one by a clear error, never half read", () => {
    const [manifest] = fixture().filter(({ sk }) => sk.startsWith("SNAPSHOT#"));
    const later = String(manifest?.body).replace('{"f":1,', '{"f":2,');
    expect(() => openManifest(later)).toThrow(
      expect.objectContaining({ code: "store", message: expect.stringContaining("later format") }),
    );
    const packed = Buffer.from(pack("text"));
    packed[0] = 2;
    expect(unpack(packed, 100)).toBeUndefined();
    expect(unpack(pack("x".repeat(101)), 100)).toBeUndefined();
  });
});

describe("a store of random histories", () => {
  it("gives back what was put in, and its changes lead from each snapshot to the next", async () => {
    await fc.assert(
      fc.asyncProperty(anyHistory(5), async (catalogs) => {
        const db = await tables.fresh();
        const store = open(db);
        for (const [n, catalog] of catalogs.entries()) await store.save(cluster, catalog, T + n * HOUR);
        let known = (await store.bySeq(cluster, 1))?.catalog;
        for (const [n, catalog] of catalogs.entries()) {
          const snapshot = await store.asOf(cluster, T + n * HOUR + 1);
          const { lastKnown: _, ...plain } = snapshot?.catalog ?? {};
          expect(plain).toEqual(catalog);
          if (!known || !snapshot) throw new Error("it was stored");
          const step = await Array.fromAsync(store.changes(cluster, T + n * HOUR - 1, T + n * HOUR));
          known =
            n === 0
              ? known
              : applyChanges(
                  known,
                  step.map(({ change }) => change),
                );
          expect(canonicalText(known)).toBe(canonicalText(snapshot.catalog));
        }
        expect((await verifyHistory(await tableHistory(db, cluster))).faults).toEqual([]);
      }),
      { numRuns: 8 },
    );
  });
});
