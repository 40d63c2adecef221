// The rooms whose test files share a process: none of them changes what the files after it would find.
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { sharing } from "../vitest.config.ts";

const root = join(import.meta.dirname, "..");
/** Of the whole process, or of modules that the next file imports too. */
const LASTING =
  /\bvi\.(?:do)?(?:un)?mock\b|\bvi\.(?:stub\w+|spyOn|useFakeTimers|setSystemTime)\(|process\.chdir\(|(?:delete |Object\.assign\()process\.env\b|process\.env\.\w+ \??\??=[^=]|configureGlobal|bareEnvironment\(|globalThis\.\w+ =[^=]/;

it("leave the process as it was", () => {
  const files = sharing.flatMap((room) => globSync(`test/${room}/**/*.ts`, { cwd: root }));
  expect(files.length).toBeGreaterThan(100);
  const lasting = files.flatMap((file) => {
    const [found] = LASTING.exec(readFileSync(join(root, file), "utf8")) ?? [];
    return found === undefined ? [] : [`${file}: ${found}`];
  });
  expect(lasting).toEqual([]);
});

it("are told by what would last", () => {
  for (const line of [
    "vi.mock('x')",
    "vi.stubEnv('A', 'b')",
    "vi.spyOn(console, 'log')",
    "process.env.TZ = 'UTC'",
    "process.env.TZ ??= 'UTC'",
    "delete process.env.TZ",
    "fc.configureGlobal({})",
  ])
    expect(line).toMatch(LASTING);
  for (const line of ["process.env.RUNS ?? 1", "process.env.RUNS === '1'", "vi.fn()"])
    expect(line).not.toMatch(LASTING);
});
