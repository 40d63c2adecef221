// What the embedded store costs: to open, to ask as a whole process, to fill from trail files, and on the disk.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Cluster } from "../lib/core/base/ids.ts";
import { registerCluster } from "../lib/store/history/clusters.ts";
import { openSqliteTable } from "../lib/store/table/sqlite/sqlite-table.ts";
import type { Table } from "../lib/store/table/table.ts";
import { CLUSTER } from "../test/support/records.ts";
import { type BenchRow, median } from "./row.ts";
import { writeTrailFolder } from "./support/trail-folder.ts";

export const name = "store";

/** Three months of a busy account: 288 files a day. */
const FILES = Number(process.env.STORE_FILES ?? 27_000);
const RECORDS = Number(process.env.STORE_RECORDS ?? 500_000);
const START = Date.UTC(2026, 5, 1);
const root = join(import.meta.dirname, "..");

const seconds = async (work: () => unknown): Promise<number> => {
  const before = performance.now();
  await work();
  return (performance.now() - before) / 1_000;
};
const medianMs = async (work: () => unknown): Promise<number> => {
  const times: number[] = [];
  for (let n = 0; n < 7; n++) times.push((await seconds(work)) * 1_000);
  return median(times);
};
/** The command line as a person starts it. */
const audit = (...args: string[]): string =>
  execFileSync(process.execPath, [join(root, "bin/dsql-audit.mjs"), ...args], { encoding: "utf8" });

const inStore = async (file: string, mayCreate: boolean, work: (table: Table) => Promise<unknown>) => {
  const { table, close } = await openSqliteTable({
    file,
    mayCreate,
    sleep: (ms) => sleep(ms),
    random: Math.random,
  });
  await work(table);
  await close();
};
const oneRead = (table: Table): Promise<unknown> => table.get({ pk: "nothing", sk: "here" });
const ms = (name: string, value: number, target: number): BenchRow => ({
  name,
  value,
  unit: "ms",
  target: { op: "<=", value: target },
});

export const run = async (): Promise<BenchRow[]> => {
  const folder = mkdtempSync(join(tmpdir(), "bench-store-"));
  try {
    const [trail, file] = [join(folder, "trail"), join(folder, "store.db")];
    let made = 0;
    const create = await medianMs(() => inStore(join(folder, `new-${made++}.db`), true, oneRead));
    const small = join(folder, "small.db");
    // A store that nothing was written to is not left behind.
    await inStore(small, true, (table) => registerCluster(table, CLUSTER as Cluster));
    const empty = await medianMs(() => inStore(small, false, oneRead));
    writeTrailFolder({ folder: trail, files: FILES, records: RECORDS, start: START });
    const filling = await seconds(() => audit("ingest", trail, "--store", file, "--json"));
    await inStore(file, false, (table) => registerCluster(table, CLUSTER as Cluster));
    const filled = await medianMs(() => inStore(file, false, oneRead));
    const asking = await medianMs(() => audit("findings", "--store", file));
    const repeated = await seconds(() => audit("ingest", trail, "--store", file, "--json"));
    return [
      ms("make a store, one read, close", create, 50),
      ms("open a store of one item, one read, close", empty, 10),
      ms("open a filled store, one read, close", filled, 10),
      { name: "findings, the whole process", value: asking, unit: "ms" },
      {
        name: "ingest into an empty store",
        value: filling,
        unit: "s",
        target: { op: "<=", value: 60 },
        note: `${RECORDS} records in ${FILES} files`,
      },
      { name: "the same files once more", value: repeated, unit: "s", note: "nothing but duplicates" },
      { name: "on disk", value: statSync(file).size / 1024 ** 2, unit: "MB" },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
