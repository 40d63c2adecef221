// Whether a mapping named a principal when it connected, as far as captures of the mappings tell.
import { type Principal, withoutPath } from "../base/ids.ts";
import { HOUR, type Instant } from "../base/time.ts";
import type { MappingPeriod } from "../history/mapping-period.ts";
import type { Surroundings } from "./sign-rule.ts";

/**
 * A mapping may be made between two captures and used at once. So a connection that was let in is judged when a later
 * capture shows whether a mapping was made, or, where none comes, after this long: two of the hourly scans.
 */
export const NEXT_CAPTURE_MS = 2 * HOUR;

export type MappingKnowledge = {
  readonly periods: readonly MappingPeriod[];
  /** When mappings were first read; null: never. */
  readonly firstCaptureAt: Instant | null;
  /** The newest capture that is known. */
  readonly lastCaptureAt: Instant | null;
  /** The mappings came without a time: no later capture will come. */
  readonly agesAssumed: boolean;
};

/** Answers for the moment `now`: nothing that was captured later counts. */
export const mappingStates = (known: MappingKnowledge): ((now: Instant) => Surroundings["mappingAt"]) => {
  const byIdentity = Map.groupBy(known.periods, ({ arn }) => withoutPath(arn));
  return (now) => (principal: Principal, at: Instant, outcome: "allowed" | "refused") => {
    const first = known.firstCaptureAt;
    if (first === null || at < first || now < first) return "unknown";
    const seen = (byIdentity.get(withoutPath(principal)) ?? []).filter(
      ({ firstSeenAt }) => firstSeenAt <= now,
    );
    if (
      seen.some(
        ({ firstSeenAt, goneAt }) => firstSeenAt <= at && (goneAt === null || goneAt > at || goneAt > now),
      )
    ) {
      return "mapped";
    }
    // Made or revoked somewhere between two captures: it may have stood.
    if (seen.some(({ notSeenAt, firstSeenAt }) => firstSeenAt > at && (notSeenAt ?? first) <= at))
      return "unknown";
    const isSettled = known.agesAssumed || (known.lastCaptureAt ?? 0) > at || now >= at + NEXT_CAPTURE_MS;
    if (outcome === "allowed" && !isSettled) return "unknown";
    return seen.some(({ firstSeenAt }) => firstSeenAt <= at) ? "revoked" : "never";
  };
};
