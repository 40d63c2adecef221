import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DAY, HOUR } from "../../../lib/core/base/time.ts";
import type { Catalog } from "../../../lib/core/catalog/catalog.ts";
import { tableHistory } from "../../../lib/store/history/export.ts";
import { createSnapshotStore } from "../../../lib/store/history/snapshots.ts";
import { verifyHistory } from "../../../lib/store/history/verify-history.ts";
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
const open = (db: Table) => createSnapshotStore(db, { now: () => T });

// A first snapshot, a grant, a drop with a new role, an unreadable section, a quiet one, and the next day.
const steps: readonly (readonly [number, Catalog])[] = [
  [T, estate()],
  [T + HOUR, estate({ relations: [table(1000, "orders", { acl: acl("10=arwdDxt/10", "100=rd/10") })] })],
  [T + 2 * HOUR, estate({ relations: [], roles: [role(10, "boss"), role(100, "app_ro"), role(102, "new")] })],
  [T + 3 * HOUR, estate({ relations: [], mappings: "unreadable" })],
  [T + 4 * HOUR, estate({ relations: [], mappings: "unreadable" })],
  [T + DAY, estate({ mappings: [] })],
];

/** All that people can ask, and that the chain is whole. */
const answers = async (db: Table) => {
  const store = open(db);
  const report = await verifyHistory(await tableHistory(db, cluster));
  return {
    faults: report.faults,
    head: report.head,
    catalogs: await Promise.all(steps.map(async ([at]) => (await store.asOf(cluster, at))?.catalog)),
    roles: await Promise.all([10, 100, 101, 102].map((oid) => store.roleTimeline(cluster, oid))),
    objects: await Promise.all([1000, 1001].map((oid) => store.timeline(cluster, `relations:${oid}`))),
    periods: await store.mappingHistory(cluster),
    named: await store.subjectsNamed(cluster, "role", "admin"),
  };
};

const run = async (db: Table): Promise<void> => {
  for (const [at, catalog] of steps) await open(db).save(cluster, catalog, at);
};

describe("a snapshot run that dies", () => {
  it.each([
    ["before", false],
    ["after", true],
  ])("%s any of its writes leaves a whole store, and the next run finishes the work", async (_, after) => {
    const reference = await tables.fresh();
    await run(reference);
    const expected = await answers(reference);
    expect(expected.faults).toEqual([]);
    expect(expected.roles.flat().length).toBeGreaterThan(5);

    const db = await tables.fresh();
    let crashes = 0;
    for (const [at, catalog] of steps) {
      // The run comes again and again, and gets one write further each time.
      for (let write = 0; ; write++) {
        const died = await open(dyingTable(db, write, after))
          .save(cluster, catalog, at)
          .then(
            () => false,
            (error: unknown) => error instanceof Crash,
          );
        if (!died) break;
        crashes++;
        const report = await verifyHistory(await tableHistory(db, cluster));
        expect(report.faults).toEqual([]);
        // Readers see every change of what was stored, also before anybody has mended the derived items.
        const head = report.head?.seq ?? 0;
        expect(await open(db).roleTimeline(cluster, 100)).toEqual(
          expected.roles[1]?.filter(({ toSeq }) => toSeq <= head),
        );
      }
    }
    expect(crashes).toBeGreaterThan(25);
    expect(await answers(db)).toEqual(expected);
  });

  it("is mended by the next run even if that finds nothing new", async () => {
    const [, grant] = steps;
    if (!grant) throw new Error("there is a second step");
    let died = 0;
    for (let at = 0; died < 1; at++) {
      const trial = await tables.fresh();
      await open(trial).save(cluster, estate(), T);
      const dying = dyingTable(trial, at, true);
      await expect(open(dying).save(cluster, grant[1], grant[0])).rejects.toThrow(Crash);
      if ((await open(trial).head(cluster))?.manifest.seq !== 2) continue;
      died++;
      await open(trial).save(cluster, grant[1], grant[0] + HOUR);
      const items = await Array.fromAsync(trial.query({ pk: `TIMELINE#${cluster}#role:100` }));
      expect(items.map(({ sk }) => sk)).toEqual(["0000000002#0"]);
    }
  });
});
