import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DAY, HOUR } from "../../../lib/core/base/time.ts";
import { registerCluster } from "../../../lib/store/history/clusters.ts";
import { createSnapshotStore } from "../../../lib/store/history/snapshots.ts";
import { cluster, estate, role } from "../../support/catalogs.ts";
import { type CliRun, cliIn } from "../../support/cli.ts";
import { fillStore } from "../../support/table.ts";

const T = Date.UTC(2026, 2, 1, 2);
let folder: string;
let cli: (args: string) => Promise<CliRun>;

/** Five days, four snapshots each, each with a role of another name. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "retain-"));
  cli = cliIn(
    () => folder,
    () => T + 9 * DAY,
  );
  await fillStore(join(folder, "dsql-audit.db"), async (db) => {
    const store = createSnapshotStore(db, { now: () => T });
    await registerCluster(db, cluster);
    for (let n = 0; n < 20; n++)
      await store.save(cluster, estate({ roles: [role(10, `boss${n}`)] }), T + n * 6 * HOUR);
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const listed = async () => ((await cli("history --json --limit 50")).json() as { seq: number }[]).length;

describe("history retain", () => {
  it("says what it would remove and leaves it there, until it is told to do it", async () => {
    const told = await cli("history retain --keep-days 2");
    expect(told.code).toBe(0);
    expect(told.out).toContain("Would remove 6 snapshots and ");
    expect(told.out).toContain("14 snapshots and ");
    expect(told.out).toContain("before 2026-03-03 the first snapshot of each day");
    expect(told.out).toContain("To do it: dsql-audit history retain --keep-days 2 --apply");
    expect(await listed()).toBe(20);

    const would = (await cli("history retain --keep-days 2 --json")).json() as { removedChunks: number };
    const did = (await cli("history retain --keep-days 2 --apply --json")).json();
    expect(would).toMatchObject({ cluster, keepDays: 2, applied: false, removedSnapshots: 6 });
    expect(would.removedChunks).toBeGreaterThan(0);
    expect(did).toEqual({ ...would, applied: true });
    expect(await listed()).toBe(14);
    expect(await cli("history verify --keep-days 2")).toMatchObject({ code: 0 });
  });

  it("has nothing to do the second time, nor where all is young enough", async () => {
    const again = await cli("history retain --keep-days 2 --apply");
    expect(again.out).toContain("Removed 0 snapshots and 0 chunks");
    expect(again.out).toContain("dsql-audit history verify knows of it");
    expect(await cli("history verify")).toMatchObject({ code: 0 });
    const young = await cli("history retain");
    expect(young.out).toContain("Would remove 0 snapshots and 0 chunks");
    expect(young.out).not.toContain("--apply");
  });

  it("keeps the proof that clusters share: of one alone it is not kept shorter", async () => {
    expect((await cli("history retain --activity-days 130")).code).toBe(0);
    await fillStore(join(folder, "dsql-audit.db"), async (db) => {
      await registerCluster(db, `${cluster}2` as typeof cluster);
    });
    const told = await cli(`history retain --cluster ${cluster} --activity-days 130`);
    expect(told.code).toBe(64);
    expect(told.err).toContain("all share the proof that capture worked");
    expect((await cli(`history retain --cluster ${cluster} --act-days ""`)).code).toBe(64);
    expect((await cli(`history retain --cluster ${cluster} --activity-days 400`)).code).toBe(0);
  });

  it("is kept from nothing by a note of another cluster that cannot be read, and names it", async () => {
    const other = `${cluster}3`;
    await fillStore(join(folder, "dsql-audit.db"), (db) => db.put({ pk: "UNWATCHED", sk: other, v: 99 }));
    const told = await cli(`history retain --cluster ${cluster}`);
    expect(told).toMatchObject({ code: 0, err: expect.stringContaining(`UNWATCHED / ${other}`) });
    expect((await cli(`history retain --cluster ${other}`)).out).toContain("There is no snapshot of");
  });
});
