// For which hours of a stretch capture is proven: the one computation that judgements, answers and reports share.
import { activityIndex } from "../core/activity/activity-index.ts";
import type { Cluster } from "../core/base/ids.ts";
import { DAY, floorTo, HOUR, type Instant, type Interval } from "../core/base/time.ts";
import type { Coverage, Doubt } from "../core/coverage/coverage.ts";
import { scopeOfCluster } from "../core/coverage/coverage-scope.ts";
import { withoutDoubts } from "../core/coverage/covered-hours.ts";
import { doubtsOfTrails } from "../core/coverage/management-event.ts";
import { type Uncovered, uncoveredOf } from "../core/coverage/uncovered.ts";
import type { ReadStore } from "../store/open-store.ts";

/** A trail that was stopped this long ago and never started again still leaves the hours of today in doubt. */
const LOOKBACK_DAYS = 400;
/** Younger activity is looked at by the hour, older by the day. */
const HOURLY_DAYS = 2;

type Evidence = {
  /** Hours with a proof, whatever was found against it since. */
  readonly coverage: Coverage;
  /** What takes proof away: trails that were stopped or changed, and what was noted of files, calls and trails. */
  readonly doubts: readonly Doubt[];
};

/** Tells the first connection after an instant; `undefined`: none is known. */
type AliveAfter = (at: Instant) => Instant | undefined;

/** The same from the store, as far as hours and days tell: some trail took that connection. */
const aliveAfter = async (
  { activity }: ReadStore,
  cluster: Cluster,
  from: Instant,
  now: Instant,
): Promise<AliveAfter> => {
  const hourlyFrom = Math.max(floorTo(DAY, from), floorTo(DAY, now - HOURLY_DAYS * DAY));
  const [days, hours] = await Promise.all([
    activity.days(cluster, { from: floorTo(DAY, from), to: hourlyFrom }),
    activity.hours(cluster, { from: hourlyFrom, to: now + HOUR }),
  ]);
  const index = activityIndex([...days, ...hours]);
  return (at) => index.talliesIn({ from: at + 1, to: now })[0]?.lastAt;
};

/** Proofs and doubts of a stretch as they are known. `alive`: for who has the activity at hand already. */
export const coverageEvidence = async (
  store: ReadStore,
  cluster: Cluster,
  interval: Interval,
  now: Instant,
  alive?: AliveAfter,
): Promise<Evidence> => {
  const from = Math.max(0, Math.min(interval.from, now - LOOKBACK_DAYS * DAY));
  const [coverage, events, noted] = await Promise.all([
    store.activity.coverage(cluster, interval),
    store.trailEvents.within(scopeOfCluster(cluster) ?? cluster, { from, to: now }),
    store.doubts.within(cluster, interval),
  ]);
  const [first] = events;
  // Activity is asked for only where a trail was touched at all.
  const ofTrails = first
    ? doubtsOfTrails(events, now, alive ?? (await aliveAfter(store, cluster, first.at, now)))
    : [];
  const doubts = [...ofTrails, ...noted].filter(
    (doubt) => doubt.from < interval.to && doubt.to > interval.from,
  );
  return { coverage, doubts };
};

export type ProvenHours = {
  /** Sorted stretches of whole hours that no doubt touches, each with its strongest proof. */
  readonly covered: Coverage;
  readonly uncovered: Uncovered;
};

/** What is proven of the stretch as of `now`. */
export const provenHours = async (
  store: ReadStore,
  cluster: Cluster,
  interval: Interval,
  now: Instant,
): Promise<ProvenHours> => {
  const { coverage, doubts } = await coverageEvidence(store, cluster, interval, now);
  return { covered: withoutDoubts(coverage, doubts), uncovered: uncoveredOf(coverage, doubts) };
};
