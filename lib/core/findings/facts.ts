// Everything that a judgement rests on, as plain data: what snapshots, activity and coverage say about one cluster.

import type { Tally } from "../activity/activity.ts";
import type { Timeline } from "../activity/activity-index.ts";
import type { Estate } from "../anomaly/estate.ts";
import type { Acknowledged } from "../anomaly/moving-context.ts";
import type { Cluster, Principal } from "../base/ids.ts";
import { HOUR, type Instant, type Interval } from "../base/time.ts";
import type { Baseline } from "../baseline/baseline.ts";
import type { Catalog } from "../catalog/catalog.ts";
import type { Asleep } from "../coverage/asleep.ts";
import type { CaptureCheck } from "../coverage/capture-check.ts";
import type { Unchosen } from "../coverage/chosen.ts";
import type { Canary, Coverage, Doubt } from "../coverage/coverage.ts";
import type { OwnLogin } from "../coverage/pair-logins.ts";
import type { RecordedChange } from "../history/change.ts";
import type { AsAdmin } from "../history/manifest.ts";
import type { MappingPeriod } from "../history/mapping-period.ts";
import type { Archetype } from "../privileges/archetype.ts";
import type { Exemption } from "./exemption.ts";
import type { UseLedger } from "./use-ledger.ts";

/** What a judgement asks of recorded activity. */
export type ActivityPort = {
  readonly principals: () => Iterable<Principal>;
  /** Tallies that overlap the interval. Those of an hour or a day tell their own first and last instant. */
  readonly talliesOf: (principal: Principal, interval: Interval) => readonly Tally[];
  /** All tallies of the principal by time, for who looks at few things of many; undefined: there are none. */
  readonly timelineOf: (principal: Principal) => Timeline | undefined;
  /** The numbers of the UTC days on which tallies begin, sorted. */
  readonly days: () => readonly number[];
  /** Tallies that begin on a day, by `firstAt`. */
  readonly talliesOn: (day: number) => readonly Tally[];
};

/** The newest snapshot that a judgement may look at. */
export type SnapshotFacts = {
  readonly catalog: Catalog;
  readonly takenAt: Instant;
  readonly seq: number;
  /** The newest snapshot that was judged before, where there is one: what is new began between the two. */
  readonly judgedBefore?: Instant | null;
  /** How the mappings were read where auditAsAdmin is on; missing: it is off. */
  readonly asAdmin?: AsAdmin;
  /** The auditor itself logged in for it; missing: it was given, as a file or from a local database. */
  readonly byLogin?: true;
};

/** An exemption, and when it last accepted a finding that there was; null: never. */
export type ExemptionUse = { readonly exemption: Exemption; readonly lastMatchedAt: Instant | null };

/** The changes between two snapshots: after `from`, up to `to`, the newest one. */
export type RecentChanges = Interval & { readonly changes: readonly RecordedChange[] };

/** The auditor's own logins since `from`: what it attempted, what is not back after 30 minutes, what it did not make. */
export type OwnLogins = {
  readonly from: Instant;
  readonly canaries: readonly Canary[];
  readonly missed: readonly Canary[];
  readonly surplus: readonly OwnLogin[];
};

/**
 * Another endpoint of the same database, in another Region: what was counted and proven there. It is told like the
 * cluster's own: by `earlierUses` up to the end of a day, by `activity` after it.
 */
export type PeerFacts = Pick<
  Facts,
  "activity" | "earlierUses" | "estate" | "coverage" | "doubts" | "settleMs" | "ownLogins"
> & {
  readonly cluster: Cluster;
  /** A peer of earlier: its activity is told up to then only. Missing: it is one. */
  readonly until?: Instant;
};

export type Facts = {
  readonly cluster: Cluster;
  readonly now: Instant;
  /** From a store that scans keep up to date: what has not come is overdue. Recorded files are not. */
  readonly live?: boolean;
  /** null: none was taken, or none was given (offline). */
  readonly snapshot: SnapshotFacts | null;
  /** What changed since the snapshot that was judged before; undefined: there is no newer one, or nobody looked. */
  readonly recentChanges?: RecentChanges | undefined;
  /** When mappings were first read; null: never, so that nothing can be said about them. */
  readonly firstSnapshotAt: Instant | null;
  readonly mappingPeriods: readonly MappingPeriod[];
  /** The mappings came without a time: they are taken as standing all along, and every finding says so. */
  readonly agesAssumed?: boolean;
  /** The mappings come from a file of their own: those that the snapshot's catalog holds say nothing. */
  readonly mappingsApart?: boolean;
  readonly activity: ActivityPort;
  /** The newest uses up to the end of a day: for who knows activity of later days only. Without, activity tells them all. */
  readonly earlierUses?: UseLedger;
  /** Who connects through the peers that the snapshot names or remembers; of one that is missing nothing is known. */
  readonly peers?: readonly PeerFacts[];
  /** What was usual up to the end of a day; without, it is worked out from the activity, which tells hours after that day. */
  readonly estate?: Estate;
  /** Episodes that somebody vouched for: they are learned. */
  readonly acknowledged?: readonly Acknowledged[];
  /** False findings a week that are accepted, for each kind of principal (people, machines). */
  readonly falseFindingsPerWeek?: number;
  readonly coverage: Coverage;
  readonly doubts: readonly Doubt[];
  /** From here on capture is expected; hours before it are no gap. null: from the first covered hour. */
  readonly captureExpectedFrom: Instant | null;
  /** Proof of an hour comes late: the last `settleMs` before `now` are not judged yet. 0 offline. */
  readonly settleMs: number;
  /** What roles are declared to be for, by role name. */
  readonly archetypes: Readonly<Record<string, Archetype>>;
  /** The access that is wanted; undefined: nobody declared any. */
  readonly baseline?: Baseline | undefined;
  /** The auditor's own principal: its logins are not judged like others'. */
  readonly auditor: Principal | null;
  /** undefined: nobody wrote them down, as offline. */
  readonly ownLogins?: OwnLogins | undefined;
  /** What people accepted; undefined: nobody looked. */
  readonly exemptions?: readonly ExemptionUse[] | undefined;
  /** What AWS last said about capture; undefined: it was not asked. */
  readonly captureCheck?: CaptureCheck | undefined;
  /** The newest scan that was left out because the cluster sleeps; undefined: none ever was. */
  readonly asleep?: Asleep | undefined;
  /** What the schedule last found of its tags; undefined: they always chose it. */
  readonly unchosen?: Unchosen | undefined;
};

/** Digests come within the hour after theirs, trail files some minutes after an event: three hours hold both. */
export const LIVE_SETTLE_MS = 3 * HOUR;
