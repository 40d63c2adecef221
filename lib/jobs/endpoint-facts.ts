// What was counted and proven at one endpoint of a database: of a cluster itself, and of its peers in other Regions.

import type { Tally } from "../core/activity/activity.ts";
import type { ActivityIndex } from "../core/activity/activity-index.ts";
import { talliesBefore } from "../core/activity/tally.ts";
import { tallyColumns } from "../core/activity/tally-columns.ts";
import { HORIZON_DAYS } from "../core/anomaly/constants.ts";
import { dayNumber } from "../core/anomaly/day-figures.ts";
import { settledDay } from "../core/anomaly/surprise.ts";
import type { Cluster } from "../core/base/ids.ts";
import { DAY, floorTo, HOUR, type Instant, type Interval } from "../core/base/time.ts";
import { LIVE_SETTLE_MS, type OwnLogins, type PeerFacts } from "../core/findings/facts.ts";
import {
  EMPTY_LEDGER,
  growingLedger,
  holds,
  USE_DAYS,
  type UseLedger,
  usesSince,
} from "../core/findings/use-ledger.ts";
import type { MappingPeriod } from "../core/history/mapping-period.ts";
import { coverageEvidence } from "../queries/proven-hours.ts";
import type { ReadStore } from "../store/open-store.ts";

/** A cluster that sleeps is left alone for a day at most; later the missing proof is a gap, whatever it waits for. */
const LONGEST_SETTLE_MS = DAY + LIVE_SETTLE_MS;

/**
 * How much before `now` is not judged yet: proof of an hour takes an own login after it, and that login's way back. So
 * hours count as settled up to the last login that had the time to come back. `logins` by time.
 */
export const settleMsAfter = (logins: readonly { readonly at: Instant }[], now: Instant): number => {
  const last = logins.findLast(({ at }) => at >= now - LONGEST_SETTLE_MS && at <= now - LIVE_SETTLE_MS);
  return last ? now - last.at : LIVE_SETTLE_MS;
};

/** The same, for who has not read the logins. */
export const settleMsOf = async (store: ReadStore, cluster: Cluster, now: Instant): Promise<number> => {
  const interval = { from: now - LONGEST_SETTLE_MS, to: now - LIVE_SETTLE_MS };
  const { canaries } = await store.canaries.look(cluster, interval, now);
  return settleMsAfter(canaries, now);
};

/** How far back own logins are matched. */
const OWN_LOGIN_DAYS = 30;

/** Matched from an hour before on, so that no attempt and its login lie on two sides of where the look begins. */
export const ownLoginsOf = async (store: ReadStore, cluster: Cluster, now: Instant): Promise<OwnLogins> => {
  const from = now - OWN_LOGIN_DAYS * DAY;
  const all = await store.canaries.look(cluster, { from: from - HOUR, to: now }, now);
  const since = <T extends { readonly at: Instant }>(logins: readonly T[]) =>
    logins.filter(({ at }) => at >= from);
  return {
    from,
    canaries: since(all.canaries),
    missed: since(all.missed),
    surplus: since(all.surplus),
  };
};

const NO_END = Number.MAX_SAFE_INTEGER;

/** The tallies of whole days. `until`: the last of them ends there, and is read by the hour so that it can. */
async function* untilItsEnd(
  activity: ReadStore["activity"],
  cluster: Cluster,
  { from, to }: Interval,
  until: Instant,
): AsyncGenerator<readonly Tally[]> {
  const whole = Math.min(to, floorTo(DAY, until));
  for await (const { tallies } of activity.eachDay(cluster, { from, to: whole })) yield tallies;
  const rest = { from: Math.max(from, whole), to: Math.min(to, until) };
  for await (const { tallies } of activity.eachHour(cluster, rest)) yield talliesBefore(tallies, until);
}

/**
 * The newest uses up to the last day that is settled, from the ledger that is kept and the days since; from all days where
 * none holds. `isNew`: it is not what is kept.
 */
export const ledgerAt = async (
  { activity }: Pick<ReadStore, "activity">,
  ledgers: Pick<ReadStore["ledgers"], "newest">,
  cluster: Cluster,
  now: Instant,
  periods: readonly MappingPeriod[],
  until = NO_END,
): Promise<{ readonly ledger: UseLedger; readonly isNew: boolean }> => {
  const day = settledDay(now);
  const kept = await ledgers.newest(cluster, now);
  const base = kept && holds(kept, periods) ? kept : undefined;
  if (base && base.day >= day) return { ledger: base, isNew: false };
  const from = base ? base.day + 1 : day + 1 - USE_DAYS;
  const growing = growingLedger(base ?? EMPTY_LEDGER, day, periods);
  const days = { from: from * DAY, to: (day + 1) * DAY };
  for await (const tallies of untilItsEnd(activity, cluster, days, until)) growing.add(tallies);
  return { ledger: growing.grown(), isNew: true };
};

/**
 * What the store knows of activity: by the hour from `hourlyFrom` on, by the day before it. Read one after the other and
 * held as columns: a first look takes in four months of hours. `until`: what began later is left out.
 */
export const indexedActivity = async (
  { activity }: ReadStore,
  cluster: Cluster,
  { daysFrom, hourlyFrom, to }: Readonly<Record<"daysFrom" | "hourlyFrom" | "to", Instant>>,
  until = NO_END,
): Promise<ActivityIndex> => {
  const columns = tallyColumns();
  const days = { from: daysFrom, to: hourlyFrom };
  for await (const tallies of untilItsEnd(activity, cluster, days, until)) columns.add(tallies);
  for await (const { tallies } of activity.eachHour(cluster, { from: hourlyFrom, to: Math.min(to, until) }))
    columns.add(until < to ? talliesBefore(tallies, until) : tallies);
  return columns.index();
};

/** The uses through a peer, to be kept for the next look; `revision` of what was counted there before they were read. */
export type PeerLedger = {
  readonly peer: Cluster;
  readonly ledger: UseLedger;
  readonly revision: number;
};

export type PeerQuestion = {
  readonly cluster: Cluster;
  readonly now: Instant;
  /** Of the cluster itself: the peer has the same mappings, and they are judged by when this one's snapshots saw them. */
  readonly periods: readonly MappingPeriod[];
  /** For which proof is read. */
  readonly lookback: Interval;
  /** From when on connections are read one by one; earlier ones are known by the ledger. */
  readonly activityFrom: Instant;
};

/** What a judgement of `cluster` asks of one peer, or of one that was a peer `until` then; `kept` where its ledger is not what is kept. */
export const peerFacts = async (
  store: ReadStore,
  { cluster: peer, until }: Pick<PeerFacts, "cluster" | "until">,
  { cluster, now, periods, lookback, activityFrom }: PeerQuestion,
): Promise<{ readonly facts: PeerFacts; readonly kept: readonly PeerLedger[] }> => {
  const revision = await store.estates.revision(peer);
  const { ledger, isNew } = await ledgerAt(store, store.ledgers.ofPeer(cluster), peer, now, periods, until);
  const hourlyFrom = (ledger.day + 1) * DAY;
  // Who is a person is told by days: by those that are kept, else by those themselves.
  const estate = await store.estates.newest(peer, now);
  const told = ((estate?.day ?? dayNumber(now) - HORIZON_DAYS) + 1) * DAY;
  const [activity, evidence, ownLogins] = await Promise.all([
    indexedActivity(
      store,
      peer,
      {
        hourlyFrom,
        daysFrom: floorTo(DAY, Math.min(hourlyFrom, activityFrom, told)),
        to: now + HOUR,
      },
      until,
    ),
    coverageEvidence(store, peer, lookback, now),
    ownLoginsOf(store, peer, now),
  ]);
  const earlierUses = usesSince(ledger, dayNumber(now) - USE_DAYS);
  return {
    facts: {
      cluster: peer,
      ...(until !== undefined && { until }),
      ...(estate && { estate }),
      ...{ activity, earlierUses, ...evidence, ownLogins },
      settleMs: settleMsAfter(ownLogins.canaries, now),
    },
    kept: isNew ? [{ peer, ledger, revision }] : [],
  };
};
