// For which hours of a stretch capture is proven at one endpoint: the one computation that judgements, answers and reports share.
import type { Cluster } from "../core/base/ids.ts";
import { DAY, floorTo, HOUR, type Instant, type Interval } from "../core/base/time.ts";
import type { Coverage, Doubt } from "../core/coverage/coverage.ts";
import { scopeOfCluster } from "../core/coverage/coverage-scope.ts";
import { withoutDoubts } from "../core/coverage/covered-hours.ts";
import { doubtsOfTrails, endsOf } from "../core/coverage/management-event.ts";
import { type Uncovered, uncoveredOf } from "../core/coverage/uncovered.ts";
import type { ReadStore } from "../store/open-store.ts";

/** A trail that was stopped this long ago and never started again still leaves the hours of today in doubt. */
const LOOKBACK_DAYS = 400;
type Evidence = {
  /** Hours with a proof, whatever was found against it since. */
  readonly coverage: Coverage;
  /** What takes proof away: trails that were stopped or changed, and what was noted of files, calls and trails. */
  readonly doubts: readonly Doubt[];
};

type ProofStores = Pick<ReadStore, "activity" | "trailEvents" | "doubts">;

/**
 * For each end of capture the first connection after it: some trail took that one. Asked of the store only as often as
 * connections came in between.
 */
const aliveAfter = async (
  { activity }: Pick<ReadStore, "activity">,
  cluster: Cluster,
  ends: readonly Instant[],
  now: Instant,
): Promise<(at: Instant) => Instant | undefined> => {
  const known = new Map<Instant, Instant | undefined>();
  let last: Instant | undefined = Number.NEGATIVE_INFINITY;
  for (const at of ends.toSorted((a, b) => a - b)) {
    if (last !== undefined && last <= at) last = await activity.firstAfter(cluster, at, now);
    known.set(at, last);
  }
  return (at) => known.get(at);
};

/** The hours that the stretch begins and ends in as wholes: what casts doubt on a part of one casts doubt on all of it. */
const wholeHours = ({ from, to }: Interval): Interval => ({
  from: floorTo(HOUR, from),
  to: floorTo(HOUR, to + HOUR - 1),
});

/** Proofs and doubts of a stretch, begun hours included, as they are known. */
export const coverageEvidence = async (
  store: ProofStores,
  cluster: Cluster,
  stretch: Interval,
  now: Instant,
): Promise<Evidence> => {
  const interval = wholeHours(stretch);
  const from = Math.max(0, Math.min(interval.from, now - LOOKBACK_DAYS * DAY));
  const [coverage, events, noted] = await Promise.all([
    store.activity.coverage(cluster, interval),
    store.trailEvents.within(scopeOfCluster(cluster) ?? cluster, { from, to: now }),
    store.doubts.within(cluster, interval),
  ]);
  const alive = await aliveAfter(store, cluster, endsOf(events), now);
  const ofTrails = doubtsOfTrails(events, now, alive);
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
  store: ProofStores,
  cluster: Cluster,
  interval: Interval,
  now: Instant,
): Promise<ProvenHours> => {
  const { coverage, doubts } = await coverageEvidence(store, cluster, interval, now);
  return { covered: withoutDoubts(coverage, doubts), uncovered: uncoveredOf(coverage, doubts) };
};
