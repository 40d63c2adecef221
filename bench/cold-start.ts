// How long a Lambda container takes to load each function: bundles as deployed, imported by a fresh process each time.
import { execFileSync } from "node:child_process";
import { globSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { build } from "esbuild";
import { type BenchRow, median } from "./row.ts";

export const name = "cold-start";

const RUNS = 9;
const notHandlers = new Set(["wiring", "lambda", "http"]);

/** Milliseconds that importing `file` takes in a new process, after Node.js itself has started. */
const importMs = (file: string): number =>
  Number(
    execFileSync(
      process.execPath,
      [
        "--input-type=module",
        "-e",
        `const t=performance.now();await import(${JSON.stringify(file)});console.log(performance.now()-t)`,
      ],
      { encoding: "utf8" },
    ),
  );

export const run = async (): Promise<BenchRow[]> => {
  const folder = mkdtempSync(join(tmpdir(), "cold-start-"));
  try {
    const empty = join(folder, "empty.mjs");
    writeFileSync(empty, "export {};\n");
    const handlers = globSync("../handlers/*.ts", { cwd: import.meta.dirname })
      .map((file) => basename(file, ".ts"))
      .filter((handler) => !notHandlers.has(handler))
      .sort();
    await build({
      entryPoints: handlers.map((handler) => join(import.meta.dirname, `../handlers/${handler}.ts`)),
      outdir: folder,
      outExtension: { ".js": ".mjs" },
      bundle: true,
      minify: true,
      platform: "node",
      target: "node24",
      format: "esm",
      banner: { js: 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);' },
      logLevel: "error",
    });
    const times = new Map<string, number[]>();
    // One after the other in turn, so that a slow moment of the machine falls on all of them.
    for (let i = 0; i < RUNS; i++) {
      for (const handler of ["empty", ...handlers]) {
        times.set(handler, [...(times.get(handler) ?? []), importMs(join(folder, `${handler}.mjs`))]);
      }
    }
    return ["empty", ...handlers].flatMap((handler): BenchRow[] => [
      { name: `import ${handler}`, value: median(times.get(handler) ?? []), unit: "ms" },
      ...(handler === "empty"
        ? []
        : [
            {
              name: `bundle ${handler}`,
              value: statSync(join(folder, `${handler}.mjs`)).size / 1024,
              unit: "KB",
            },
          ]),
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
