// The auditor's own logins in the examples that detectors carry: one an hour, but for those said to be missing or too many.
import { DAY, HOUR, type Instant } from "../base/time.ts";
import { missedCanaries } from "../coverage/canary-match.ts";
import type { OwnLogins } from "./facts.ts";

/** The auditor's own logins of the last 30 days: one every hour, all of them back but those said here. */
export type ExampleLogins = {
  readonly missing?: (at: Instant) => boolean;
  readonly surplusAt?: readonly Instant[];
  /** Those too many were made as admin. */
  readonly admin?: true;
};

/** What the cluster was asked and the trail told of them, as of `now`. */
export const ownLoginsOf = (
  { missing = () => false, surplusAt = [], admin }: ExampleLogins,
  now: Instant,
): OwnLogins => {
  const canaries = Array.from({ length: 30 * 24 }, (_, n) => now - (30 * 24 - n) * HOUR).map((at, n) => ({
    at,
    eventId: missing(at) ? null : `own-${n}`,
    seenInTrailAt: missing(at) ? null : at + HOUR,
  }));
  return {
    from: now - 30 * DAY,
    canaries,
    missed: missedCanaries(canaries, now),
    surplus: surplusAt.map((at, n) => ({
      at,
      eventId: `surplus-${n}`,
      seenInTrailAt: null,
      ...(admin && { admin }),
    })),
  };
};
