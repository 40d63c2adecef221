// Which snapshots retention may take away: all but the first of each day, of days that are old enough.

import { DAY, floorTo, type Instant } from "../base/time.ts";
import type { Manifest } from "./manifest.ts";

/** Keep every snapshot this long; then the first of each day. */
export const KEEP_DAYS = 400;

/**
 * The numbers to remove of one day's snapshots, last first: a run that dies half-way leaves an unbroken start of the
 * day, which verify accepts. `next` is the first of the day after; without one the day is not over.
 */
export const thinnable = (
  day: readonly Manifest[],
  next: Manifest | undefined,
  cutoff: Instant,
): number[] => {
  if (!next?.previousDay || floorTo(DAY, next.takenAt) > cutoff) return [];
  return day
    .filter(({ seq, dayFirst }) => seq !== dayFirst)
    .map(({ seq }) => seq)
    .sort((a, b) => b - a);
};
