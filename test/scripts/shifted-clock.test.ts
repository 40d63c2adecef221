// The clock that test:clock shifts: in processes, their children and their threads.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";

const HOUR = 3_600_000;
const preload = pathToFileURL(join(import.meta.dirname, "../../scripts/shifted-clock.mjs")).href;

const run = (script: string): unknown =>
  JSON.parse(
    execFileSync(process.execPath, ["--input-type=module", "-e", script], {
      env: { CLOCK_SHIFT_MS: String(-5 * HOUR), NODE_OPTIONS: `--import ${preload}` },
      encoding: "utf8",
    }),
  );

it("is five hours behind in a process, its child and its thread, however it is read", () => {
  const read =
    "[Date.now(), new Date().getTime(), Date.parse(Date()), performance.timeOrigin + performance.now()]";
  const seen = run(`
    import { execFileSync } from "node:child_process";
    import { Worker } from "node:worker_threads";
    const child = JSON.parse(execFileSync(process.execPath, ["-e", 'console.log(JSON.stringify(${read}))'], { encoding: "utf8" }));
    const thread = await new Promise((ready) => new Worker('import { parentPort } from "node:worker_threads"; parentPort.postMessage(${read})', { eval: true }).on("message", ready));
    console.log(JSON.stringify([${read}, child, thread]));
  `) as number[][];
  expect(seen).toHaveLength(3);
  for (const [now = 0, made = 0, text = 0, real = 0] of seen) {
    for (const shown of [now, made, text]) expect(Math.abs(real - 5 * HOUR - shown)).toBeLessThan(5_000);
  }
});

it("leaves every other use of a date as it is", () => {
  expect(
    run(`
      class Mine extends Date { mine() { return "mine" } }
      console.log(JSON.stringify([
        new Date(0).toISOString(), new Date("2026-01-02") instanceof Date, Date.UTC(2026, 0, 2), new Mine(0).mine(),
        new Date(2026, 0, 2).getFullYear(), Object.prototype.toString.call(new Date()), new Date(0).constructor === Date,
      ]));
    `),
  ).toEqual(["1970-01-01T00:00:00.000Z", true, Date.UTC(2026, 0, 2), "mine", 2026, "[object Date]", true]);
});
