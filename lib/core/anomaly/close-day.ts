// Learning: what the end of a UTC day adds to what is known. The same days in the same order always make the same estate.

import type { Principal } from "../base/ids.ts";
import { DAY } from "../base/time.ts";
import { HORIZON_DAYS, LEAST_CROWD } from "./constants.ts";
import type { DayFigures } from "./day-figures.ts";
import { episodeWith, keptEpisodes, weigh } from "./episodes.ts";
import { type DayContext, type Estate, type OpenEpisode, personLikeIn } from "./estate.ts";
import { isEventDay } from "./event-day.ts";
import { type DayRecord, type Introduction, isIdentityCenterRole, type Kind, learnDay } from "./habits.ts";
import { type DaySign, judgeDay } from "./judge-day.ts";
import { isPersonDay } from "./person-like.ts";
import { type RawSigns, usualOf } from "./raw-signs.ts";
import type { SignRule } from "./sign-rule.ts";

type Levels = Map<Principal, Record<string, number>>;

/** The level of each sign that each principal reached today; a network that is known for days is no news. */
const levelsOf = (days: readonly DayFigures[], raw: RawSigns): Levels =>
  new Map(
    days.map((figures) => {
      const levels: Record<string, number> = {};
      for (const { rule, reached } of raw(figures, days)) {
        if (rule.measure === "fact" || reached.bits !== undefined || reached.level <= 0) continue;
        levels[rule.id] = Math.max(reached.level, levels[rule.id] ?? 0);
      }
      return [figures.principal, levels];
    }),
  );

/** Graded signs, and those that several show by their nature, by kind for which today was an event of the whole estate. */
const eventsOf = (context: DayContext, rules: readonly SignRule[], levels: Levels): ReadonlySet<string> => {
  const events = new Set<string>();
  for (const kind of ["person", "machine"] as const) {
    for (const rule of rules.filter(({ measure, isShared }) => measure === "graded" || isShared)) {
      const usual = usualOf(context, rule);
      const active = [...levels.keys()].filter((p) => usual.kindOf(p) === kind && usual.ownOf(p).tenure > 0);
      const reached = (level: number): number =>
        active.filter((principal) => (levels.get(principal)?.[rule.id] ?? 0) >= level).length;
      if (isEventDay(active.length, usual.pool.peers(rule, kind, "all"), reached))
        events.add(`${rule.id} ${kind}`);
    }
  }
  return events;
};

/** Values (networks, client families) by rule and kind that so many showed today that it was one event, not many novelties. */
const sharedValuesOf = (
  context: DayContext,
  days: readonly DayFigures[],
  raw: RawSigns,
): ReadonlySet<string> => {
  const sharing = new Map<string, Set<Principal>>();
  for (const figures of days) {
    for (const { rule, reached } of raw(figures, days)) {
      if (rule.measure !== "categorical" || reached.value === undefined || reached.bits !== undefined)
        continue;
      const key = `${rule.id} ${context.kindOf(figures.principal)} ${reached.value}`;
      sharing.set(key, (sharing.get(key) ?? new Set()).add(figures.principal));
    }
  }
  return new Set([...sharing].filter(([, who]) => who.size >= LEAST_CROWD).map(([key]) => key));
};

type Events = { readonly signs: ReadonlySet<string>; readonly values: ReadonlySet<string> };

/**
 * The level that at least three other principals have reached on flagged days of late: what comes to one after the other is
 * ordinary, whatever it looks like, and no attacker of one or two can teach it.
 */
const crowdLevel = (context: DayContext, rule: SignRule, kind: Kind, principal: Principal): number => {
  const highest: number[] = [];
  for (const [other, { days }] of context.estate.principals) {
    if (other === principal || context.kindOf(other) !== kind) continue;
    let most = 0;
    for (const record of days)
      if (record.flagged && record.day >= context.day - HORIZON_DAYS)
        most = Math.max(most, record.levels[rule.id] ?? 0);
    highest.push(most);
  }
  return highest.sort((a, b) => b - a)[LEAST_CROWD - 1] ?? 0;
};

/**
 * Levels that peers learn otherwise than they were: none of an event of the whole estate, and of a flagged day at most one
 * step above all that was known, or what a crowd of others has shown, so that one attack teaches nothing and harmless
 * repetition is learned.
 */
const learnedOf = (
  context: DayContext,
  principal: Principal,
  kind: Kind,
  raw: readonly Raw[],
  levels: Readonly<Record<string, number>>,
  isFlagged: boolean,
  events: Events,
): Record<string, number> => {
  const learned: Record<string, number> = {};
  for (const rule of new Set(raw.map(({ rule }) => rule))) {
    const level = levels[rule.id] ?? 0;
    if (level === 0) continue;
    const key = `${rule.id} ${kind}`;
    if (events.signs.has(key)) learned[rule.id] = 0;
    else if (rule.measure === "graded") {
      if (isFlagged) {
        const usual = context.pool.peers(rule, kind, "all").top + 1;
        learned[rule.id] = Math.min(level, Math.max(usual, crowdLevel(context, rule, kind, principal)));
      }
    } else {
      const own = raw.filter(
        ({ rule: { id }, reached }) =>
          id === rule.id && reached.bits === undefined && !events.values.has(`${key} ${reached.value}`),
      );
      const most = Math.max(0, ...own.map(({ reached }) => reached.level));
      if (most !== level) learned[rule.id] = most;
    }
  }
  return learned;
};

const introducedBy = (
  figures: DayFigures,
  signs: readonly Raw[],
  judged: readonly DaySign[],
): Introduction[] =>
  signs
    .filter(({ rule, reached }) => rule.isPlace && reached.bits === undefined && reached.value !== undefined)
    .map(({ rule, reached }) => ({
      network: reached.value ?? "",
      day: figures.day,
      level: reached.level,
      bits: judged.find(({ detector, value }) => detector === rule.id && value === reached.value)?.bits ?? 0,
    }));
type Raw = ReturnType<RawSigns>[number];

/** The estate as of the end of the context's day. `days`: every principal that connected on it, with all of its figures. */
export const closeDay = (
  context: DayContext,
  rules: readonly SignRule[],
  days: readonly DayFigures[],
  raw: RawSigns,
): Estate => {
  const { estate, day } = context;
  const signs = judgeDay(context, days, raw);
  const levels = levelsOf(days, raw);
  const events = { signs: eventsOf(context, rules, levels), values: sharedValuesOf(context, days, raw) };
  const directoryNames = new Map([...estate.directoryNames].filter(([, last]) => last > day - HORIZON_DAYS));
  for (const { principal, tallies } of days) {
    if (!isIdentityCenterRole(principal)) continue;
    for (const { session } of tallies)
      if (session !== "" && !session.includes("*")) directoryNames.set(session, day);
  }
  const isPersonLike = personLikeIn({ directoryNames });
  const end = (day + 1) * DAY;
  const episodes = new Map<Principal, readonly OpenEpisode[]>();
  for (const [principal, known] of estate.episodes) {
    const kept = keptEpisodes(known, undefined, end);
    if (kept.length) episodes.set(principal, kept);
  }
  const principals = new Map(estate.principals);
  for (const figures of days) {
    const { principal } = figures;
    const own = context.ownOf(principal);
    const kind = context.kindOf(principal);
    const seen = raw(figures, days);
    const judged = signs.get(principal) ?? [];
    const known = estate.episodes.get(principal) ?? [];
    const episode = judged.length ? episodeWith(known.at(-1), judged) : undefined;
    const found =
      episode !== undefined &&
      (episode.found || weigh(context.database(), principal, episode).severity !== undefined);
    if (episode) episodes.set(principal, keptEpisodes(known, { ...episode, found }, end));
    const reached = levels.get(principal) ?? {};
    const learned = learnedOf(context, principal, kind, seen, reached, found, events);
    const record: DayRecord = {
      day,
      kind,
      tenure: own.tenure,
      hours: figures.allowedByHour.reduce((mask, count, hour) => (count ? mask | (1 << hour) : mask), 0),
      maxHour: Math.max(...figures.allowedByHour),
      gap:
        own.lastDay === undefined ? 0 : context.surroundingsOf(principal).silentSince(principal, own.lastDay),
      personLike: isPersonDay(figures.tallies, isPersonLike),
      admin: figures.tallies.some(
        ({ action, outcome }) => action === "DbConnectAdmin" && outcome === "allowed",
      ),
      unmapped: seen.some(({ rule }) => rule.group === "mapping"),
      levels: reached,
      ...(Object.keys(learned).length && { learned }),
      ...(found && { flagged: true as const }),
    };
    principals.set(principal, learnDay(own.habits, figures, record, introducedBy(figures, seen, judged)));
  }
  for (const [principal, { days: known }] of principals) {
    if ((known.at(-1)?.day ?? 0) <= day - HORIZON_DAYS) principals.delete(principal);
  }
  return { day, principals, directoryNames, episodes };
};
