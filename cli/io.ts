// What a command may touch of the process: everything a test wants to hold in its hand.
import { setTimeout as delay } from "node:timers/promises";

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
});
