// What detectors may see of the baseline: the access that is declared, and where the live access differs.
import type { Instant } from "../base/time.ts";
import type { Baseline } from "../baseline/baseline.ts";
import { type DriftRow, driftOf } from "../baseline/drift.ts";
import type { Facts } from "./facts.ts";

export type BaselineView = {
  /** null: none was published, and nothing is judged by it. */
  readonly declared: Baseline | null;
  /** Every difference at the moment of the view, unknown ones included; none without a baseline or a snapshot. */
  readonly drift: () => readonly DriftRow[];
};

export const baselineView = (
  { baseline, snapshot }: Pick<Facts, "baseline" | "snapshot">,
  now: Instant,
): BaselineView => {
  let found: readonly DriftRow[] | undefined;
  return {
    declared: baseline ?? null,
    drift: () => {
      found ??= baseline && snapshot ? driftOf(baseline, snapshot.catalog, now) : [];
      return found;
    },
  };
};
