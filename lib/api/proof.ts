// For which hours of a stretch capture is proven, as a judgement sees it: what a stopped trail puts in doubt is no proof.
import { activityIndex } from "../core/activity/activity-index.ts";
import type { Cluster } from "../core/base/ids.ts";
import { DAY, floorTo, HOUR, type Instant, type Interval } from "../core/base/time.ts";
import type { Coverage } from "../core/coverage/coverage.ts";
import { withoutDoubts } from "../core/coverage/covered-hours.ts";
import { doubtsOfTrails } from "../core/coverage/management-event.ts";
import { type Uncovered, uncoveredOf } from "../core/coverage/uncovered.ts";
import type { QueryDeps } from "./deps.ts";

/** A trail that was stopped this long ago and never started again still leaves the hours of today in doubt. */
const LOOKBACK_DAYS = 400;
/** Younger activity is looked at by the hour, older by the day. */
const HOURLY_DAYS = 2;

export type Proof = { readonly covered: Coverage; readonly uncovered: Uncovered };

/** The first connection after an instant, as far as hours and days tell: some trail took it. */
const aliveAfter = async (
  { activity, now }: QueryDeps,
  cluster: Cluster,
  from: Instant,
): Promise<(at: Instant) => Instant | undefined> => {
  const hourlyFrom = Math.max(floorTo(DAY, from), floorTo(DAY, now - HOURLY_DAYS * DAY));
  const [days, hours] = await Promise.all([
    activity.days(cluster, { from: floorTo(DAY, from), to: hourlyFrom }),
    activity.hours(cluster, { from: hourlyFrom, to: now + HOUR }),
  ]);
  const index = activityIndex([...days, ...hours]);
  return (at) => index.talliesIn({ from: at + 1, to: now })[0]?.lastAt;
};

/** What is proven of the stretch. Activity is asked for only where a trail was touched at all. */
export const proofIn = async (deps: QueryDeps, cluster: Cluster, interval: Interval): Promise<Proof> => {
  const { now } = deps;
  const from = Math.max(0, Math.min(interval.from, now - LOOKBACK_DAYS * DAY));
  const [covered, events] = await Promise.all([
    deps.activity.coverage(cluster, interval),
    deps.trailEvents(cluster, { from, to: now }),
  ]);
  const [first] = events;
  const alive = first && (await aliveAfter(deps, cluster, first.at));
  const doubts = doubtsOfTrails(events, now, alive).filter(
    (doubt) => doubt.from < interval.to && doubt.to > interval.from,
  );
  return { covered: withoutDoubts(covered, doubts), uncovered: uncoveredOf(covered, doubts) };
};
