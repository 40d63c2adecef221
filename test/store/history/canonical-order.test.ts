import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HOUR } from "../../../lib/core/base/time.ts";
import type { Catalog } from "../../../lib/core/catalog/catalog.ts";
import { pack } from "../../../lib/core/history/packing.ts";
import { createSnapshotStore } from "../../../lib/store/history/snapshots.ts";
import { itemContent } from "../../../lib/store/history/timelines.ts";
import { historyToVerify } from "../../../lib/store/history/to-verify.ts";
import { verifyHistory } from "../../../lib/store/history/verify-history.ts";
import * as keys from "../../../lib/store/table/keys.ts";
import type { Item, Table } from "../../../lib/store/table/table.ts";
import { cluster, estate } from "../../support/catalogs.ts";
import { anyHistory } from "../../support/random-catalogs.ts";
import { testTables } from "../../support/table.ts";

let tables: Awaited<ReturnType<typeof testTables>>;
beforeAll(async () => {
  tables = await testTables();
});
afterAll(() => tables.stop());

const T = Date.UTC(2026, 2, 1, 2);
const open = (db: Table) => createSnapshotStore(db, { now: () => T });
const faultsOf = async (db: Table) => (await verifyHistory(await historyToVerify(db, cluster))).faults;

/** The same catalog with the rows of every section, and the entries of every ACL, read in another order. */
const shuffled = (catalog: Catalog, seed: number): Catalog => {
  const order = <T>(all: readonly T[]): T[] =>
    all
      .map((one, i) => ({ one, at: Math.imul(i + 1, seed | 1) >>> 3 }))
      .sort((a, b) => a.at - b.at)
      .map(({ one }) => one);
  const sections = Object.fromEntries(
    Object.entries(catalog.sections).map(([name, section]) => {
      if (section.status !== "read") return [name, section];
      const rows = order(section.rows as readonly object[]).map((row) =>
        "acl" in row && row.acl
          ? { ...row, acl: { ...row.acl, entries: order((row.acl as { entries: unknown[] }).entries) } }
          : row,
      );
      return [name, { status: "read", rows }];
    }),
  );
  return { ...catalog, sections: sections as Catalog["sections"] };
};

describe("a store of rows that were read in any order", () => {
  it("verifies, and finds nothing changed between two readings of one state", async () => {
    await fc.assert(
      fc.asyncProperty(anyHistory(4), fc.array(fc.nat(), { minLength: 12 }), async (catalogs, seeds) => {
        const db = await tables.fresh();
        const store = open(db);
        let at = T;
        for (const [n, catalog] of catalogs.entries()) {
          await store.save(cluster, shuffled(catalog, seeds[2 * n] ?? 1), at);
          const again = await store.save(cluster, shuffled(catalog, seeds[2 * n + 1] ?? 5), at + HOUR);
          expect(again).toMatchObject({ unchanged: true, changes: [] });
          at += 2 * HOUR;
        }
        expect(await faultsOf(db)).toEqual([]);
      }),
      { numRuns: 7 },
    );
  });

  it("verifies where an earlier release listed the first mappings as they were read", async () => {
    const db = await tables.fresh();
    const store = open(db);
    await store.save(cluster, estate(), T);
    await store.save(cluster, estate({ mappings: [] }), T + HOUR);
    const [first] = await Array.fromAsync(db.query({ pk: keys.timeline(cluster, "mappings") }));
    const content = itemContent(first as Item)?.map((recorded) =>
      recorded.change.kind === "section-readable"
        ? { ...recorded, change: { ...recorded.change, first: recorded.change.first?.toReversed() ?? null } }
        : recorded,
    );
    await db.put({ ...(first as Item), z: pack(JSON.stringify(content)) });
    expect(await faultsOf(db)).toEqual([]);
    // Another mapping in the list is no matter of order.
    const other = JSON.stringify(content).replace('"iamOid":500', '"iamOid":502');
    await db.put({ ...(first as Item), z: pack(other) });
    expect(await faultsOf(db)).toMatchObject([{ kind: "altered", seq: 1 }]);
  });

  it("verifies a whole store of the last release, its timelines included", async () => {
    const db = await tables.fresh();
    const text = readFileSync(join(import.meta.dirname, "../../fixtures/store-v1.ndjson"), "utf8");
    await db.putMany(
      text
        .trimEnd()
        .split("\n")
        .map(
          (line) =>
            JSON.parse(line, (_, value: unknown) =>
              typeof value === "object" && value !== null && "base64" in value
                ? Buffer.from(String(value.base64), "base64")
                : value,
            ) as Item,
        ),
    );
    expect(await faultsOf(db)).toEqual([]);
  });
});
