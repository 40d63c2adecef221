// The rule of signs that a connection came without a mapping: by a principal that never had one, or has none any more.
import type { Tally } from "../activity/activity.ts";
import { LONGEST_SESSION } from "../activity/session-end.ts";
import { DAY } from "../base/time.ts";
import { STANDING_DAYS } from "./constants.ts";
import { connectedOrTried } from "./in-words.ts";
import type { SignRule } from "./sign-rule.ts";

/** Whether a sign says that a principal was let in when no session of before its mapping was revoked could still be open. */
export const isAfterLastSession = ({
  evidence,
}: {
  readonly evidence: Readonly<Record<string, unknown>>;
}): boolean => evidence.afterLastSession === true;

/** A fact about connections whose mapping was in this state; `says` ends the sentence "<principal> connected ...". */
export const mappingRule = (id: string, state: "revoked" | "never", says: string): SignRule => ({
  id,
  group: "mapping",
  measure: "fact",
  habitFree: true,
  reached: ({ principal, day, tallies }, own, { mappingAt, isMappedThroughout }) => {
    // Nearly everybody is, and a running day is asked about again at every moment of it.
    if (isMappedThroughout?.(principal, { from: day * DAY, to: (day + 1) * DAY })) return [];
    const seen = tallies.filter(
      ({ action, firstAt, outcome }) =>
        action === "DbConnect" && mappingAt(principal, firstAt, outcome) === state,
    );
    const isLate = ({ outcome, lastAt }: Tally): boolean =>
      state === "revoked" &&
      outcome === "allowed" &&
      mappingAt(principal, lastAt - LONGEST_SESSION, outcome) === state;
    const afterLastSession = seen.some(isLate);
    // What stands for days is no event, but to be let in.
    if (!seen.length || (own.unmappedDays >= STANDING_DAYS && !afterLastSession)) return [];
    const { refused, did } = connectedOrTried(seen);
    return [
      {
        level: 1,
        firstAt: Math.min(...seen.map(({ firstAt }) => firstAt)),
        lastAt: Math.max(...seen.map(({ lastAt }) => lastAt)),
        eventIds: seen.map(({ firstEventId }) => firstEventId).slice(0, 5),
        what: `${did} ${says}${afterLastSession ? ", after the last possible end of any session from before" : ""}`,
        evidence: {
          connections: seen.reduce((sum, { count }) => sum + count, 0),
          refused,
          ...(afterLastSession && { afterLastSession }),
        },
      },
    ];
  },
});
