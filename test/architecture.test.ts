// Which folder may import which, and what the pure core may not do.
import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..");
const sources = globSync("{handlers,lib,cli,local,bench}/**/*.ts", { cwd: root })
  .filter((file) => !file.endsWith(".d.ts"))
  .map((file) => ({ file, text: readFileSync(join(root, file), "utf8") }));

const importsOf = (text: string): string[] =>
  [
    ...text.matchAll(
      /(?:^|\n)\s*(?:import|export)\b[^;'"]*?from\s*["']([^"']+)["']|import\(\s*["']([^"']+)["']/g,
    ),
  ].map((match) => match[1] ?? match[2] ?? "");

/** The layer of a file; a lower number may never import a higher one. */
const layerOf = (file: string): number => {
  if (/^lib\/errors\.ts$/.test(file)) return 0;
  if (file.startsWith("lib/core/")) return 1;
  if (file.startsWith("lib/detectors/")) return 2;
  if (/^lib\/(?:config|log)\.ts$/.test(file)) return 2;
  if (/^lib\/(?:dsql|cloudtrail|iam|store|notices|report|wording)\//.test(file)) return 3;
  if (file.startsWith("lib/")) return 4;
  return 5;
};

describe("architecture", () => {
  it("sees the sources", () => {
    expect(sources.length).toBeGreaterThan(15);
    expect(importsOf(sources.find(({ file }) => file === "lib/core/base/ids.ts")?.text ?? "")).toContain(
      "zod",
    );
  });

  it("imports in one direction", () => {
    const wrong = sources.flatMap(({ file, text }) =>
      importsOf(text)
        .filter((target) => target.startsWith("."))
        .map((target) => normalize(join(dirname(file), target)))
        .filter((target) => layerOf(target) > layerOf(file))
        .map((target) => `${file} imports ${target}`),
    );
    expect(wrong).toEqual([]);
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

  it("writes key strings in one file", () => {
    const wrong = sources
      .filter(({ file }) => file.startsWith("lib/") && file !== "lib/store/table/keys.ts")
      .filter(({ text }) => /[`"'](?:CLUSTER|SLOT|SEG|CHUNK|FINDING|SNAPSHOT)#/.test(text))
      .map(({ file }) => file);
    expect(wrong).toEqual([]);
  });
});
