// Mappings that were taken away lately: until when a session from before could last, and who connected after that.
import { lastSessionEnd, lastTokenEnd } from "../core/activity/session-end.ts";
import { withoutPath } from "../core/base/ids.ts";
import { DAY, type Instant } from "../core/base/time.ts";
import { DORMANT_DAYS } from "../core/findings/dormant-window.ts";
import type { Facts } from "../core/findings/facts.ts";
import type { AuditView } from "../core/findings/view.ts";
import type { MappingPeriod } from "../core/history/mapping-period.ts";
import type { ReportRevoked } from "../report/report-data.ts";

/** As far back as verdicts on mappings look by default. */
const LOOKBACK_DAYS = DORMANT_DAYS;

/** Whether another mapping of the identity stood at any time after this one was gone. */
const hasOther = (gone: MappingPeriod, periods: readonly MappingPeriod[]): boolean =>
  periods.some(
    (other) =>
      other !== gone &&
      withoutPath(other.arn) === withoutPath(gone.arn) &&
      (other.goneAt === null || other.goneAt > (gone.goneAt ?? 0)),
  );

/** Newest first; null where mappings were never read by `at`. */
export const revokedMappings = (
  { mappingPeriods, firstSnapshotAt }: Facts,
  view: AuditView,
  at: Instant,
): ReportRevoked[] | null => {
  if (firstSnapshotAt === null) return null;
  return mappingPeriods
    .flatMap((period): ReportRevoked[] => {
      const { arn, roleName, lastSeenAt, goneAt } = period;
      if (goneAt === null || goneAt > at || goneAt < at - LOOKBACK_DAYS * DAY) return [];
      const sessionEnd = lastSessionEnd(goneAt);
      const since = { from: Math.min(sessionEnd, at), to: at };
      const mine = [view.activity, ...view.activity.peers]
        .flatMap(({ principals, talliesWithin }) =>
          principals
            .filter((principal) => withoutPath(principal) === withoutPath(arn))
            .flatMap((principal) => talliesWithin(principal, { from: since.from, to: at + 1 })),
        )
        .filter(({ action, lastAt }) => action === "DbConnect" && lastAt > sessionEnd);
      const count = (outcome: "allowed" | "refused"): number =>
        mine.filter((one) => one.outcome === outcome).reduce((sum, one) => sum + one.count, 0);
      return [
        {
          principal: arn,
          role: roleName,
          after: lastSeenAt,
          by: goneAt,
          sessionEnd,
          tokenEnd: lastTokenEnd(goneAt),
          allowed: count("allowed"),
          refused: count("refused"),
          hasOther: hasOther(period, mappingPeriods),
          unprovenHours: view.coverage.database.uncovered.hoursIn(since),
        },
      ];
    })
    .toSorted((a, b) => b.by - a.by);
};
