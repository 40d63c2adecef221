// Ledgers of uses made at once of tallies that are at hand, which come to them one by one.
import type { Tally } from "../../lib/core/activity/activity.ts";
import { EMPTY_LEDGER, growingLedger, type UseLedger } from "../../lib/core/findings/use-ledger.ts";
import type { MappingPeriod } from "../../lib/core/history/mapping-period.ts";

/** The same ledger up to a later day, from the tallies of the days since. */
export const extended = (
  ledger: UseLedger,
  day: number,
  tallies: Iterable<Tally>,
  periods: readonly MappingPeriod[],
): UseLedger => {
  const growing = growingLedger(ledger, day, periods);
  for (const tally of tallies) growing.add([tally]);
  return growing.grown();
};

/** The ledger of days that were added up: `tallies` of whole days, none after `day`. */
export const useLedger = (
  day: number,
  tallies: Iterable<Tally>,
  periods: readonly MappingPeriod[],
): UseLedger => extended(EMPTY_LEDGER, day, tallies, periods);
