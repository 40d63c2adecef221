// The engine with one constant or one rule changed: bundled anew with another value, so that the product carries no dials for it.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import type { SignRule } from "../../lib/core/anomaly/sign-rule.ts";
import type { JudgedRun } from "./judge-run.ts";
import type { Run } from "./simulate.ts";

type Engine = {
  readonly judgeRun: (run: Run, rules: readonly SignRule[], falseFindingsPerWeek?: number) => JudgedRun;
  readonly signRules: readonly SignRule[];
};

const root = join(import.meta.dirname, "../..");
const constantsFile = join(root, "lib/core/anomaly/constants.ts");

/** The constants with their values, as they stand in their file. */
export const constants = (): ReadonlyMap<string, number> =>
  new Map(
    [...readFileSync(constantsFile, "utf8").matchAll(/^export const (\w+) = ([\d.]+);$/gm)].map(
      ([, name = "", value = ""]) => [name, Number(value)],
    ),
  );

/** Loads the engine with some constants replaced. */
export const engineWith = async (changed: Readonly<Record<string, number>> = {}): Promise<Engine> => {
  const { outputFiles } = await build({
    stdin: {
      contents: `export { judgeRun } from "./bench/detection/judge-run.ts"; export { signRules } from "./bench/support/sign-rules.ts";`,
      resolveDir: root,
      loader: "ts",
    },
    bundle: true,
    format: "esm",
    platform: "node",
    write: false,
    plugins: [
      {
        name: "constants",
        setup: ({ onLoad }) => {
          onLoad({ filter: /core\/anomaly\/constants\.ts$/ }, () => ({
            loader: "ts",
            contents: Object.entries(changed).reduce(
              (text, [name, value]) =>
                text.replace(new RegExp(`^(export const ${name} = ).*;$`, "m"), `$1${value};`),
              readFileSync(constantsFile, "utf8"),
            ),
          }));
        },
      },
    ],
  });
  const code = outputFiles[0]?.text ?? "";
  return (await import(`data:text/javascript;base64,${Buffer.from(code).toString("base64")}`)) as Engine;
};
