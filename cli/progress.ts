// Progress on stderr, on a terminal only: scripts and logs get none.
import ora from "ora";
import type { Io } from "./io.ts";

export type Progress = {
  readonly update: (text: string) => void;
  /** Takes the line away. */
  readonly done: () => void;
};

/** One line with a spinner; `update` changes its text. */
export const progressLine = (io: Io): Progress => {
  if (!io.stderr.isTTY) return { update: () => {}, done: () => {} };
  // Only the real process has a terminal; its Ctrl-C is ours.
  const spinner = ora({ stream: process.stderr, discardStdin: false });
  return {
    update: (text) => {
      spinner.text = text.slice(0, Math.max(20, io.stderr.columns - 4));
      if (!spinner.isSpinning) spinner.start();
    },
    done: () => void spinner.stop(),
  };
};
