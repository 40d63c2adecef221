// Progress on stderr, on a terminal only: scripts and logs get none.
import { clearLine, cursorTo, moveCursor } from "node:readline";
import { Writable } from "node:stream";
import ora from "ora";
import type { Io, Out } from "./io.ts";

export type Progress = {
  readonly update: (text: string) => void;
  /** Takes the line away. */
  readonly done: () => void;
};

/** What the spinner takes for a terminal: writes go through Io. */
const terminal = (out: Out): NodeJS.WriteStream => {
  const stream = new Writable({
    write: (chunk, _encoding, written) => {
      (out.raw ?? out.write)(String(chunk));
      written();
    },
  });
  return Object.assign(stream, {
    isTTY: true,
    columns: out.columns,
    cursorTo: (x: number, y?: number) => cursorTo(stream, x, y),
    clearLine: (direction: -1 | 0 | 1) => clearLine(stream, direction),
    moveCursor: (dx: number, dy: number) => moveCursor(stream, dx, dy),
  }) as unknown as NodeJS.WriteStream;
};

/** One line with a spinner; `update` changes its text. */
export const progressLine = ({ stderr }: Io): Progress => {
  if (!stderr.isTTY) return { update: () => {}, done: () => {} };
  const spinner = ora({ stream: terminal(stderr), discardStdin: false, hideCursor: false, isEnabled: true });
  return {
    update: (text) => {
      spinner.text = text.slice(0, Math.max(20, stderr.columns - 4));
      if (!spinner.isSpinning) spinner.start();
    },
    done: () => void spinner.stop(),
  };
};
