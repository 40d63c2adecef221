// How long a Lambda container takes to load each function, and its size: bundles as deployed, each beside a bare bundle of the
// clients that the function needs, imported in turn by a fresh process each time. Time is CPU time of all threads: what a
// Lambda of less than 1,769 MB, which has less than one CPU, waits for. A function in parts (deploy/bundle-parts.ts)
// is timed with what its usual call loads, beside the clients among that; its size is all of its files. What a call loads or
// makes later, when it first needs it, is not in the time: the parts that bring most have a row without a target.
import { execFileSync } from "node:child_process";
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { type BuildOptions, build, type Metafile } from "esbuild";
import { parse } from "yaml";
import { parts, rules, words } from "../deploy/bundle-parts.ts";
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
/** Of functions in parts: what the usual call loads beside the function's file, and the call that loads most. */
const calls: Readonly<
  Record<string, { readonly usual: readonly string[]; readonly largest: readonly string[] }>
> = {
  // It is woken where something has to be told.
  notify: { usual: [], largest: ["lib/jobs/weekly-facts.ts", "lib/notices/weekly-text.ts"] },
  query: { usual: ["lib/api/stored-questions.ts"], largest: ["lib/api/plan.ts"] },
};

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
const options: BuildOptions = {
  ...bareOptions,
  alias: serverless.custom.esbuild.alias,
  plugins: [parts, rules, words],
};

/** Milliseconds of CPU that importing the files takes in a new process, after Node.js itself has started. */
const importMs = (files: readonly string[]): number =>
  Number(
    execFileSync(
      process.execPath,
      [
        "--input-type=module",
        "-e",
        `const c=process.cpuUsage();for(const file of ${JSON.stringify(files)})await import(file);const{user,system}=process.cpuUsage(c);console.log((user+system)/1000)`,
      ],
      { encoding: "utf8" },
    ),
  );

type Outputs = Metafile["outputs"];

/** The outputs that importing those whose entries are named reads. */
const readBy = (outputs: Outputs, entries: readonly string[]): ReadonlySet<string> => {
  const read = new Set<string>();
  const visit = (file: string): void => {
    const output = outputs[file];
    if (!output || read.has(file)) return;
    read.add(file);
    for (const { path, kind } of output.imports) if (kind === "import-statement") visit(path);
  };
  for (const entry of entries) visit(outputOf(outputs, entry));
  return read;
};

const outputOf = (outputs: Outputs, entry: string): string => {
  const found = Object.keys(outputs).find((file) => outputs[file]?.entryPoint === entry);
  if (found === undefined) throw new Error(`no bundle of ${entry}`);
  return found;
};

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

/** A module with nothing but the clients and commands that came into these outputs with our own code. */
const bareOf = (outputs: Outputs, of: Iterable<string>): string => {
  const kept = [...of].flatMap((file) =>
    Object.entries(outputs[file]?.inputs ?? {}).flatMap(([input, { bytesInOutput }]) =>
      bytesInOutput > 0 ? input : [],
    ),
  );
  const there = (from: string): boolean => kept.some((file) => file.includes(`node_modules/${from}/`));
  const wanted = new Map<string, Set<string>>();
  for (const file of kept)
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

/** One function as it is deployed: the files of each call, and KB. */
type Built = {
  readonly handler: string;
  readonly usual: readonly string[];
  readonly bare: readonly string[];
  readonly largest: readonly string[] | undefined;
  readonly size: number;
  readonly bareSize: number;
};

/** Bundles a handler, and bare the clients that its usual call loads and those that it has. */
const bundled = async (folder: string, handler: string): Promise<Built> => {
  const entry = `handlers/${handler}.ts`;
  const { usual = [], largest } = calls[handler] ?? {};
  const {
    metafile: { outputs },
  } = await build({
    ...{ ...options, absWorkingDir: root, entryPoints: [entry], outdir: folder, metafile: true },
  });
  const pathsOf = (entries: readonly string[]): string[] =>
    [entry, ...entries].map((one) => resolve(root, outputOf(outputs, one)));
  const sizes = (all: Outputs): number =>
    Object.values(all).reduce((sum, { bytes }) => sum + bytes, 0) / 1024;
  const bareAs = async (name: string, contents: string) => {
    const made = await build({
      ...{ ...bareOptions, absWorkingDir: root, stdin: { contents, resolveDir: root }, metafile: true },
      outfile: join(folder, `${handler}-${name}.mjs`),
    });
    return { file: join(folder, `${handler}-${name}.mjs`), size: sizes(made.metafile.outputs) };
  };
  const bare = await bareAs("bare", bareOf(outputs, readBy(outputs, [entry, ...usual])));
  const all = await bareAs("all", bareOf(outputs, Object.keys(outputs)));
  return {
    ...{ handler, usual: pathsOf(usual), bare: [bare.file], size: sizes(outputs), bareSize: all.size },
    largest: largest && pathsOf(largest),
  };
};

const rowsOf = (
  { handler, usual, bare, largest, size, bareSize }: Built,
  ms: (files: readonly string[]) => number,
): BenchRow[] => {
  const [time, bareTime] = [ms(usual), ms(bare)];
  return [
    {
      ...{ name: `import ${handler} / bare clients`, value: time / bareTime, unit: "x" },
      target: { op: "<=", value: TIME },
      note: `${time.toFixed(0)} / ${bareTime.toFixed(0)} ms of CPU`,
    },
    ...(largest
      ? [{ name: `import ${handler}, the call that loads most`, value: ms(largest), unit: "ms" }]
      : []),
    {
      ...{ name: `bundle ${handler}`, value: size, unit: "KB" },
      target: { op: "<=", value: SIZE.ratio * bareSize + SIZE.plus },
      note: `bare clients ${bareSize.toFixed(0)} KB`,
    },
  ];
};

export const run = async (): Promise<BenchRow[]> => {
  const folder = mkdtempSync(join(tmpdir(), "cold-"));
  try {
    const empty = join(folder, "empty.mjs");
    writeFileSync(empty, "export {};\n");
    const handlers = globSync("handlers/*.ts", { cwd: root })
      .map((file) => basename(file, ".ts"))
      .filter((handler) => !notHandlers.has(handler))
      .sort();
    const built: Built[] = [];
    for (const handler of handlers) built.push(await bundled(folder, handler));
    const imported = [
      [empty],
      ...built.flatMap(({ bare, usual, largest }) => [bare, usual, ...(largest ? [largest] : [])]),
    ];
    const times = new Map<readonly string[], number[]>();
    // One after the other in turn, so that a slow moment of the machine falls on all of them.
    for (let i = 0; i < RUNS; i++)
      for (const files of imported) times.set(files, [...(times.get(files) ?? []), importMs(files)]);
    const ms = (files: readonly string[]): number => median(times.get(files) ?? []);
    return [
      { name: "import empty", value: ms(imported[0] ?? []), unit: "ms" },
      ...built.flatMap((one) => rowsOf(one, ms)),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
