// What a command may touch of the process: everything a test wants to hold in its hand.
import { setTimeout as delay } from "node:timers/promises";
import { AuditError } from "../lib/errors.ts";

export type Out = {
  readonly write: (text: string) => unknown;
  readonly isTTY: boolean;
  readonly columns: number;
  /** Past the guard on hidden characters: for data to a file or a pipe, and for what moves the cursor. */
  readonly raw?: (text: string) => unknown;
};

export type Io = {
  readonly stdout: Out;
  readonly stderr: Out;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly now: () => number;
  readonly random: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Aborted by Ctrl-C: long work stops at the next safe point and cleans up. */
  readonly signal: AbortSignal;
  /** Asks the person at the terminal, and gives their line; undefined: nobody is there to be asked. */
  readonly ask?: (question: string) => Promise<string>;
};

/** One question on the terminal, on stderr, so that stdout is free for the answer. Ends with what aborts the signal. */
const askOnTerminal = async (question: string, signal: AbortSignal): Promise<string> => {
  const { createInterface } = await import("node:readline/promises");
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    // Ctrl-D closes the input and answers nothing.
    const closed = new Promise<never>((_, fail) =>
      lines.once("close", () => fail(new AuditError("usage", "the question was not answered"))),
    );
    return await Promise.race([lines.question(question, { signal }), closed]);
  } finally {
    lines.close();
  }
};

const out = (stream: NodeJS.WriteStream): Out => ({
  write: (text) => stream.write(text),
  isTTY: Boolean(stream.isTTY),
  columns: stream.columns || 80,
});

/** The real process. */
export const processIo = (signal: AbortSignal): Io => ({
  stdout: out(process.stdout),
  stderr: out(process.stderr),
  env: process.env,
  cwd: process.cwd(),
  now: Date.now,
  random: Math.random,
  sleep: (ms) => delay(ms, undefined, { signal }),
  signal,
  ...(process.stdin.isTTY && process.stderr.isTTY && { ask: (text) => askOnTerminal(text, signal) }),
});
