// How long a Lambda container takes to load each function, and its size: bundles as deployed, each beside a bare bundle of the
// clients that the function needs, imported in turn by a fresh process each time.
import { execFileSync } from "node:child_process";
import { globSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { type BuildOptions, build, type Metafile } from "esbuild";
import { parse } from "yaml";
import { type BenchRow, median } from "./row.ts";

export const name = "cold";

const RUNS = 9;
const notHandlers = new Set(["wiring", "lambda", "http"]);
const root = join(import.meta.dirname, "..");
/** The clients that calls go out with: AWS's own, and the driver of the database. */
const CLIENT = /^(?:@aws-sdk\/[\w-]+|pg)$/;
/** What our own code adds at the most: a share of the time, and of the size beside so many KB. */
const TIME = 1.3;
const SIZE = { ratio: 1.2, plus: 60 };

const serverless: { custom: { esbuild: Required<Pick<BuildOptions, "alias" | "banner">> } } = parse(
  readFileSync(join(root, "serverless.yml"), "utf8"),
  { logLevel: "silent" },
);

/** As serverless.yml has it, but for what keeps pieces of the clients out: bare is what they are by themselves. */
const bareOptions: BuildOptions = {
  bundle: true,
  minify: true,
  platform: "node",
  target: "node24",
  format: "esm",
  mainFields: ["module", "main"],
  outExtension: { ".js": ".mjs" },
  banner: serverless.custom.esbuild.banner,
  logLevel: "error",
};
const options: BuildOptions = { ...bareOptions, alias: serverless.custom.esbuild.alias };

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

/** The values that a source imports from clients, by package. */
const importedFrom = (source: string): (readonly [from: string, name: string])[] =>
  [...source.matchAll(/^import (?!type )([\s\S]*?) from "([^"]+)";/gm)].flatMap(([, what = "", from = ""]) =>
    CLIENT.test(from)
      ? what
          .replaceAll(/[{}]/g, ",")
          .split(",")
          .map((word) => word.trim())
          .filter((word) => word && !word.startsWith("type "))
          .map((word) => [from, what.includes("{") ? (word.split(" ")[0] ?? "") : "default"] as const)
      : [],
  );

/** A module with nothing but the clients and commands that came into the bundle with our own code. */
const bareOf = ({ inputs }: Metafile["outputs"][string]): string => {
  const kept = Object.entries(inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  const there = (from: string): boolean => kept.some(([file]) => file.includes(`node_modules/${from}/`));
  const wanted = new Map<string, Set<string>>();
  for (const [file] of kept)
    if (!file.includes("node_modules"))
      for (const [from, what] of importedFrom(readFileSync(join(root, file), "utf8")))
        if (there(from)) wanted.set(from, (wanted.get(from) ?? new Set()).add(what));
  let n = 0;
  return [...wanted]
    .map(([from, names]) => {
      const list = [...names].map((word) => `${word} as x${n++}`);
      return `export { ${list.join(", ")} } from ${JSON.stringify(from)};`;
    })
    .join("\n");
};

const sizeOf = (file: string): number => statSync(file).size / 1024;

/** Bundles every handler and its bare clients into the folder. */
const bundleAll = async (folder: string, handlers: readonly string[]): Promise<void> => {
  const { metafile } = await build({
    ...options,
    absWorkingDir: root,
    entryPoints: handlers.map((handler) => join(root, `handlers/${handler}.ts`)),
    outdir: folder,
    metafile: true,
  });
  for (const handler of handlers) {
    const output = Object.entries(metafile.outputs).find(([file]) => basename(file) === `${handler}.mjs`);
    if (!output) throw new Error(`no bundle of ${handler}`);
    await build({
      ...bareOptions,
      stdin: { contents: bareOf(output[1]), resolveDir: root },
      outfile: join(folder, `${handler}-bare.mjs`),
    });
  }
};

const rowsOf = (handler: string, folder: string, ms: (file: string) => number): BenchRow[] => {
  const [own, bare] = [sizeOf(join(folder, `${handler}.mjs`)), sizeOf(join(folder, `${handler}-bare.mjs`))];
  const [time, bareTime] = [ms(handler), ms(`${handler}-bare`)];
  return [
    {
      ...{ name: `import ${handler} / bare clients`, value: time / bareTime, unit: "x" },
      target: { op: "<=", value: TIME },
      note: `${time.toFixed(0)} / ${bareTime.toFixed(0)} ms`,
    },
    {
      ...{ name: `bundle ${handler}`, value: own, unit: "KB" },
      target: { op: "<=", value: SIZE.ratio * bare + SIZE.plus },
      note: `bare clients ${bare.toFixed(0)} KB`,
    },
  ];
};

export const run = async (): Promise<BenchRow[]> => {
  const folder = mkdtempSync(join(tmpdir(), "cold-"));
  try {
    writeFileSync(join(folder, "empty.mjs"), "export {};\n");
    const handlers = globSync("handlers/*.ts", { cwd: root })
      .map((file) => basename(file, ".ts"))
      .filter((handler) => !notHandlers.has(handler))
      .sort();
    await bundleAll(folder, handlers);
    const times = new Map<string, number[]>();
    // One after the other in turn, so that a slow moment of the machine falls on all of them.
    for (let i = 0; i < RUNS; i++)
      for (const file of ["empty", ...handlers.flatMap((handler) => [`${handler}-bare`, handler])])
        times.set(file, [...(times.get(file) ?? []), importMs(join(folder, `${file}.mjs`))]);
    const ms = (file: string): number => median(times.get(file) ?? []);
    return [
      { name: "import empty", value: ms("empty"), unit: "ms" },
      ...handlers.flatMap((handler) => rowsOf(handler, folder, ms)),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
