// All that is known of a cluster's principals as of the end of a UTC day, and what signs ask of it on the day after.

import type { Tally } from "../activity/activity.ts";
import { type Principal, parseArn } from "../base/ids.ts";
import { remember } from "../base/remember.ts";
import type { Instant } from "../base/time.ts";
import type { DeclaredHabits } from "../baseline/declared-habits.ts";
import { accessKeysOf } from "./access-keys.ts";
import { HORIZON_DAYS, ROLL_OUT_DAYS } from "./constants.ts";
import { type HabitFigures, type Habits, habitFigures, type Kind, kindOf, NO_HABITS } from "./habits.ts";
import type { DaySign } from "./judge-day.ts";
import { isPersonLike } from "./person-like.ts";
import { type Pool, poolOf } from "./pool.ts";
import type { Surroundings } from "./sign-rule.ts";
import { thresholdOf } from "./weigh.ts";

/** Unusual connections that may still go on: the signs of days that are closed. */
export type OpenEpisode = {
  readonly firstAt: Instant;
  readonly lastAt: Instant;
  readonly signs: readonly DaySign[];
  /** It weighed enough for a finding at the end of some day. */
  readonly found: boolean;
};

export type Estate = {
  /** The last day that is closed; null: none yet. */
  readonly day: number | null;
  readonly principals: ReadonlyMap<Principal, Habits>;
  /** Session names seen in roles of Identity Center, with their last day: these are names of people. */
  readonly directoryNames: ReadonlyMap<string, number>;
  /** By principal, in the order of time: those that may go on, and those with a finding that is not closed yet. */
  readonly episodes: ReadonlyMap<Principal, readonly OpenEpisode[]>;
};

export const EMPTY_ESTATE: Estate = {
  day: null,
  principals: new Map(),
  directoryNames: new Map(),
  episodes: new Map(),
};

/** The other endpoints of the database. */
export type Elsewhere = {
  /** Who was let in through them on a day, by single hours, sorted by `firstAt`. */
  readonly allowedOn: (day: number) => readonly Tally[];
  /** What was usual there as of the end of the day before. */
  readonly estateBefore: (day: number) => Estate;
};

/** What else a judgement is told. */
export type EstateFacts = {
  /** undefined: the cluster belongs to no AWS account. */
  readonly clusterAccount: string | undefined;
  readonly auditor: Principal | null;
  readonly mappingAt: Surroundings["mappingAt"];
  readonly isMappedThroughout?: Surroundings["isMappedThroughout"];
  /** What a baseline declares of a principal; undefined: there is no baseline. */
  readonly declaredOf?: ((principal: Principal) => DeclaredHabits | undefined) | undefined;
  /** Was capture proven for enough of this day (by number) to say that somebody did not connect? */
  readonly isWatched: (day: number) => boolean;
  /** The last day before `day` on which the principal was let in through a peer; without, the database has none. */
  readonly lastElsewhere?: (principal: Principal, day: number) => number | undefined;
  /** Missing: the database has one endpoint, or all of them are judged as one. */
  readonly elsewhere?: Elsewhere | undefined;
  /** Why the database may have further endpoints; missing: these are all that anybody told of. */
  readonly peersUnread?: string | undefined;
  /** False findings a week that are accepted, for each kind of principal. */
  readonly falseFindingsPerWeek: number;
};

export type DayContext = {
  readonly day: number;
  readonly estate: Estate;
  readonly facts: EstateFacts;
  readonly pool: Pool;
  readonly ownOf: (principal: Principal) => HabitFigures;
  readonly kindOf: (principal: Principal) => Kind;
  readonly surroundingsOf: (principal: Principal) => Surroundings;
  /** The same with the habits at all endpoints of the database; the same habits where there is no other. */
  readonly database: () => DayContext;
  readonly threshold: Readonly<Record<Kind, number>>;
  /** Principals of the kind that were active on an average day of the last four weeks. */
  readonly activePerDay: Readonly<Record<Kind, number>>;
  /** The chance that one of so many active principals of a kind takes up a client family on a day, by who did of late. */
  readonly spreadingOf: (kind: Kind, family: string, active: number) => number;
};

/** Who uses a network: nobody twice over is all that anybody asks, so two names are enough. */
type Users = { readonly first: Principal; second?: Principal };

/** By kind and network: that people live in a provider's range makes it no place for a machine. */
const usersOf = (
  principals: ReadonlyMap<Principal, Habits>,
  kindOf: (principal: Principal) => Kind,
  today: number,
): Readonly<Record<Kind, ReadonlyMap<string, Users>>> => {
  const all = { person: new Map<string, Users>(), machine: new Map<string, Users>() };
  for (const [principal, { networks, neighbourhoods }] of principals) {
    const users = all[kindOf(principal)];
    for (const entries of [networks, neighbourhoods]) {
      for (const [network, { last }] of entries) {
        if (last < today - HORIZON_DAYS) continue;
        const known = users.get(network);
        if (!known) users.set(network, { first: principal });
        else if (known.first !== principal) known.second ??= principal;
      }
    }
  }
  return all;
};

/**
 * Who of a kind took up a client family within the length of a roll-out: not from its first day on, and on more than one
 * day, because a thief's tool comes and goes.
 */
const spreading = (
  principals: ReadonlyMap<Principal, Habits>,
  kindOf: (principal: Principal) => Kind,
  today: number,
): DayContext["spreadingOf"] => {
  const known = new Map<string, { takers: number; first: number }>();
  for (const [principal, { families, days }] of principals) {
    const born = days[0]?.day ?? today;
    for (const [family, { first, days: used }] of families) {
      if (used < 2 || first < today - ROLL_OUT_DAYS || first <= born) continue;
      const key = `${kindOf(principal)} ${family}`;
      const its = known.get(key) ?? { takers: 0, first };
      known.set(key, { takers: its.takers + 1, first: Math.min(its.first, first) });
    }
  }
  return (kind, family, active) => {
    const its = known.get(`${kind} ${family}`);
    return !its || its.takers < 2 ? 0 : its.takers / ((active + 1) * (today - its.first));
  };
};

const silentDays =
  ({ isWatched, lastElsewhere }: EstateFacts, today: number): Surroundings["silentSince"] =>
  (principal, day) => {
    const last = Math.max(day, lastElsewhere?.(principal, today) ?? day);
    let watched = 0;
    for (let d = Math.max(last + 1, today - HORIZON_DAYS); d < today; d++) if (isWatched(d)) watched++;
    return watched;
  };

/** What judgements of `day` rest on, made once: `estate` must be as of an earlier day. */
export const dayContext = (estate: Estate, day: number, facts: EstateFacts): DayContext => {
  const made = new Map<Principal, HabitFigures>();
  const ownOf = (principal: Principal): HabitFigures => {
    const known = made.get(principal);
    if (known) return known;
    const figures = habitFigures(estate.principals.get(principal) ?? NO_HABITS, day);
    made.set(principal, figures);
    return figures;
  };
  const kinds = new Map(
    [...estate.principals.keys()].map((principal) => [principal, kindOf(principal, ownOf(principal))]),
  );
  const kind = (principal: Principal): Kind => kinds.get(principal) ?? kindOf(principal, ownOf(principal));
  const users = usersOf(estate.principals, kind, day);
  const isUsedByOthers = (of: Kind) => (network: string, principal: Principal) => {
    const known = users[of].get(network);
    return known !== undefined && (known.first !== principal || known.second !== undefined);
  };
  const families = new Set(
    [...estate.principals].flatMap(([principal, habits]) =>
      [...habits.families]
        .filter(([, { last }]) => last >= day - HORIZON_DAYS)
        .map(([family]) => `${kind(principal)} ${family}`),
    ),
  );
  const shared = {
    day,
    clusterAccount: facts.clusterAccount,
    isFamilyOfKind: (family: string, of: Kind) => families.has(`${of} ${family}`),
    isPersonLike: personLikeIn(estate),
    accessKeys: accessKeysOf(estate.principals, day),
    silentSince: silentDays(facts, day),
    peersUnread: facts.peersUnread,
    mappingAt: facts.mappingAt,
    isMappedThroughout: facts.isMappedThroughout,
  };
  const around = {
    person: { ...shared, kind: "person", isUsedByOthers: isUsedByOthers("person") },
    machine: { ...shared, kind: "machine", isUsedByOthers: isUsedByOthers("machine") },
  } as const;
  const active = { person: 0, machine: 0 };
  let first = day;
  for (const { days } of estate.principals.values()) {
    for (const record of days) {
      if (record.day < day - 28 || record.day >= day) continue;
      active[record.kind]++;
      first = Math.min(first, record.day);
    }
  }
  const threshold = (of: Kind) => thresholdOf(active[of], day - first, facts.falseFindingsPerWeek);
  const context: DayContext = {
    day,
    estate,
    facts,
    pool: poolOf(estate.principals, kinds, day),
    ownOf,
    kindOf: kind,
    surroundingsOf: (principal) => around[kind(principal)],
    database: () => context,
    spreadingOf: spreading(estate.principals, kind, day),
    threshold: { person: threshold("person"), machine: threshold("machine") },
    activePerDay: {
      person: active.person / Math.max(1, day - first),
      machine: active.machine / Math.max(1, day - first),
    },
  };
  return context;
};

/** Whether a session names a person, by all that the estate has seen. */
export const personLikeIn = ({
  directoryNames,
}: Pick<Estate, "directoryNames">): ((session: string) => boolean) =>
  remember((session) => isPersonLike(session, (name) => directoryNames.has(name)));

/** The account of an IAM ARN; undefined for what is none. */
export const accountOf = (principal: Principal): string | undefined =>
  parseArn(principal)?.account || undefined;
