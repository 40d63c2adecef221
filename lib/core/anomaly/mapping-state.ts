// Whether a mapping named a principal when it connected, as far as captures of the mappings tell.
import { type Principal, withoutPath } from "../base/ids.ts";
import { lazily } from "../base/lazily.ts";
import { HOUR, type Instant } from "../base/time.ts";
import type { MappingPeriod } from "../history/mapping-period.ts";
import { mappedTo, namesOne } from "../iam/mapped-to.ts";
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

/** The mappings of an identity; a replay asks for every connection of a day at every step: nothing is worked out twice. */
const periodsByPrincipal = (
  periods: readonly MappingPeriod[],
): ((principal: Principal) => readonly MappingPeriod[]) => {
  const byIdentity = Map.groupBy(periods, ({ arn }) => withoutPath(arn));
  return lazily((principal) => byIdentity.get(withoutPath(principal)) ?? []);
};

/** Whether one mapping is known to have stood all through a stretch, by what is known at `now`. */
export const standingMappings = ({
  periods,
  firstCaptureAt: first,
}: MappingKnowledge): ((now: Instant) => NonNullable<Surroundings["isMappedThroughout"]>) => {
  const periodsOf = periodsByPrincipal(periods);
  return (now) =>
    (principal, { from, to }) =>
      first !== null &&
      from >= first &&
      now >= first &&
      periodsOf(principal).some(
        ({ firstSeenAt, goneAt }) =>
          firstSeenAt <= now && firstSeenAt <= from && (goneAt === null || goneAt >= to || goneAt > now),
      );
};

/** Those to a pattern, an account or a session that may name the principal: whether Aurora DSQL takes them nobody knows. */
const periodsPerhaps = (
  periods: readonly MappingPeriod[],
): ((principal: Principal) => readonly MappingPeriod[]) => {
  const loose = periods.filter(({ arn }) => !namesOne(arn));
  return lazily((principal) => loose.filter(({ arn }) => mappedTo(arn, principal) === "maybe"));
};

/** Answers for the moment `now`: nothing that was captured later counts. */
export const mappingStates = (known: MappingKnowledge): ((now: Instant) => Surroundings["mappingAt"]) => {
  const periodsOf = periodsByPrincipal(known.periods);
  const perhapsOf = periodsPerhaps(known.periods);
  const first = known.firstCaptureAt;
  return (now) => (principal: Principal, at: Instant, outcome: "allowed" | "refused") => {
    if (first === null || at < first || now < first) return "unknown";
    let mayHaveStood = false;
    let stood = false;
    for (const { firstSeenAt, notSeenAt, goneAt } of periodsOf(principal)) {
      if (firstSeenAt > now) continue;
      if (firstSeenAt <= at) {
        if (goneAt === null || goneAt > at || goneAt > now) return "mapped";
        stood = true;
        // Made somewhere between two captures: it may have stood.
      } else if ((notSeenAt ?? first) <= at) mayHaveStood = true;
    }
    const stoodPerhaps = perhapsOf(principal).some(
      ({ firstSeenAt, notSeenAt, goneAt }) =>
        firstSeenAt <= now && (notSeenAt ?? first) <= at && (goneAt === null || goneAt > at || goneAt > now),
    );
    if (mayHaveStood || stoodPerhaps) return "unknown";
    const isSettled = known.agesAssumed || (known.lastCaptureAt ?? 0) > at || now >= at + NEXT_CAPTURE_MS;
    if (outcome === "allowed" && !isSettled) return "unknown";
    return stood ? "revoked" : "never";
  };
};
