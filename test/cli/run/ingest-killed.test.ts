// An ingest that is killed anywhere leaves a store that opens, and the next run makes it whole.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { writeTrailFolder } from "../../../bench/support/trail-folder.ts";
import type { Cluster } from "../../../lib/core/base/ids.ts";
import { DAY } from "../../../lib/core/base/time.ts";
import { openStore } from "../../../lib/store/open-store.ts";
import { cliIn } from "../../support/cli.ts";
import { CLUSTER } from "../../support/records.ts";
import { fillStore } from "../../support/table.ts";

const START = Date.UTC(2026, 10, 1);
const NOW = START + 3 * DAY;
let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "killed-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const program = fileURLToPath(new URL("../../../bin/dsql-audit.mjs", import.meta.url));
const startIngest = (): ChildProcess =>
  spawn(process.execPath, [program, "ingest", "trail", "--store", "store.db"], {
    cwd: folder,
    stdio: "ignore",
  });
const cli = cliIn(
  () => folder,
  () => NOW,
);

/** What the store holds: events by their ids, and what the profiles of the days say. */
const held = (): Promise<{ ids: number; inDays: number }> =>
  fillStore(join(folder, "store.db"), async (table) => {
    const { activity } = openStore(table, { now: () => NOW });
    const all = { from: START - DAY, to: NOW };
    const minutes = [...(await activity.countedIds(CLUSTER as Cluster, all)).values()];
    const days = await activity.days(CLUSTER as Cluster, all);
    return {
      ids: minutes.reduce((sum, ids) => sum + ids.size, 0),
      inDays: days.flatMap(({ tallies }) => tallies).reduce((sum, { count }) => sum + count, 0),
    };
  });

it("counts every connection once after two killed runs and a whole one", async () => {
  writeTrailFolder({ folder: join(folder, "trail"), files: 500, records: 10_000, start: START });
  const connections = 9_000;
  let before = 0;
  for (const rows of [1, 3_000]) {
    const ingest = startIngest();
    const ended = once(ingest, "exit");
    // Killed as soon as the store has that many segments, wherever the process is by then.
    while (ingest.exitCode === null && (!existsSync(join(folder, "store.db")) || (await held()).ids < rows))
      await sleep(5);
    ingest.kill("SIGKILL");
    await ended;
    const { ids } = await held();
    expect(ids).toBeGreaterThanOrEqual(before);
    before = ids;
  }
  expect(before).toBeGreaterThan(0);
  const { counted, duplicates } = (await cli("ingest trail --store store.db --json")).json() as {
    counted: number;
    duplicates: number;
  };
  expect({ sum: counted + duplicates, duplicates }).toEqual({ sum: connections, duplicates: before });
  expect(await held()).toEqual({ ids: connections, inDays: connections });
  expect(readdirSync(folder).sort()).toEqual(["store.db", "trail"]);
}, 60_000);
