// Joins what is usual at the endpoints of one database: what a principal used through either, it has used.
import type { Estate } from "./estate.ts";
import { type DayRecord, type Entries, type Habits, NO_HABITS } from "./habits.ts";

/** On how many days something was used at one endpoint at least: through both it may have been on others too. */
const joinedEntries = (a: Entries, b: Entries): Entries => {
  const joined = new Map(a);
  for (const [name, there] of b) {
    const here = joined.get(name);
    joined.set(name, {
      first: Math.min(here?.first ?? there.first, there.first),
      last: Math.max(here?.last ?? there.last, there.last),
      days: Math.max(here?.days ?? 0, there.days),
    });
  }
  return joined;
};

const highest = (a: DayRecord["levels"], b: DayRecord["levels"]): DayRecord["levels"] => {
  const all: Record<string, number> = { ...a };
  for (const [sign, level] of Object.entries(b)) all[sign] = Math.max(level, all[sign] ?? 0);
  return all;
};

const joinedDay = (a: DayRecord, b: DayRecord): DayRecord => ({
  ...a,
  tenure: Math.max(a.tenure, b.tenure) as DayRecord["tenure"],
  hours: a.hours | b.hours,
  maxHour: Math.max(a.maxHour, b.maxHour),
  gap: Math.min(a.gap, b.gap),
  personLike: a.personLike || b.personLike,
  admin: a.admin || b.admin,
  unmapped: a.unmapped || b.unmapped,
  levels: highest(a.levels, b.levels),
  ...((a.learned ?? b.learned) && { learned: highest(a.learned ?? a.levels, b.learned ?? b.levels) }),
  ...((a.flagged ?? b.flagged) && { flagged: true as const }),
  ...((a.acknowledged ?? b.acknowledged) && { acknowledged: true as const }),
});

const joinedDays = (a: Habits["days"], b: Habits["days"]): Habits["days"] => {
  const byDay = new Map(a.map((record) => [record.day, record]));
  for (const record of b) {
    const known = byDay.get(record.day);
    byDay.set(record.day, known ? joinedDay(known, record) : record);
  }
  return [...byDay.values()].sort((x, y) => x.day - y.day);
};

const joinedHabits = (a: Habits, b: Habits): Habits => ({
  networks: joinedEntries(a.networks, b.networks),
  neighbourhoods: joinedEntries(a.neighbourhoods, b.neighbourhoods),
  families: joinedEntries(a.families, b.families),
  sessions: joinedEntries(a.sessions, b.sessions),
  keys: joinedEntries(a.keys, b.keys),
  introductions: [...a.introductions, ...b.introductions],
  days: joinedDays(a.days, b.days),
});

const joinedPair = (a: Estate, b: Estate): Estate => {
  const principals = new Map(a.principals);
  for (const [principal, habits] of b.principals)
    principals.set(principal, joinedHabits(principals.get(principal) ?? NO_HABITS, habits));
  const directoryNames = new Map(a.directoryNames);
  for (const [name, day] of b.directoryNames)
    directoryNames.set(name, Math.max(day, directoryNames.get(name) ?? day));
  const episodes = new Map(a.episodes);
  for (const [principal, its] of b.episodes)
    episodes.set(
      principal,
      [...(episodes.get(principal) ?? []), ...its].sort((x, y) => x.firstAt - y.firstAt),
    );
  return { day: a.day, principals, directoryNames, episodes };
};

const begunBefore = (entries: Entries, day: number): Entries =>
  new Map([...entries].filter(([, { first }]) => first < day));

/** An estate that is kept as of a later day, without what was first seen on `day` or since. */
export const asOf = (estate: Estate, day: number): Estate => {
  if (estate.day === null || estate.day < day) return estate;
  const before = (habits: Habits): Habits => ({
    networks: begunBefore(habits.networks, day),
    neighbourhoods: begunBefore(habits.neighbourhoods, day),
    families: begunBefore(habits.families, day),
    sessions: begunBefore(habits.sessions, day),
    keys: begunBefore(habits.keys, day),
    introductions: habits.introductions.filter((one) => one.day < day),
    days: habits.days.filter((record) => record.day < day),
  });
  const principals = new Map(
    [...estate.principals].map(([principal, habits]) => [principal, before(habits)]),
  );
  return { ...estate, principals };
};

/** Estates of several endpoints as of the end of the same day, as one; what one has alone stays what it is. */
export const joinEstates = ([first, ...others]: readonly [Estate, ...Estate[]]): Estate =>
  others.reduce(joinedPair, first);
