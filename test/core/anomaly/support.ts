// Small estates for tests of the measure of surprise.
import type { Tally } from "../../../lib/core/activity/activity.ts";
import { activityIndex } from "../../../lib/core/activity/activity-index.ts";
import { EMPTY_ESTATE } from "../../../lib/core/anomaly/estate.ts";
import type { SurpriseFacts } from "../../../lib/core/anomaly/surprise.ts";
import { Principal } from "../../../lib/core/base/ids.ts";
import { DAY, HOUR, type Instant } from "../../../lib/core/base/time.ts";

export const START: Instant = Date.UTC(2026, 4, 4);
export const role = (name: string): Principal => Principal.parse(`arn:aws:iam::111122223333:role/${name}`);

let made = 0;
export const tally = (by: string, at: Instant, more: Partial<Tally> = {}): Tally => ({
  principal: role(by),
  action: "DbConnect",
  outcome: "allowed",
  network: "52.10.1.0/24",
  client: "aurora-dsql-nodejs-pg/0.1.9",
  session: "app-*",
  role: "",
  count: 1,
  firstAt: at,
  lastAt: at,
  firstEventId: `event-${made++}`,
  ...more,
});

/** `count` connections at ten o'clock of each of `days` days. */
export const steady = (by: string, days: number, more: Partial<Tally> = {}, from = 0): Tally[] =>
  Array.from({ length: days }, (_, day) => tally(by, START + (from + day) * DAY + 10 * HOUR, more));

const daysOf = (tallies: readonly Tally[]): Pick<SurpriseFacts, "days" | "talliesOn"> => {
  const { days, talliesOn } = activityIndex([{ tallies }]);
  return { days: days(), talliesOn };
};

export const surpriseFacts = (
  tallies: readonly Tally[],
  more: Partial<SurpriseFacts> = {},
): SurpriseFacts => ({
  estate: EMPTY_ESTATE,
  ...daysOf(tallies),
  clusterAccount: "111122223333",
  auditor: null,
  isWatched: () => true,
  falseFindingsPerWeek: 1,
  mappingStates: () => () => "mapped",
  acknowledged: [],
  ...more,
});
