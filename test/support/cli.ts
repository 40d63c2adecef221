// Runs one command line in a folder of its own, with a clock and an environment that the test says.
import type { Io } from "../../cli/io.ts";
import { run } from "../../cli/program.ts";

export type CliRun = {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly json: () => unknown;
};

type Given = Pick<Io, "env" | "now" | "cwd"> &
  Partial<Pick<Io, "ask">> & { readonly columns?: number | undefined };

const runOnce = async (args: string | readonly string[], { columns, ...given }: Given): Promise<CliRun> => {
  const written = { out: "", err: "" };
  const write = (to: "out" | "err") => (text: string) => {
    written[to] += text;
  };
  const code = await run(typeof args === "string" ? args.split(" ") : args, {
    stdout: { write: write("out"), isTTY: columns !== undefined, columns: columns ?? 80 },
    stderr: { write: write("err"), isTTY: false, columns: 80 },
    random: () => 0,
    sleep: async () => {},
    signal: new AbortController().signal,
    ...given,
  });
  return { code, ...written, json: () => JSON.parse(written.out) as unknown };
};

/** `args` as a list, or as words with single spaces between; on a terminal of `columns`, or where there is none. */
export const cliIn =
  (cwd: () => string, now: () => number, env: Io["env"] = {}, columns?: number) =>
  (args: string | readonly string[]): Promise<CliRun> =>
    runOnce(args, { cwd: cwd(), now, env, columns });

/** The same, asked by somebody who has these answers, and then says nothing: what was asked, and the answers that were not. */
export const askedIn =
  (cwd: () => string, now: () => number, env: Io["env"] = {}) =>
  async (args: readonly string[], answers: readonly string[]) => {
    const left = [...answers];
    const questions: string[] = [];
    const ask = async (question: string): Promise<string> => {
      questions.push(question);
      return left.shift() ?? "";
    };
    return { ...(await runOnce(args, { cwd: cwd(), now, env, ask })), questions, left };
  };
