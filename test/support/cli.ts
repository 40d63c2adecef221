// Runs one command line in a folder of its own, with a clock and an environment that the test says.
import type { Io } from "../../cli/io.ts";
import { run } from "../../cli/program.ts";

export type CliRun = {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly json: () => unknown;
};

/** `args` as a list, or as words with single spaces between; on a terminal of `columns`, or where there is none. */
export const cliIn =
  (cwd: () => string, now: () => number, env: Io["env"] = {}, columns?: number) =>
  async (args: string | readonly string[]): Promise<CliRun> => {
    const written = { out: "", err: "" };
    const write = (to: "out" | "err") => (text: string) => {
      written[to] += text;
    };
    const code = await run(typeof args === "string" ? args.split(" ") : args, {
      stdout: { write: write("out"), isTTY: columns !== undefined, columns: columns ?? 80 },
      stderr: { write: write("err"), isTTY: false, columns: 80 },
      env,
      cwd: cwd(),
      now,
      random: () => 0,
      sleep: async () => {},
      signal: new AbortController().signal,
    });
    return { code, ...written, json: () => JSON.parse(written.out) as unknown };
  };
