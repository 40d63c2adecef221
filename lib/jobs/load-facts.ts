// Gathers what a judgement of one cluster rests on: its newest snapshot, mapping periods, activity and coverage.
import { activityIndex } from "../core/activity/activity-index.ts";
import { HORIZON_DAYS } from "../core/anomaly/constants.ts";
import { dayNumber } from "../core/anomaly/day-figures.ts";
import { EMPTY_ESTATE } from "../core/anomaly/estate.ts";
import type { Acknowledged } from "../core/anomaly/surprise.ts";
import type { Cluster, Principal } from "../core/base/ids.ts";
import { DAY, floorTo, HOUR, type Instant } from "../core/base/time.ts";
import { lastMatched } from "../core/findings/exemption.ts";
import { type Facts, LIVE_SETTLE_MS, type OwnLogins, type RecentChanges } from "../core/findings/facts.ts";
import type { Finding } from "../core/findings/finding.ts";
import type { Archetype } from "../core/privileges/archetype.ts";
import { coverageEvidence } from "../queries/proven-hours.ts";
import type { ReadStore } from "../store/open-store.ts";

/** How far back activity is looked at: as long as slots are kept, so that "never" has its longest meaning. */
const LOOKBACK_DAYS = 400;
/** Younger activity is read by the hour, so that an episode's hours are known; older by the day. */
const HOURLY_DAYS = 2;
/** How far back habits are worked out where none are kept: their horizon, and a month that they rest on. */
const FIRST_DAYS = HORIZON_DAYS + 30;
/** How far back own logins are matched. */
const OWN_LOGIN_DAYS = 30;

export type FactOptions = {
  readonly auditor?: Principal | undefined;
  readonly archetypes?: Readonly<Record<string, Archetype>>;
  readonly settleMs?: number;
  /** The budget of false findings of unusual connections a week, for people and for machines each. */
  readonly falseFindingsPerWeek?: number | undefined;
};

/** A cluster that sleeps is left alone for a day at most; later the missing proof is a gap, whatever it waits for. */
const LONGEST_SETTLE_MS = DAY + LIVE_SETTLE_MS;

/**
 * How much before `now` is not judged yet: proof of an hour takes an own login after it, and that login's way back. So
 * hours count as settled up to the last login that had the time to come back. `logins` by time.
 */
const settleMsAfter = (logins: readonly { readonly at: Instant }[], now: Instant): number => {
  const last = logins.findLast(({ at }) => at >= now - LONGEST_SETTLE_MS && at <= now - LIVE_SETTLE_MS);
  return last ? now - last.at : LIVE_SETTLE_MS;
};

/** The same, for who has not read the logins. */
export const settleMsOf = async (store: ReadStore, cluster: Cluster, now: Instant): Promise<number> => {
  const interval = { from: now - LONGEST_SETTLE_MS, to: now - LIVE_SETTLE_MS };
  const { canaries } = await store.canaries.look(cluster, interval, now);
  return settleMsAfter(canaries, now);
};

/** Matched from an hour before on, so that no attempt and its login lie on two sides of where the look begins. */
const ownLoginsOf = async (store: ReadStore, cluster: Cluster, now: Instant): Promise<OwnLogins> => {
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

/** An episode that somebody vouched for; nothing for any other finding. */
const acknowledgedEpisode = ({
  life,
  status,
  subject,
  firstSeenAt,
  lastSeenAt,
  confirmedAt,
}: Finding): Acknowledged[] =>
  life === "episode" && status === "acknowledged" && subject.principal !== undefined
    ? [{ principal: subject.principal, from: firstSeenAt, to: lastSeenAt, at: confirmedAt }]
    : [];

/** Read only where there is a newer snapshot than the one judged before: most looks have none. */
const changesSince = async (
  store: ReadStore,
  cluster: Cluster,
  judgedBefore: Instant | null,
  takenAt: Instant,
): Promise<RecentChanges | undefined> =>
  judgedBefore === null || judgedBefore >= takenAt
    ? undefined
    : {
        from: judgedBefore,
        to: takenAt,
        changes: await Array.fromAsync(store.snapshots.changes(cluster, judgedBefore, takenAt)),
      };

/** The facts of one cluster as of `now`. Activity is as of its last fold. */
export const loadFacts = async (
  store: ReadStore,
  cluster: Cluster,
  now: Instant,
  { auditor, archetypes = {}, settleMs, falseFindingsPerWeek }: FactOptions = {},
): Promise<Facts> => {
  const { snapshots, activity } = store;
  const lookback = { from: now - LOOKBACK_DAYS * DAY, to: now + HOUR };
  const estate = (await store.estates.newest(cluster, now)) ?? {
    ...EMPTY_ESTATE,
    day: dayNumber(now) - FIRST_DAYS,
  };
  const sinceEstate = ((estate.day ?? 0) + 1) * DAY;
  const hourlyFrom = Math.min(sinceEstate, floorTo(DAY, now - HOURLY_DAYS * DAY));
  const [snapshot, history, days, hours, findings, lastLook, ownLogins, captureCheck, kept, exemptions] =
    await Promise.all([
      snapshots.asOf(cluster, now),
      snapshots.mappingHistory(cluster, now),
      activity.days(cluster, { from: lookback.from, to: hourlyFrom }),
      activity.hours(cluster, { from: hourlyFrom, to: lookback.to }),
      store.findings.list(cluster),
      store.findings.lastLook(cluster),
      ownLoginsOf(store, cluster, now),
      store.captureChecks.last(cluster),
      store.baselines.read(cluster),
      store.findings.exemptions(cluster),
    ]);
  const matched = lastMatched(exemptions, findings, now);
  // A look that came later knows what was not known yet.
  const judgedBefore = lastLook && lastLook.at <= now ? lastLook.snapshotAt : null;
  const index = activityIndex([...days, ...hours]);
  const { coverage, doubts } = await coverageEvidence(
    store,
    cluster,
    lookback,
    now,
    (at) => index.talliesIn({ from: at + 1, to: now })[0]?.lastAt,
  );
  return {
    cluster,
    now,
    live: true,
    snapshot: snapshot
      ? {
          catalog: snapshot.catalog,
          takenAt: snapshot.manifest.takenAt,
          seq: snapshot.manifest.seq,
          judgedBefore,
        }
      : null,
    recentChanges: snapshot && (await changesSince(store, cluster, judgedBefore, snapshot.manifest.takenAt)),
    firstSnapshotAt: history.firstReadAt,
    mappingPeriods: history.periods,
    activity: index,
    estate,
    ...(falseFindingsPerWeek !== undefined && { falseFindingsPerWeek }),
    acknowledged: findings.flatMap(acknowledgedEpisode),
    coverage,
    doubts,
    captureExpectedFrom: history.firstReadAt,
    settleMs: settleMs ?? settleMsAfter(ownLogins.canaries, now),
    archetypes,
    baseline: kept && kept.at <= now ? kept.baseline : undefined,
    auditor: auditor ?? null,
    ownLogins,
    exemptions: exemptions.map((exemption) => ({
      exemption,
      lastMatchedAt: matched.get(exemption.key) ?? null,
    })),
    captureCheck: captureCheck && captureCheck.at <= now ? captureCheck : undefined,
  };
};
