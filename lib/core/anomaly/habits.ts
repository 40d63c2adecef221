// What a principal usually does, as of the end of a UTC day: bounded, a plain value, made of days and nothing else.

import type { Principal } from "../base/ids.ts";
import { coarseNetwork } from "./coarse-network.ts";
import { EARLY_TENURE_DAYS, FULL_TENURE_DAYS, HORIZON_DAYS, NEW_DAYS } from "./constants.ts";
import type { DayFigures } from "./day-figures.ts";

/** People and machines differ so much that neither says anything of the other. */
export type Kind = "person" | "machine";

/** How long a principal is known: 1 to 2, 3 to 6, and 7 or more active days; 0 on its first. */
export type Tenure = 0 | 1 | 2 | 3;

/** Something that was seen on some days, by day number. */
export type Entry = { readonly first: number; readonly last: number; readonly days: number };
export type Entries = ReadonlyMap<string, Entry>;

/** A network's first day with this principal: for a week each use of it is as strange as it was then. */
export type Introduction = {
  readonly network: string;
  readonly day: number;
  readonly level: number;
  readonly bits: number;
};

/** One active day. Levels that are not there are 0. */
export type DayRecord = {
  readonly day: number;
  readonly kind: Kind;
  readonly tenure: Tenure;
  /** Bit h: an allowed connection in UTC hour h. */
  readonly hours: number;
  /** The largest count of allowed connections in one clock hour. */
  readonly maxHour: number;
  /** Watched days between this active day and the one before. */
  readonly gap: number;
  readonly personLike: boolean;
  readonly admin: boolean;
  readonly unmapped: boolean;
  /** By sign: the level that the day reached. */
  readonly levels: Readonly<Record<string, number>>;
  /** By graded sign, where it is another: the level that the peers learn from this day. */
  readonly learned?: Readonly<Record<string, number>>;
  /** The day lies in an episode with a finding. */
  readonly flagged?: true;
  /** Somebody acknowledged that finding: the day is as good as any other. */
  readonly acknowledged?: true;
};

export type Habits = {
  readonly networks: Entries;
  readonly neighbourhoods: Entries;
  readonly families: Entries;
  readonly sessions: Entries;
  /** Marks of access keys; of days whose records name none nothing is known. */
  readonly keys: Entries;
  readonly introductions: readonly Introduction[];
  /** Active days within the horizon, oldest first. */
  readonly days: readonly DayRecord[];
};

const BOUNDS = { networks: 256, neighbourhoods: 256, families: 32, sessions: 64, keys: 8 } as const;

export const NO_HABITS: Habits = {
  networks: new Map(),
  neighbourhoods: new Map(),
  families: new Map(),
  sessions: new Map(),
  keys: new Map(),
  introductions: [],
  days: [],
};

/** Adds a day to entries; what is beyond the horizon or was used least recently is forgotten. Sorted by name. */
const withDay = (entries: Entries, seen: Iterable<string>, day: number, bound: number): Entries => {
  const next = new Map<string, Entry>();
  for (const [name, entry] of entries) if (entry.last > day - HORIZON_DAYS) next.set(name, entry);
  for (const name of new Set(seen)) {
    const known = next.get(name);
    next.set(
      name,
      known ? { first: known.first, last: day, days: known.days + 1 } : { first: day, last: day, days: 1 },
    );
  }
  const kept = [...next];
  if (kept.length > bound) {
    kept.sort(([a, x], [b, y]) => y.last - x.last || y.days - x.days || (a < b ? -1 : 1));
    kept.length = bound;
  }
  return new Map(kept.sort(([a], [b]) => (a < b ? -1 : 1)));
};

/** The habits after a day; `record` is what the day was, `introduced` the networks that were new on it. */
export const learnDay = (
  habits: Habits,
  figures: DayFigures,
  record: DayRecord,
  introduced: readonly Introduction[],
): Habits => ({
  networks: withDay(habits.networks, figures.networks.keys(), record.day, BOUNDS.networks),
  neighbourhoods: withDay(
    habits.neighbourhoods,
    [...figures.networks.keys()].map(coarseNetwork),
    record.day,
    BOUNDS.neighbourhoods,
  ),
  families: withDay(habits.families, figures.families.keys(), record.day, BOUNDS.families),
  sessions: withDay(habits.sessions, figures.sessions.keys(), record.day, BOUNDS.sessions),
  keys: withDay(habits.keys, figures.accessKeys.keys(), record.day, BOUNDS.keys),
  introductions: [...habits.introductions, ...introduced].filter(({ day }) => day > record.day - NEW_DAYS),
  days: [...habits.days, record].filter(({ day }) => day > record.day - HORIZON_DAYS),
});

/** What signs ask of habits on a given day, worked out once. */
export type HabitFigures = {
  readonly habits: Habits;
  /** Active days. */
  readonly activeDays: number;
  readonly tenure: Tenure;
  readonly lastDay: number | undefined;
  readonly maxGap: number;
  readonly maxHour: number;
  readonly adminDays: number;
  readonly unmappedDays: number;
  readonly personDays: number;
  /** By UTC hour: active days with an allowed connection in it. */
  readonly hours: readonly number[];
  readonly isKnown: (
    kind: "networks" | "neighbourhoods" | "families" | "sessions" | "keys",
    name: string,
  ) => boolean;
};

/** By the number of active days before today. */
export const tenureOf = (activeDays: number): Tenure =>
  activeDays >= FULL_TENURE_DAYS ? 3 : activeDays >= EARLY_TENURE_DAYS ? 2 : activeDays >= 1 ? 1 : 0;

/** Habits as they stand on `today`: what has left the horizon since the last active day does not count. */
export const habitFigures = (habits: Habits, today: number): HabitFigures => {
  const sums = { maxGap: 0, maxHour: 0, adminDays: 0, unmappedDays: 0, personDays: 0 };
  const hours = Array<number>(24).fill(0);
  let activeDays = 0;
  let lastDay: number | undefined;
  for (const record of habits.days) {
    if (record.day < today - HORIZON_DAYS || record.day >= today) continue;
    // The first has no day before it that it could be told from.
    if (activeDays++ > 0) sums.maxGap = Math.max(sums.maxGap, record.gap);
    sums.maxHour = Math.max(sums.maxHour, record.maxHour);
    if (record.admin) sums.adminDays++;
    if (record.unmapped) sums.unmappedDays++;
    if (record.personLike) sums.personDays++;
    for (let hour = 0; hour < 24; hour++)
      if (record.hours & (1 << hour)) hours[hour] = (hours[hour] ?? 0) + 1;
    lastDay = record.day;
  }
  return {
    habits,
    activeDays,
    tenure: tenureOf(activeDays),
    lastDay,
    ...sums,
    hours,
    isKnown: (kind, name) => {
      const entry = habits[kind].get(name);
      return entry !== undefined && entry.last >= today - HORIZON_DAYS;
    },
  };
};

/** IAM Identity Center provisions its permission sets as roles of this name. */
export const isIdentityCenterRole = (principal: Principal): boolean =>
  /(?:^|\/)AWSReservedSSO_[^/]+$/.test(principal);

/** A person: a role of Identity Center, or somebody whose days were person-like at least half of the time. */
export const kindOf = (principal: Principal, { activeDays, personDays }: HabitFigures): Kind =>
  isIdentityCenterRole(principal) || (activeDays > 0 && personDays * 2 >= activeDays) ? "person" : "machine";
