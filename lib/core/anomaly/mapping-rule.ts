// The rule of signs that a connection came without a mapping: by a principal that never had one, or has none any more.
import { DAY } from "../base/time.ts";
import { STANDING_DAYS } from "./constants.ts";
import type { SignRule } from "./sign-rule.ts";

/** A fact about connections whose mapping was in this state; `says` ends the sentence "<principal> connected ...". */
export const mappingRule = (id: string, state: "revoked" | "never", says: string): SignRule => ({
  id,
  group: "mapping",
  measure: "fact",
  habitFree: true,
  reached: ({ principal, day, tallies }, own, { mappingAt, isMappedThroughout }) => {
    if (own.unmappedDays >= STANDING_DAYS) return [];
    // Nearly everybody is, and a running day is asked about again at every moment of it.
    if (isMappedThroughout?.(principal, { from: day * DAY, to: (day + 1) * DAY })) return [];
    const seen = tallies.filter(
      ({ action, firstAt, outcome }) =>
        action === "DbConnect" && mappingAt(principal, firstAt, outcome) === state,
    );
    if (!seen.length) return [];
    const refused = seen.every(({ outcome }) => outcome === "refused");
    return [
      {
        level: 1,
        firstAt: Math.min(...seen.map(({ firstAt }) => firstAt)),
        lastAt: Math.max(...seen.map(({ lastAt }) => lastAt)),
        eventIds: seen.map(({ firstEventId }) => firstEventId).slice(0, 5),
        what: `${refused ? "tried to connect" : "connected"} ${says}`,
        evidence: { connections: seen.reduce((sum, { count }) => sum + count, 0), refused },
      },
    ];
  },
});
