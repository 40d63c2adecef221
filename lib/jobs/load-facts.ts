// Gathers what a judgement of one cluster rests on: its newest snapshot, mapping periods, activity and coverage.
import type { ActivityIndex } from "../core/activity/activity-index.ts";
import { tallyColumns } from "../core/activity/tally-columns.ts";
import { HORIZON_DAYS } from "../core/anomaly/constants.ts";
import { dayNumber } from "../core/anomaly/day-figures.ts";
import { EMPTY_ESTATE } from "../core/anomaly/estate.ts";
import { type Acknowledged, settledDay } from "../core/anomaly/surprise.ts";
import { auditorIn } from "../core/base/auditor-in.ts";
import type { Cluster, Principal } from "../core/base/ids.ts";
import { DAY, floorTo, HOUR, type Instant, type Interval } from "../core/base/time.ts";
import { type Exemption, lastMatched } from "../core/findings/exemption.ts";
import {
  type ExemptionUse,
  type Facts,
  LIVE_SETTLE_MS,
  type OwnLogins,
  type RecentChanges,
} from "../core/findings/facts.ts";
import type { Finding } from "../core/findings/finding.ts";
import {
  EMPTY_LEDGER,
  growingLedger,
  holds,
  USE_DAYS,
  type UseLedger,
  usesSince,
} from "../core/findings/use-ledger.ts";
import type { MappingPeriod } from "../core/history/mapping-period.ts";
import type { Archetype } from "../core/privileges/archetype.ts";
import { coverageEvidence } from "../queries/proven-hours.ts";
import type { FindingsRead } from "../store/findings/findings.ts";
import type { ReadStore } from "../store/open-store.ts";

/** How far back coverage and uses are looked at: as long as slots are kept, so that "never" has its longest meaning. */
const LOOKBACK_DAYS = USE_DAYS;
/** How far back habits are worked out where none are kept: their horizon, and a month that they rest on. */
const FIRST_DAYS = HORIZON_DAYS + 30;
/** How far back own logins are matched. */
const OWN_LOGIN_DAYS = 30;

export type FactOptions = {
  /** The role of the snapshot function, of whichever account the cluster is. */
  readonly auditor?: Principal | undefined;
  readonly archetypes?: Readonly<Record<string, Archetype>>;
  readonly settleMs?: number;
  /** The budget of false findings of unusual connections a week, for people and for machines each. */
  readonly falseFindingsPerWeek?: number | undefined;
  /** `all`: the activity of all days, for who shows it. Judgements come out the same with what they need of it. */
  readonly activity?: "needed" | "all";
};

/** The facts, with what may be kept so that the next look need not work it out again. */
export type Loaded = {
  readonly facts: Facts;
  readonly ledger: UseLedger | undefined;
  /** As they were read, for the change that the judgement makes to them. */
  readonly findings: FindingsRead;
  readonly exemptions: readonly Exemption[];
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

/**
 * The newest uses up to the last day that is settled, from the ledger that is kept and the days since; from all days where
 * none holds. `isNew`: it is not what is kept.
 */
const ledgerAt = async (
  store: ReadStore,
  cluster: Cluster,
  now: Instant,
  periods: readonly MappingPeriod[],
): Promise<{ readonly ledger: UseLedger; readonly isNew: boolean }> => {
  const day = settledDay(now);
  const kept = await store.ledgers.newest(cluster, now);
  const base = kept && holds(kept, periods) ? kept : undefined;
  if (base && base.day >= day) return { ledger: base, isNew: false };
  const from = base ? base.day + 1 : day + 1 - USE_DAYS;
  const growing = growingLedger(base ?? EMPTY_LEDGER, day, periods);
  for await (const { tallies } of store.activity.eachDay(cluster, { from: from * DAY, to: (day + 1) * DAY }))
    growing.add(tallies);
  return { ledger: growing.grown(), isNew: true };
};

/**
 * What the store knows of activity: by the hour from `hourlyFrom` on, by the day before it. Read one after the other and
 * held as columns: a first look takes in four months of hours.
 */
export const indexedActivity = async (
  { activity }: ReadStore,
  cluster: Cluster,
  { daysFrom, hourlyFrom, to }: Readonly<Record<"daysFrom" | "hourlyFrom" | "to", Instant>>,
): Promise<ActivityIndex> => {
  const columns = tallyColumns();
  for await (const { tallies } of activity.eachDay(cluster, { from: daysFrom, to: hourlyFrom }))
    columns.add(tallies);
  for await (const { tallies } of activity.eachHour(cluster, { from: hourlyFrom, to })) columns.add(tallies);
  return columns.index();
};

/** The facts of one cluster as of `now`. Activity is as of its last fold. */
export const loadFacts = async (
  store: ReadStore,
  cluster: Cluster,
  now: Instant,
  options: FactOptions = {},
): Promise<Facts> => (await loadAll(store, cluster, now, options)).facts;

/** All that the facts of a cluster rest on, in one go; the longest of the reads is what it takes. */
const readAll = async (store: ReadStore, cluster: Cluster, now: Instant, lookback: Interval) => {
  const { snapshots, findings } = store;
  const [
    estate,
    snapshot,
    history,
    found,
    lastLook,
    ownLogins,
    captureCheck,
    asleep,
    unchosen,
    baseline,
    exemptions,
    evidence,
  ] = await Promise.all([
    store.estates.newest(cluster, now),
    snapshots.asOf(cluster, now),
    snapshots.mappingHistory(cluster, now),
    findings.read(cluster),
    findings.lastLook(cluster),
    ownLoginsOf(store, cluster, now),
    store.captureChecks.last(cluster),
    store.sleeps.last(cluster),
    store.unchosen.last(cluster),
    store.baselines.read(cluster),
    findings.exemptions(cluster),
    coverageEvidence(store, cluster, lookback, now),
  ]);
  // A look that came later knows what was not known yet.
  const judgedBefore = lastLook && lastLook.at <= now ? lastLook.snapshotAt : null;
  return {
    ...{ estate, snapshot, history, findings: found, judgedBefore, ownLogins, exemptions, evidence },
    captureCheck: captureCheck && captureCheck.at <= now ? captureCheck : undefined,
    asleep: asleep && asleep.at <= now ? asleep : undefined,
    unchosen: unchosen && unchosen.at <= now ? unchosen : undefined,
    baseline: baseline && baseline.at <= now ? baseline.baseline : undefined,
  };
};

/** Each with the time when it last accepted something; null: never. */
const exemptionUses = (
  exemptions: readonly Exemption[],
  findings: readonly Finding[],
  now: Instant,
): readonly ExemptionUse[] => {
  const matched = lastMatched(exemptions, findings, now);
  return exemptions.map((exemption) => ({
    exemption,
    lastMatchedAt: matched.get(exemption.key) ?? null,
  }));
};

/** The same, for who keeps what was worked out on the way. */
export const loadAll = async (
  store: ReadStore,
  cluster: Cluster,
  now: Instant,
  { auditor, archetypes = {}, settleMs, falseFindingsPerWeek, activity = "needed" }: FactOptions = {},
): Promise<Loaded> => {
  const lookback = { from: now - LOOKBACK_DAYS * DAY, to: now + HOUR };
  const read = await readAll(store, cluster, now, lookback);
  const { snapshot, history, findings, ownLogins, exemptions, judgedBefore } = read;
  const known = [...findings.values()].map(({ finding }) => finding);
  const takenAt = snapshot?.manifest.takenAt;
  const estate = read.estate ?? { ...EMPTY_ESTATE, day: dayNumber(now) - FIRST_DAYS };
  const { ledger, isNew } = await ledgerAt(store, cluster, now, history.periods);
  const hourlyFrom = (Math.min(estate.day ?? 0, ledger.day) + 1) * DAY;
  // What came since the last snapshot is counted, and who was connected since the one that was judged before it, however long
  // ago that was: a session lasts an hour.
  const daysFrom =
    activity === "all" ? lookback.from : Math.min(hourlyFrom, takenAt ?? now, (judgedBefore ?? now) - HOUR);
  const facts: Facts = {
    cluster,
    now,
    live: true,
    snapshot: snapshot
      ? {
          catalog: snapshot.catalog,
          takenAt: snapshot.manifest.takenAt,
          seq: snapshot.manifest.seq,
          judgedBefore,
          ...(snapshot.manifest.meta.asAdmin && { asAdmin: snapshot.manifest.meta.asAdmin }),
        }
      : null,
    recentChanges:
      takenAt === undefined ? undefined : await changesSince(store, cluster, judgedBefore, takenAt),
    firstSnapshotAt: history.firstReadAt,
    mappingPeriods: history.periods,
    activity: await indexedActivity(store, cluster, {
      hourlyFrom,
      daysFrom: floorTo(DAY, daysFrom),
      to: now + HOUR,
    }),
    earlierUses: usesSince(ledger, dayNumber(now) - USE_DAYS),
    estate,
    ...(falseFindingsPerWeek !== undefined && { falseFindingsPerWeek }),
    acknowledged: known.flatMap(acknowledgedEpisode),
    ...read.evidence,
    captureExpectedFrom: history.firstReadAt,
    settleMs: settleMs ?? settleMsAfter(ownLogins.canaries, now),
    archetypes,
    baseline: read.baseline,
    auditor: auditor === undefined ? null : auditorIn(auditor, cluster),
    ownLogins,
    exemptions: exemptionUses(exemptions, known, now),
    captureCheck: read.captureCheck,
    asleep: read.asleep,
    unchosen: read.unchosen,
  };
  return { facts, ledger: isNew ? ledger : undefined, findings, exemptions };
};
