// What detectors may see of activity: who connected, and how surprising the running day is.
import type { Tally } from "../activity/activity.ts";
import type { Timeline } from "../activity/activity-index.ts";
import { type AdminLogin, adminLoginsOf, lastLogins } from "../activity/admin-logins.ts";
import { FALSE_FINDINGS_PER_WEEK } from "../anomaly/constants.ts";
import type { Elsewhere } from "../anomaly/estate.ts";
import { mappingStates, standingMappings } from "../anomaly/mapping-state.ts";
import type { SignRule } from "../anomaly/sign-rule.ts";
import { type Surprise, type SurpriseAt, type SurpriseFacts, surprises } from "../anomaly/surprise.ts";
import { type Cluster, type Principal, parseArn } from "../base/ids.ts";
import { lazily } from "../base/lazily.ts";
import { byText } from "../base/sorted.ts";
import { DAY, type Instant, type Interval } from "../base/time.ts";
import { declaredHabits } from "../baseline/declared-habits.ts";
import { uncoveredOf } from "../coverage/uncovered.ts";
import { type CountedDays, databaseDays, elsewhereOf } from "./database-activity.ts";
import { databaseCoverage } from "./database-coverage.ts";
import type { Facts } from "./facts.ts";
import { type PersonDays, personDaysOf } from "./person-days.ts";
import { lastElsewhere } from "./used-elsewhere.ts";

export type ActivityView = {
  readonly principals: readonly Principal[];
  /** The auditor's own principal: its logins are not judged like others'. null: not known. */
  readonly auditor: Principal | null;
  /** The AWS account of the cluster; undefined: it is no DSQL cluster. */
  readonly account: string | undefined;
  /**
   * All that was read of a principal, sorted by first instant; later than `now` included: cut it off yourself. Live these are the last
   * days, and as many as a detector's `activityDays` asks for.
   */
  readonly talliesOf: (principal: Principal) => readonly Tally[];
  /** Of these those that reach into a stretch, for who asks of everybody: they are not kept. */
  readonly talliesWithin: (principal: Principal, interval: Interval) => readonly Tally[];
  /** All of them, for who looks at few things of many; undefined: there are none. */
  readonly timelineOf: (principal: Principal) => Timeline | undefined;
  /** How many of its days were a person's, here and at the peers, whatever path its ARN is written with. */
  readonly personDays: (principal: Principal) => PersonDays;
  /** Who was let in as admin by then, here or through a peer, and when last, on all days that are kept; the auditor included. */
  readonly adminLogins: () => readonly AdminLogin[];
  /** The same of each peer, an endpoint of the same database in another Region. A principal's unusual connections there are told there, by what is usual for it at all of them. */
  readonly peers: readonly (Pick<ActivityView, "principals" | "talliesWithin" | "timelineOf"> & {
    readonly cluster: Cluster;
  })[];
  /** Unusual connections of the running day and of the day before, by the given rules. */
  readonly surprise: (rules: readonly SignRule[]) => Surprise;
  /** Refusals of the last 24 hours spread over many principals, whichever endpoint of the database they tried. */
  readonly spread: (rules: readonly SignRule[]) => Surprise["spread"];
};

const always = { from: 0, to: Number.MAX_SAFE_INTEGER };

/** A day is watched when a quarter of its hours is covered: only then it can be said that somebody did not connect. */
const LEAST_WATCHED_HOURS = 6;

/** The newest moment at which mappings were read, as far as the facts tell. */
const lastCaptureOf = ({ snapshot, mappingPeriods }: Facts): Instant | null =>
  mappingPeriods.reduce<Instant | null>(
    (last, { lastSeenAt, goneAt }) => Math.max(last ?? 0, lastSeenAt, goneAt ?? 0),
    snapshot?.takenAt ?? null,
  );

/** What surprise rests on beside the connections themselves. */
const surroundingsOf = (facts: Facts): Omit<SurpriseFacts, keyof CountedDays> => {
  // Silent is who was not seen at any endpoint.
  const { uncovered, unread: peersUnread } = databaseCoverage(
    facts,
    uncoveredOf(facts.coverage, facts.doubts),
  );
  const elsewhere = lastElsewhere(facts);
  const isWatched = lazily(
    (day: number) => 24 - uncovered.hoursIn({ from: day * DAY, to: (day + 1) * DAY }) >= LEAST_WATCHED_HOURS,
  );
  const known = {
    periods: facts.mappingPeriods,
    firstCaptureAt: facts.firstSnapshotAt,
    lastCaptureAt: lastCaptureOf(facts),
    agesAssumed: facts.agesAssumed ?? false,
  };
  return {
    clusterAccount: parseArn(facts.cluster)?.account,
    auditor: facts.auditor,
    isWatched,
    ...(elsewhere && { lastElsewhere: elsewhere }),
    peersUnread,
    mappingStates: mappingStates(known),
    standingMappings: standingMappings(known),
    ...(facts.baseline && { declaredOf: lazily(declaredHabits(facts.baseline)) }),
    falseFindingsPerWeek: facts.falseFindingsPerWeek ?? FALSE_FINDINGS_PER_WEEK,
    acknowledged: facts.acknowledged ?? [],
  };
};

type SurpriseOf = (rules: readonly SignRule[]) => SurpriseAt;

/** Of this endpoint, and of the database as a whole, which is the same where there is no other; each made once for the same rules. */
const surprisesOf = (facts: Facts): { readonly own: SurpriseOf; readonly database: SurpriseOf } => {
  const around = surroundingsOf(facts);
  const once = (
    days: (rules: readonly SignRule[]) => CountedDays,
    elsewhere?: (rules: readonly SignRule[]) => Elsewhere,
  ): SurpriseOf => {
    const made = new WeakMap<readonly SignRule[], SurpriseAt>();
    return (rules) => {
      const known =
        made.get(rules) ?? surprises({ ...around, ...days(rules), elsewhere: elsewhere?.(rules) }, rules);
      made.set(rules, known);
      return known;
    };
  };
  const { peers, ...alone } = facts;
  const [first, ...more] = peers ?? [];
  const elsewhere = first && ((rules: readonly SignRule[]) => elsewhereOf([first, ...more], around, rules));
  const own = once((rules) => databaseDays(alone, around, rules), elsewhere);
  return { own, database: peers?.length ? once((rules) => databaseDays(facts, around, rules)) : own };
};

const byTime = (a: Tally, b: Tally): number => a.firstAt - b.firstAt || a.lastAt - b.lastAt;

/** Sorted by time: the same list where it is already, as an index gives it. */
const inOrder = (tallies: readonly Tally[]): readonly Tally[] =>
  tallies.every((tally, n) => n === 0 || byTime(tallies[n - 1] as Tally, tally) <= 0)
    ? tallies
    : tallies.toSorted(byTime);

/** Connections as admin that had begun by then: few of many. */
const asAdmin = (line: Timeline | undefined, now: Instant): Tally[] => {
  const found: Tally[] = [];
  for (let n = 0; line && n < line.length; n++) {
    if (line.texts(n).action === "DbConnectAdmin" && line.firstAt(n) <= now) found.push(line.tally(n));
  }
  return found;
};

/**
 * Through whichever endpoint of the database. Activity may tell the last days alone: what was before stands with the earlier
 * uses.
 */
const adminLoginsAt = (facts: Facts, now: Instant): readonly AdminLogin[] =>
  lastLogins(
    [facts, ...(facts.peers ?? [])].flatMap(({ activity, earlierUses }) => [
      ...(earlierUses?.admins ?? []).filter(({ lastUseAt }) => lastUseAt <= now),
      ...adminLoginsOf([...activity.principals()].flatMap((one) => asAdmin(activity.timelineOf(one), now))),
    ]),
  );

/** Indexes the facts once; the view of any moment comes from the same index. */
export const activityViews = (facts: Facts): ((now: Instant) => ActivityView) => {
  const { activity, auditor } = facts;
  const principals = [...activity.principals()].toSorted(byText);
  const tallies = lazily((principal: Principal) => inOrder(activity.talliesOf(principal, always)));
  const surprise = surprisesOf(facts);
  const personDays = personDaysOf([facts, ...(facts.peers ?? [])]);
  const peers = (facts.peers ?? []).map(({ cluster, activity: there }) => ({
    cluster,
    principals: [...there.principals()].toSorted(byText),
    talliesWithin: (principal: Principal, interval: Interval) =>
      inOrder(there.talliesOf(principal, interval)),
    timelineOf: there.timelineOf,
  }));
  return (now) => ({
    principals,
    auditor,
    account: parseArn(facts.cluster)?.account,
    talliesOf: tallies,
    talliesWithin: (principal, interval) => inOrder(activity.talliesOf(principal, interval)),
    timelineOf: activity.timelineOf,
    peers,
    personDays: (principal) => personDays(principal, now),
    adminLogins: () => adminLoginsAt(facts, now),
    surprise: (rules) => surprise.own(rules).at(now),
    spread: (rules) => surprise.database(rules).at(now).spread,
  });
};
