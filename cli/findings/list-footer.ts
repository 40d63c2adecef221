// What a list of findings says below itself.
import { lengthOf } from "../../lib/core/base/counted.ts";
import { floorTo, HOUR, type Instant, iso } from "../../lib/core/base/time.ts";
import type { LastLook } from "../../lib/store/findings/looks.ts";

const ago = (ms: number): string =>
  ms < 2 * HOUR ? "less than two hours ago" : `${lengthOf(floorTo(HOUR, ms))} ago`;

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
