// `npm run bench [-- NAME…] [-- --json]`: runs the benchmarks and prints every figure beside its target.
import { globSync } from "node:fs";
import { basename } from "node:path";
import { parseArgs } from "node:util";
import Table from "cli-table3";
import type { Bench, BenchRow } from "./row.ts";

const notBenches = new Set(["main", "row"]);
const names = globSync("*.ts", { cwd: import.meta.dirname })
  .map((file) => basename(file, ".ts"))
  .filter((name) => !notBenches.has(name))
  .sort();

const { values, positionals } = parseArgs({
  options: { json: { type: "boolean", default: false } },
  allowPositionals: true,
});
const unknown = positionals.filter((name) => !names.includes(name));
if (unknown.length) {
  process.stderr.write(`error: no benchmark ${unknown.join(", ")}; there are: ${names.join(", ")}\n`);
  process.exit(64);
}

const isMet = ({ value, target }: BenchRow): boolean | undefined =>
  target && (target.op === "<=" ? value <= target.value : value >= target.value);
const figure = (value: number): string =>
  value >= 1000 ? Math.round(value).toLocaleString("en-US") : String(Number(value.toPrecision(3)));

const results: (BenchRow & { bench: string; met: boolean | undefined })[] = [];
for (const name of positionals.length ? positionals : names) {
  const bench = (await import(`./${name}.ts`)) as Bench;
  if (typeof bench.run !== "function") continue;
  process.stderr.write(`${name} …\n`);
  for (const row of await bench.run()) results.push({ bench: name, ...row, met: isMet(row) });
}

if (values.json) process.stdout.write(`${JSON.stringify(results, null, 1)}\n`);
else {
  const table = new Table({
    head: ["bench", "figure", "value", "target", ""],
    colWidths: [12, 38, 12, 10, 8],
    wordWrap: true,
    style: { head: [], border: [], compact: true },
  });
  for (const { bench, name, value, unit, target, met, note } of results) {
    table.push([
      bench,
      note ? `${name} (${note})` : name,
      `${figure(value)} ${unit}`,
      target ? `${target.op} ${figure(target.value)}` : "",
      met === undefined ? "" : met ? "met" : "MISSED",
    ]);
  }
  process.stdout.write(`${table.toString()}\n`);
}
