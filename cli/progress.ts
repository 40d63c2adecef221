// One line of progress on stderr, on a terminal only: scripts and logs get none.
import type { Io } from "./io.ts";

export type Progress = { readonly update: (text: string) => void; readonly done: () => void };

const EVERY_MS = 100;

/** `update` overwrites the line, at most ten times a second; `done` clears it. */
export const progressLine = (io: Io): Progress => {
  if (!io.stderr.isTTY) return { update: () => {}, done: () => {} };
  let shownAt = Number.NEGATIVE_INFINITY;
  let shown = false;
  return {
    update: (text) => {
      const now = performance.now();
      if (now - shownAt < EVERY_MS) return;
      shownAt = now;
      shown = true;
      io.stderr.write(`\r\u001b[2K${text.slice(0, Math.max(20, io.stderr.columns - 1))}`);
    },
    done: () => {
      if (shown) io.stderr.write("\r\u001b[2K");
    },
  };
};
