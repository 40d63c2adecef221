// Which snapshots retention may take away: of days that are old enough all but the first, and but what nothing newer shows.

import { DAY, floorTo, type Instant } from "../base/time.ts";
import type { Manifest } from "./manifest.ts";

/** Keep every snapshot this long; then the first of each day. */
export const KEEP_DAYS = 400;

/**
 * The numbers to remove of one day's snapshots, last first: a run that dies half-way leaves an unbroken start of the
 * day, which verify accepts. `next` is the first of the day after; without one the day is not over. `lastReads`: when a
 * section that is unreadable since was last read; the day stays whole up to that snapshot, which alone shows it.
 */
export const thinnable = (
  day: readonly Manifest[],
  next: Manifest | undefined,
  cutoff: Instant,
  lastReads: ReadonlySet<Instant>,
): number[] => {
  if (!next?.previousDay || floorTo(DAY, next.takenAt) > cutoff) return [];
  const keep = Math.max(0, ...day.filter(({ takenAt }) => lastReads.has(takenAt)).map(({ seq }) => seq));
  return day
    .filter(({ seq, dayFirst }) => seq !== dayFirst && seq > keep)
    .map(({ seq }) => seq)
    .sort((a, b) => b - a);
};
