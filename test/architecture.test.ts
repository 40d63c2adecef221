// Which folder may import which, and what the pure core may not do.
import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";
import { parseAst } from "vitest/node";

const root = join(import.meta.dirname, "..");
const sources = globSync("{handlers,lib,cli,local,bench,deploy,scripts}/**/*.ts", { cwd: root })
  .filter((file) => !file.endsWith(".d.ts"))
  .map((file) => ({ file, text: readFileSync(join(root, file), "utf8") }));

const importsOf = (text: string): string[] =>
  [
    ...text.matchAll(
      /(?:^|\n)\s*(?:import|export)\b[^;'"]*?from\s*["']([^"']+)["']|import\(\s*["']([^"']+)["']/g,
    ),
  ].map((match) => match[1] ?? match[2] ?? "");

/** The rooms of the pure core; a room imports itself and the rooms before it. */
const CORE_ROOMS = [
  "base",
  "catalog",
  "activity",
  "coverage",
  "history",
  "sql",
  "privileges",
  "baseline",
  "iam",
  "anomaly",
  "findings",
  "incidents",
  "remediation",
  "review",
];

/** The floors above the core; a floor imports itself and the floors before it. `local` runs the real handlers. */
const FLOORS: readonly RegExp[] = [
  /^lib\/errors\.ts$/,
  /^lib\/core\//,
  /^lib\/(?:detectors\/|config\.ts$|log\.ts$)/,
  /^lib\/wording\//,
  /^lib\/(?:store|dsql|cloudtrail|iam|notices)\//,
  /^lib\/(?:jobs|queries|report|doctor)\//,
  /^lib\/(?:api|console)\//,
  /^(?:handlers|deploy)\//,
  /^local\//,
  /^(?:cli|bench|scripts)\//,
];

/** A lower number may never import a higher one; -1 for what stands in no room. */
const floorOf = (file: string): number => FLOORS.findIndex((floor) => floor.test(file));
const roomOf = (file: string): number => CORE_ROOMS.indexOf(/^lib\/core\/([^/]+)\//.exec(file)?.[1] ?? "");

type Arrow = { readonly from: string; readonly to: string };
const arrows: readonly Arrow[] = sources.flatMap(({ file, text }) =>
  importsOf(text)
    .filter((target) => target.startsWith(".") && target.endsWith(".ts"))
    .map((target) => ({ from: file, to: normalize(join(dirname(file), target)) })),
);
const shown = ({ from, to }: Arrow): string => `${from} imports ${to}`;

const MAX_FUNCTION_LINES = 80;

type FunctionLines = { readonly name: string; readonly lines: number };

/** The lines of every function in a file, whatever it is nested in, by the syntax tree; named as what it is assigned to. */
const functionLines = ({ file, text }: { readonly file: string; readonly text: string }): FunctionLines[] => {
  const found: FunctionLines[] = [];
  const visit = (node: unknown, within: string): void => {
    if (typeof node !== "object" || node === null) return;
    const { type, start, end, id } = node as {
      type?: unknown;
      start?: number;
      end?: number;
      id?: { name?: string } | null;
    };
    const name = id?.name ?? within;
    if (/^(?:ArrowFunctionExpression|Function(?:Declaration|Expression))$/.test(String(type)))
      found.push({ name, lines: text.slice(start, end).split("\n").length });
    for (const inner of Object.values(node)) visit(inner, name);
  };
  visit(parseAst(text, { lang: "ts" }, file), "");
  return found;
};

/** A function only so that it is left out of the bundles: what it gives is data, one case after the other. */
const isExamples = (file: string, name: string): boolean =>
  file.startsWith("lib/detectors/") && name === "cases";

describe("architecture", () => {
  it("counts the lines of nested functions and of those in types' company", () => {
    const text =
      "const a = (x: number): number => {\n  const b = <T,>(y: T): T => {\n    return y;\n  };\n  return b(x);\n};\n";
    expect(functionLines({ file: "a.ts", text })).toEqual([
      { name: "a", lines: 6 },
      { name: "b", lines: 3 },
    ]);
  });

  it("sees the sources", () => {
    expect(sources.length).toBeGreaterThan(15);
    expect(importsOf(sources.find(({ file }) => file === "lib/core/base/ids.ts")?.text ?? "")).toContain(
      "./zod.ts",
    );
  });

  it("has a room for every file", () => {
    const homeless = sources.filter(
      ({ file }) => floorOf(file) < 0 || (file.startsWith("lib/core/") && roomOf(file) < 0),
    );
    expect(homeless.map(({ file }) => file)).toEqual([]);
  });

  it("imports in one direction", () => {
    expect(arrows.filter(({ from, to }) => floorOf(to) > floorOf(from)).map(shown)).toEqual([]);
  });

  it("imports in one direction between the rooms of the core", () => {
    const inCore = arrows.filter(({ from, to }) => roomOf(from) >= 0 && roomOf(to) >= 0);
    expect(inCore.filter(({ from, to }) => roomOf(to) > roomOf(from)).map(shown)).toEqual([]);
  });

  it("keeps handlers apart from cli and local", () => {
    const wrong = sources
      .filter(
        ({ file, text }) =>
          file.startsWith("handlers/") && importsOf(text).some((t) => /\/(?:cli|local)\//.test(t)),
      )
      .map(({ file }) => file);
    expect(wrong).toEqual([]);
  });

  it("keeps the core and the detectors pure", () => {
    const forbidden: readonly [string, RegExp][] = [
      ["an SDK or a driver", /from "(?:@aws|@middy|@smithy|pg\b|dynalite)/],
      ["the network, the file system or a process", /from "node:(?!crypto"|zlib"|util"|buffer")/],
      ["the environment", /\bprocess\./],
      ["the clock", /\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\./],
      ["the console", /\bconsole\./],
      ["randomness", /\bMath\.random\b|\brandomUUID\b|\brandomBytes\b/],
      ["asynchrony", /\bawait\b|\basync\b|\bsetTimeout\b|\bPromise\b/],
    ];
    const code = (text: string): string => text.replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*$/gm, "");
    const wrong = sources
      .filter(({ file }) => /^lib\/(?:core|detectors)\//.test(file))
      .flatMap(({ file, text }) =>
        forbidden.filter(([, pattern]) => pattern.test(code(text))).map(([what]) => `${file} uses ${what}`),
      );
    expect(wrong).toEqual([]);
  });

  it("makes clients and reads the environment and the clock in one place", () => {
    const wrong = sources
      .filter(({ file }) => /^(?:handlers|lib)\//.test(file) && file !== "handlers/wiring.ts")
      .filter(({ text }) => /\bprocess\.env\b|\bnew \w+Client\(|\bDate\.now\b|\bnew Date\(\s*\)/.test(text))
      .map(({ file }) => file);
    expect(wrong).toEqual([]);
  });

  it("starts every file with a line that says what it owns", () => {
    expect(
      sources.filter(({ text }) => !/^(?:#!.*\n)?(?:\/\/ |\/\*\*? )/.test(text)).map(({ file }) => file),
    ).toEqual([]);
  });

  it("leaves nothing loose in lib or in its core but settings, errors and the log", () => {
    const loose = sources.filter(({ file }) => /^lib\/(?:core\/)?[^/]+\.ts$/.test(file));
    expect(loose.map(({ file }) => file).sort()).toEqual(["lib/config.ts", "lib/errors.ts", "lib/log.ts"]);
  });

  it("keeps files short: half of them within 100 lines, nine of ten within 200", () => {
    const lines = sources
      .filter(({ file }) => /^(?:lib|cli|handlers|local|deploy)\//.test(file))
      .map(({ text }) => text.split("\n").length - 1)
      .sort((a, b) => a - b);
    expect(lines[Math.floor(lines.length / 2)]).toBeLessThanOrEqual(100);
    expect(lines[Math.floor(lines.length * 0.9)]).toBeLessThanOrEqual(200);
  });

  it("keeps every function within 80 lines, but for the examples of a detector, which are a list", () => {
    const long = sources.flatMap((source) =>
      functionLines(source)
        .filter(({ name, lines }) => lines > MAX_FUNCTION_LINES && !isExamples(source.file, name))
        .map(({ name, lines }) => `${source.file}: ${name}, ${lines} lines`),
    );
    expect(long).toEqual([]);
  });

  it("opens the stores in one place", () => {
    const opening =
      /\b(?:create\w+Store|canaryStore|doubtStore|digestStore|trailEventStore|captureChecks|coverageHours|plannedLooks)\(/;
    const wrong = sources
      .filter(({ file }) => /^(?:handlers|lib|cli|local)\//.test(file) && !file.startsWith("lib/store/"))
      .filter(({ text }) => opening.test(text))
      .map(({ file }) => file);
    expect(wrong).toEqual([]);
  });

  it("writes key strings in one file", () => {
    const wrong = sources
      .filter(({ file }) => file.startsWith("lib/") && file !== "lib/store/table/keys.ts")
      .filter(({ text }) => /[`"'](?:CLUSTER|SLOT|SEG|CHUNK|FINDING|SNAPSHOT)#/.test(text))
      .map(({ file }) => file);
    expect(wrong).toEqual([]);
  });
});
