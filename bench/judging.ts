// What one judgement of a cluster reads, writes, takes and needs, with 40 and with 400 days of history, and what detection
// costs a month. Capacity units by the embedded store, which counts them by DynamoDB's rules. Bundled and with the options of
// Node.js as it is deployed; the embedded store and what fills it are in the bundle, and in its memory, too.
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { functionPlans } from "../deploy/topology.ts";
import { DAY, HOUR } from "../lib/core/base/time.ts";
import { type BenchRow, median } from "./row.ts";
import { HISTORY_END, type Judged, judgeInStore, writeJudgedStore } from "./support/judged-store.ts";

export const name = "judging";

const ROOT = join(import.meta.dirname, "..");

/** On demand in us-east-1, dollars for a million units. https://aws.amazon.com/dynamodb/pricing/on-demand/ */
const READ_PRICE = 0.125;
const WRITE_PRICE = 0.625;
const DAYS_A_MONTH = 30;
/** Connections bring one look a minute at most: their events wait for a minute, and so does the look. */
const LOOKS_A_DAY = 24 * 60;

/** What a function of 256 MB has for its heap: without a bound Node collects late, and its peak says nothing. */
const HEAP = "--max-old-space-size=128";

/** What the deployment sets for all functions. */
const deployedOptions = (): string => {
  const [, options] =
    /^ +NODE_OPTIONS: (.+)$/m.exec(readFileSync(join(ROOT, "serverless.yml"), "utf8")) ?? [];
  if (options === undefined) throw new Error("serverless.yml sets no NODE_OPTIONS");
  return options;
};

/** This file as serverless.yml has the functions bundled. */
const bundle = async (folder: string): Promise<string> => {
  // Not at the top: the bundle, which is this file too, is run where there is no such package.
  const { build } = await import("esbuild");
  const outfile = join(folder, "judging.mjs");
  await build({
    entryPoints: [import.meta.filename],
    outfile,
    bundle: true,
    minify: true,
    platform: "node",
    target: "node24",
    format: "esm",
    mainFields: ["module", "main"],
    external: ["esbuild"],
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
    logLevel: "error",
  });
  return outfile;
};

const inProcess = async (program: string, file: string, at: number): Promise<readonly Judged[]> => {
  const args = [...process.execArgv, HEAP, program, file, String(at)];
  const env = { ...process.env, NODE_OPTIONS: deployedOptions() };
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  return JSON.parse(stdout) as Judged[];
};

const dollars = (read: number, write: number): number => (read * READ_PRICE + write * WRITE_PRICE) / 1e6;
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

type Looks = {
  /** Nothing was kept before it. */
  readonly first: Judged;
  /** The first after a day has settled: it keeps what was worked out. */
  readonly daily: Judged;
  /** Every six hours a look writes of all findings that they were seen once more. */
  readonly refresh: Judged;
  readonly looks: readonly Judged[];
};

/** Looks a minute apart, at night before yesterday is settled, then after it, and in the afternoon. */
const MOMENTS = [DAY + 2.7 * HOUR, DAY + 4.7 * HOUR, DAY + 13.7 * HOUR];

const looksOf = async (folder: string, program: string, days: number): Promise<Looks> => {
  const file = join(folder, `${days}.db`);
  await writeJudgedStore(file, days);
  const [first] = await inProcess(program, file, HISTORY_END + 4.7 * HOUR);
  const all: Judged[] = [];
  for (const after of MOMENTS) all.push(...(await inProcess(program, file, HISTORY_END + after)));
  const daily = all.find(({ keeps }) => keeps);
  const refresh = all.find(({ refreshes }) => refreshes);
  if (!first || !daily || !refresh) throw new Error("nothing was kept or refreshed");
  return { first, daily, refresh, looks: all.filter(({ keeps, refreshes }) => !keeps && !refreshes) };
};

const rowsOf = (label: string, { looks }: Looks): BenchRow[] => {
  const most = (of: (one: Judged) => number): number => Math.max(...looks.map(of));
  const steady = median(looks.map(({ read }) => read));
  return [
    { name: `${label}: read`, value: most(({ read }) => read), unit: "RU", target: { op: "<=", value: 300 }, note: `the dearest of ${looks.length} looks, median ${Math.round(steady)}` },
    { name: `${label}: written`, value: median(looks.map(({ write }) => write)), unit: "WU", target: { op: "<=", value: 20 }, note: `median; the dearest ${most(({ write }) => write)}` },
    { name: `${label}: time`, value: median(looks.map(({ ms }) => ms)), unit: "ms", target: { op: "<=", value: 1000 }, note: `median; ${Math.round(median(looks.map(({ cpu }) => cpu)))} ms of CPU` },
    { name: `${label}: most memory of the process`, value: most(({ megabytes }) => megabytes), unit: "MB", target: { op: "<=", value: 256 }, note: "bundled, with the deployment's NODE_OPTIONS" },
  ]; // biome-ignore format: one line a figure
};

export const run = async (): Promise<BenchRow[]> => {
  const folder = mkdtempSync(join(tmpdir(), "bench-judging-"));
  try {
    const program = await bundle(folder);
    const short = await looksOf(folder, program, 40);
    const long = await looksOf(folder, program, 400);
    const once =
      (dollars(long.daily.read, long.daily.write) + 4 * dollars(0, long.refresh.write)) * DAYS_A_MONTH;
    const read = mean(long.looks.map((one) => one.read));
    const write = mean(long.looks.map((one) => one.write));
    const month = dollars(read, write) * LOOKS_A_DAY * DAYS_A_MONTH + once;
    return [
      ...rowsOf("40 days", short),
      ...rowsOf("400 days", long),
      { name: "once a day, what was usual: read", value: long.daily.read, unit: "RU" },
      { name: "once a day, what was usual: written", value: long.daily.write, unit: "WU" },
      { name: "every six hours, findings seen once more: written", value: long.refresh.write, unit: "WU", note: `${long.refresh.findings} findings` },
      { name: "the very first look, with 120 days of habits to work out: read", value: long.first.read, unit: "RU", note: `${Math.round(long.first.ms / 1000)} s, ${Math.round(long.first.cpu / 1000)} s of CPU` },
      { name: "the very first look: most memory of the process", value: long.first.megabytes, unit: "MB", target: { op: "<=", value: 400 }, note: `of the function's ${functionPlans.detect.memory} MB` },
      { name: "detection, one cluster, a month", value: month, unit: "$", target: { op: "<=", value: 2 }, note: `a look a minute, day and night; ${Math.round(read)} RU and ${write.toFixed(1)} WU a look on average, $${once.toFixed(2)} of it for what is written daily and every six hours` },
      { name: "detection, twenty clusters, a month", value: 20 * month, unit: "$" },
    ]; // biome-ignore format: one line a figure
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

if (import.meta.main) {
  const [file = "", at = ""] = process.argv.slice(2);
  process.stdout.write(JSON.stringify(await judgeInStore(file, Number(at))));
}
