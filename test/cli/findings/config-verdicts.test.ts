// The settings of dsql-audit.config.json are what verdicts are made by, in a store that holds none of its own.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, it } from "vitest";
import { DAY, HOUR } from "../../../lib/core/base/time.ts";
import { openStore } from "../../../lib/store/open-store.ts";
import { acl, cluster, estate, table } from "../../support/catalogs.ts";
import { cliIn } from "../../support/cli.ts";
import { connection } from "../../support/connections.ts";
import { READER, WRITER } from "../../support/query-world.ts";
import { fillStore } from "../../support/table.ts";

const T = Date.UTC(2026, 2, 1, 2);
const NOW = T + 20 * DAY;
const folders: string[] = [];
let folder = "";
afterAll(() => {
  for (const one of folders) rmSync(one, { recursive: true, force: true });
});

/** Twenty days, all covered: the reader connects today, the writer on the first day; app_rw may write orders. */
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "config-verdicts-"));
  folders.push(folder);
  mkdirSync(join(folder, "below"));
  await fillStore(join(folder, "dsql-audit.db"), async (db) => {
    const store = openStore(db, { now: () => NOW });
    await store.clusters.register(cluster);
    const relations = [table(1000, "orders", { acl: acl("10=arwdDxt/10", "101=arw/10") })];
    await store.snapshots.save(cluster, estate({ relations }), T);
    await store.snapshots.save(cluster, estate({ relations }), NOW - HOUR);
    const hours = Array.from({ length: 22 * 24 }, (_, n) => T - DAY + n * HOUR);
    await store.activity.markHours(cluster, hours, "digest");
    await store.activity.count(
      [
        connection("r", NOW - 2 * HOUR, { cluster, principal: READER }),
        connection("w", T + HOUR, { cluster, principal: WRITER }),
      ],
      NOW,
    );
    await store.activity.fold(cluster, NOW);
  });
});

const config = (settings: object): void =>
  writeFileSync(join(folder, "dsql-audit.config.json"), JSON.stringify({ store: "dsql-audit.db", settings }));
const detect = async (args: string, env: Readonly<Record<string, string>> = {}) => {
  const cli = cliIn(
    () => join(folder, "below"),
    () => NOW,
    env,
  );
  const { json, err, code } = await cli(`detect --json${args}`);
  expect(code, err).toBe(0);
  const found = json() as { detector: string; role?: string }[];
  return found.map(({ detector, role }) => `${detector} ${role ?? ""}`);
};

it("the window decides what is dormant", async () => {
  config({ dormantDays: 10 });
  expect(await detect(" --dry-run")).toContain("dormant-mapping app_rw");
  config({ dormantDays: 90 });
  expect(await detect(" --dry-run")).not.toContain("dormant-mapping app_rw");
});

it("an archetype decides who can do too much, and what is written is judged by it too", async () => {
  config({ dormantDays: 90 });
  expect((await detect(" --dry-run")).filter((one) => one.startsWith("privilege-exceeds"))).toEqual([]);
  config({ dormantDays: 90, archetypes: { app_rw: "read-only" } });
  expect(await detect("")).toContain("privilege-exceeds-archetype app_rw");
});

it("an option of a detector decides whether it speaks", async () => {
  config({ dormantDays: 10, detectorOptions: { "dormant-mapping": { off: true } } });
  expect((await detect(" --dry-run")).filter((one) => one.startsWith("dormant-mapping"))).toEqual([]);
});

it("the environment is asked first", async () => {
  config({ dormantDays: 90 });
  expect(await detect(" --dry-run", { DORMANT_DAYS: "10" })).toContain("dormant-mapping app_rw");
});
