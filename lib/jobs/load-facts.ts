// Gathers what a judgement of one cluster rests on: its newest snapshot, mapping periods, activity and coverage.
import { HORIZON_DAYS } from "../core/anomaly/constants.ts";
import { dayNumber } from "../core/anomaly/day-figures.ts";
import { EMPTY_ESTATE } from "../core/anomaly/estate.ts";
import type { Acknowledged } from "../core/anomaly/moving-context.ts";
import { auditorIn } from "../core/base/auditor-in.ts";
import type { Cluster, Principal } from "../core/base/ids.ts";
import { DAY, floorTo, HOUR, type Instant, type Interval } from "../core/base/time.ts";
import type { Baseline } from "../core/baseline/baseline.ts";
import { peersIn, peersSince } from "../core/catalog/peers.ts";
import { type Exemption, lastMatched } from "../core/findings/exemption.ts";
import type { ExemptionUse, Facts, RecentChanges } from "../core/findings/facts.ts";
import type { Finding } from "../core/findings/finding.ts";
import { USE_DAYS, type UseLedger, usesSince } from "../core/findings/use-ledger.ts";
import type { Archetype } from "../core/privileges/archetype.ts";
import { coverageEvidence } from "../queries/proven-hours.ts";
import type { FindingsRead } from "../store/findings/findings.ts";
import type { Snapshot } from "../store/history/snapshots.ts";
import type { ReadStore } from "../store/open-store.ts";
import {
  indexedActivity,
  ledgerAt,
  ownLoginsOf,
  type PeerLedger,
  type PeerQuestion,
  peerFacts,
  settleMsAfter,
} from "./endpoint-facts.ts";
import { unlessUnreadable } from "./unreadable.ts";

/** How far back coverage and uses are looked at: as long as slots are kept, so that "never" has its longest meaning. */
const LOOKBACK_DAYS = USE_DAYS;
/** How far back habits are worked out where none are kept: their horizon, and a month that they rest on. */
const FIRST_DAYS = HORIZON_DAYS + 30;
export type FactOptions = {
  /** The role of the snapshot function, of whichever account the cluster is. */
  readonly auditor?: Principal | undefined;
  readonly archetypes?: Readonly<Record<string, Archetype>>;
  readonly settleMs?: number;
  /** The budget of false findings of unusual connections a week, for people and for machines each. */
  readonly falseFindingsPerWeek?: number | undefined;
  /** `all`: the activity of all days, for who shows it. Judgements come out the same with what they need of it. */
  readonly activity?: "needed" | "all";
  /** How many days back whoever judges has to know who connected, where that is more than what the last days show. */
  readonly activityDays?: (baseline: Baseline | undefined) => number;
  /** Adds up what came to a peer, which is judged by itself at other times; without, its activity is as of its last fold. */
  readonly fold?: ((peer: Cluster) => Promise<unknown>) | undefined;
};

/** The facts, with what may be kept so that the next look need not work it out again. */
export type Loaded = {
  readonly facts: Facts;
  readonly ledger: UseLedger | undefined;
  readonly peerLedgers: readonly PeerLedger[];
  /** As they were read, for the change that the judgement makes to them. */
  readonly findings: FindingsRead;
  readonly exemptions: readonly Exemption[];
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
    { asleep, unchosen },
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
    store.leftOut.last(cluster),
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

/**
 * What is known of the other endpoints of the database, those of earlier too. One of which what is stored cannot be read is left
 * out: nothing is proven of it then, and what is wrong there does not stop this cluster's judgement. Its own says so.
 */
const peersOf = async (
  store: ReadStore,
  snapshot: Snapshot | undefined,
  question: PeerQuestion,
  fold: FactOptions["fold"],
): Promise<Awaited<ReturnType<typeof peerFacts>>[]> => {
  const found: Awaited<ReturnType<typeof peerFacts>>[] = [];
  const all = snapshot ? peersSince(peersIn(snapshot.catalog), question.lookback.from) : [];
  for (const peer of all) {
    const known = await unlessUnreadable(async () => {
      await fold?.(peer.cluster);
      return peerFacts(store, peer, question);
    });
    if (known) found.push(known);
  }
  return found;
};

/** The snapshot as judgements see it; null: there is none. */
const snapshotFacts = (snapshot: Snapshot | undefined, judgedBefore: Instant | null): Facts["snapshot"] => {
  if (!snapshot) return null;
  const { takenAt, seq, meta } = snapshot.manifest;
  return {
    ...{ catalog: snapshot.catalog, takenAt, seq, judgedBefore },
    ...(meta.login && { byLogin: true as const }),
    ...(meta.asAdmin && { asAdmin: meta.asAdmin }),
  };
};

/**
 * From when on connections are read one by one. What came since the last snapshot is counted, and who was connected since the one
 * that was judged before it, however long ago that was: a session lasts an hour.
 */
const connectionsFrom = (
  { snapshot, judgedBefore, baseline }: Awaited<ReturnType<typeof readAll>>,
  now: Instant,
  { activityDays }: FactOptions,
): Instant =>
  Math.min(
    snapshot?.manifest.takenAt ?? now,
    (judgedBefore ?? now) - HOUR,
    now - (activityDays?.(baseline) ?? 0) * DAY,
  );

/** The same, for who keeps what was worked out on the way. */
export const loadAll = async (
  store: ReadStore,
  cluster: Cluster,
  now: Instant,
  options: FactOptions = {},
): Promise<Loaded> => {
  const { auditor, archetypes = {}, settleMs, falseFindingsPerWeek, activity = "needed", fold } = options;
  const lookback = { from: now - LOOKBACK_DAYS * DAY, to: now + HOUR };
  const read = await readAll(store, cluster, now, lookback);
  const { snapshot, history, findings, ownLogins, exemptions, judgedBefore } = read;
  const known = [...findings.values()].map(({ finding }) => finding);
  const takenAt = snapshot?.manifest.takenAt;
  const estate = read.estate ?? { ...EMPTY_ESTATE, day: dayNumber(now) - FIRST_DAYS };
  const { ledger, isNew } = await ledgerAt(store, store.ledgers, cluster, now, history.periods);
  const hourlyFrom = (Math.min(estate.day ?? 0, ledger.day) + 1) * DAY;
  const activityFrom = activity === "all" ? lookback.from : connectionsFrom(read, now, options);
  const question = { cluster, now, periods: history.periods, lookback, activityFrom };
  const peers = await peersOf(store, snapshot, question, fold);
  const facts: Facts = {
    cluster,
    now,
    live: true,
    snapshot: snapshotFacts(snapshot, judgedBefore),
    recentChanges:
      takenAt === undefined ? undefined : await changesSince(store, cluster, judgedBefore, takenAt),
    firstSnapshotAt: history.firstReadAt,
    mappingPeriods: history.periods,
    activity: await indexedActivity(store, cluster, {
      hourlyFrom,
      daysFrom: floorTo(DAY, Math.min(hourlyFrom, activityFrom)),
      to: now + HOUR,
    }),
    earlierUses: usesSince(ledger, dayNumber(now) - USE_DAYS),
    ...(peers.length > 0 && { peers: peers.map((one) => one.facts) }),
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
  return {
    facts,
    ledger: isNew ? ledger : undefined,
    peerLedgers: peers.flatMap(({ kept }) => kept),
    findings,
    exemptions,
  };
};
