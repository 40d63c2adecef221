// A cluster that is left asleep: reading it would wake it, and its last snapshot is known to hold still.
import { LONGEST_SESSION } from "../activity/session-end.ts";
import { floorTo, HOUR, type Instant, type Interval, MINUTE } from "../base/time.ts";

/** An hourly schedule that is later than this has stopped: what it said last is not known to hold any more. */
export const LATE_MS = 2 * HOUR + 15 * MINUTE;

/** One scan that was left out, and the snapshot that still held then. */
export type Asleep = { readonly at: Instant; readonly snapshotAt: Instant };

/** From here on nobody else may have been connected, or the catalog may have changed since `snapshotAt`: a session goes on. */
export const quietFrom = (snapshotAt: Instant): Instant => snapshotAt - LONGEST_SESSION;

/**
 * The hours that have to be proven for it: from `quietFrom` to `settledUntil`, and in any case the last one of these. What is
 * later shows within hours, as everything else does.
 */
export const provenIn = (snapshotAt: Instant, settledUntil: Instant): Interval => ({
  from: Math.min(floorTo(HOUR, quietFrom(snapshotAt)), settledUntil - HOUR),
  to: settledUntil,
});

/** Whether it is time to read it at `now` though nothing happened. Scans come by the hour: the nearest one to the end is taken. */
export const isDue = (snapshotAt: Instant, now: Instant, longestMs: number): boolean =>
  now + HOUR / 2 - snapshotAt >= longestMs;

/** Whether the scan of `snapshotAt` is left out on purpose: the newest that was left out is younger than `withinMs`. */
export const isLeftAsleep = (
  asleep: Asleep | undefined,
  {
    snapshotAt,
    now,
    withinMs,
  }: { readonly snapshotAt: Instant; readonly now: Instant; readonly withinMs: number },
): boolean => asleep !== undefined && asleep.snapshotAt === snapshotAt && now - asleep.at < withinMs;
