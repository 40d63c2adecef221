// The hours that a chain of verified digests proves: unbroken windows, each naming the one before it.
import { floorTo, HOUR, type Instant, MINUTE } from "../base/time.ts";

/** A digest whose signature is CloudTrail's and whose every log file was found unchanged and counted. */
export type VerifiedDigest = {
  readonly from: Instant;
  readonly to: Instant;
  readonly key: string;
  readonly hash: string;
  /** null: the first of its chain. */
  readonly previousKey: string | null;
  readonly previousHash: string | null;
};

/** Events reach a log file minutes after they happen: an hour needs the digests until so long after its end. */
const DELIVERY_LAG = 15 * MINUTE;

/**
 * Whole hours that lie in one unbroken run of digests, with the delivery lag after them. A run breaks where a digest does
 * not name the one before by key and hash, or their windows do not meet. Trails of their own make chains of their own.
 */
export const hoursProvenByDigests = (digests: readonly VerifiedDigest[]): Instant[] => {
  const sorted = digests.toSorted((a, b) => a.from - b.from || a.to - b.to);
  /** Runs by the key of their last digest. */
  const runs = new Map<string, { from: Instant; to: Instant; hash: string }>();
  for (const { from, to, key, hash, previousKey, previousHash } of sorted) {
    const before = previousKey === null ? undefined : runs.get(previousKey);
    if (before && previousKey !== null && before.hash === previousHash && before.to === from) {
      runs.delete(previousKey);
      runs.set(key, { from: before.from, to, hash });
    } else if (!runs.has(key)) runs.set(key, { from, to, hash });
  }
  const hours = new Set<Instant>();
  for (const { from, to } of runs.values()) {
    for (let hour = floorTo(HOUR, from + HOUR - 1); hour + HOUR + DELIVERY_LAG <= to; hour += HOUR)
      hours.add(hour);
  }
  return [...hours].sort((a, b) => a - b);
};
