// What a list of findings says below itself.
import { type Instant, iso } from "../../lib/core/base/time.ts";
import type { LastLook } from "../../lib/store/findings/looks.ts";

const ago = (ms: number): string => {
  const hours = Math.floor(ms / 3_600_000);
  return hours < 2
    ? "less than two hours ago"
    : hours < 48
      ? `${hours} hours ago`
      : `${Math.floor(hours / 24)} days ago`;
};

/** What a list says below itself: how many it hides, and the time that it is true of. */
export const footer = (hidden: number, look: LastLook | undefined, now: Instant, what = "finding"): string =>
  [
    ...(hidden > 0
      ? [`${hidden} resolved ${hidden === 1 ? `${what} is` : `${what}s are`} not shown: --all shows them.`]
      : []),
    look === undefined
      ? "The detectors have not run yet, so this says nothing about the cluster. Run: dsql-audit detect"
      : `As of the evaluation of ${iso(look.at).slice(0, 16).replace("T", " ")}Z, ${ago(Math.max(0, now - look.at))}.`,
  ].join("\n");
