// The hours for which capture is not proven, indexed so that any window is judged in the time of a binary search.

import { countBefore } from "../base/sorted.ts";
import { HOUR, type Instant, type Interval } from "../base/time.ts";
import type { Coverage, Doubt } from "./coverage.ts";
import { withoutDoubts } from "./covered-hours.ts";

/** A stretch of whole hours without proof; `reasons` say why, where somebody knows. */
type Gap = Interval & { readonly reasons: readonly string[] };

export type Uncovered = {
  /** Stretches that overlap the interval, whole: also where they reach beyond it. Bounded by nothing but the facts. */
  readonly gapsIn: (interval: Interval) => readonly Gap[];
  /** Hours of the interval that are not covered. */
  readonly hoursIn: (interval: Interval) => number;
  /** Since when coverage up to `to` has no gap; `to` itself where its last hour is not covered. */
  readonly provenSince: (to: Instant) => Instant;
  /** The first instant that is covered at all. */
  readonly firstCoveredAt: Instant | undefined;
};

const BEGINNING = 0;

/** Covered stretches, whatever their proof, joined where they touch. */
const joined = (coverage: Coverage): Interval[] => {
  const stretches: { from: Instant; to: Instant }[] = [];
  for (const { from, to } of coverage.toSorted((a, b) => a.from - b.from)) {
    const last = stretches.at(-1);
    if (last && from <= last.to) last.to = Math.max(last.to, to);
    else if (from < to) stretches.push({ from, to });
  }
  return stretches;
};

/** Indexes coverage once; questions reach from the epoch to the end of time, all of it uncovered but what is proven. */
export const uncoveredOf = (coverage: Coverage, doubts: readonly Doubt[]): Uncovered => {
  const proven = joined(withoutDoubts(coverage, doubts));
  const bounds = [BEGINNING, ...proven.flatMap(({ from, to }) => [from, to]), Number.MAX_SAFE_INTEGER];
  const gaps: Gap[] = [];
  for (let i = 0; i < bounds.length; i += 2) {
    const gap = { from: bounds[i] ?? 0, to: bounds[i + 1] ?? 0 };
    if (gap.from >= gap.to) continue;
    const reasons = doubts
      .filter(({ from, to }) => from < gap.to && to > gap.from)
      .map(({ reason }) => reason);
    gaps.push({ ...gap, reasons: [...new Set(reasons)] });
  }
  const starts = gaps.map(({ from }) => from);
  const ends = gaps.map(({ to }) => to);
  const overlapping = ({ from, to }: Interval): Gap[] =>
    from < to ? gaps.slice(countBefore(ends, from + 1), countBefore(starts, to)) : [];
  return {
    gapsIn: overlapping,
    hoursIn: (interval) =>
      overlapping(interval).reduce(
        (hours, { from, to }) =>
          hours + Math.ceil((Math.min(to, interval.to) - Math.max(from, interval.from)) / HOUR),
        0,
      ),
    provenSince: (to) => {
      const before = gaps[countBefore(starts, to) - 1];
      return before === undefined ? BEGINNING : Math.min(before.to, to);
    },
    firstCoveredAt: proven[0]?.from,
  };
};
