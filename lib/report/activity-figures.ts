// Connections in figures: by day and principal, by hour of the week, and which networks they came from.
import type { Profile, Tally } from "../core/activity/activity.ts";
import type { Principal } from "../core/base/ids.ts";
import { DAY, floorTo, HOUR, type Instant, type Interval } from "../core/base/time.ts";

type PrincipalFigures = {
  readonly principal: Principal;
  /** Connections that were allowed. */
  readonly allowed: number;
  readonly refused: number;
};

/** A network as one principal used it: on which stretches of days. */
export type NetworkFigures = {
  readonly principal: Principal;
  readonly network: string;
  readonly allowed: number;
  readonly firstAt: Instant;
  readonly lastAt: Instant;
  readonly runs: readonly Interval[];
  /** The principal's first day on record: a network of that day is not new, it is merely the first that we saw. */
  readonly isNew: boolean;
};

export type WeekHour = {
  /** 0 is Monday. */
  readonly weekday: number;
  readonly hour: number;
  /** Those that were allowed. */
  readonly allowed: number;
  /** How many such hours of the window are proven or hold attempts; 0: nothing is known about them. */
  readonly knownHours: number;
};

export type ActivityFigures = {
  /** Connections; refused attempts are none, and are counted apart everywhere. */
  readonly allowed: number;
  readonly refused: number;
  readonly folded: number;
  /** Busiest first. */
  readonly principals: readonly PrincipalFigures[];
  readonly days: readonly {
    readonly day: Instant;
    readonly principal: Principal;
    readonly allowed: number;
    readonly refused: number;
  }[];
  readonly week: readonly WeekHour[];
  /** Latest first seen first. */
  readonly networks: readonly NetworkFigures[];
};

/** 0 is Monday; the epoch began on a Thursday. */
export const weekdayOf = (at: Instant): number => (((Math.floor(at / DAY) + 3) % 7) + 7) % 7;

type Sum<L> = {
  readonly labels: L;
  allowed: number;
  refused: number;
  firstAt: Instant;
  lastAt: Instant;
  readonly days: Set<Instant>;
};

/** Adds a tally to the sum that bears these labels. */
const add = <L>(sums: Map<string, Sum<L>>, labels: L, day: Instant, tally: Tally): void => {
  const id = JSON.stringify(labels);
  const sum = sums.get(id) ?? {
    labels,
    allowed: 0,
    refused: 0,
    firstAt: tally.firstAt,
    lastAt: tally.lastAt,
    days: new Set(),
  };
  sums.set(id, sum);
  if (tally.outcome === "refused") sum.refused += tally.count;
  else sum.allowed += tally.count;
  sum.firstAt = Math.min(sum.firstAt, tally.firstAt);
  sum.lastAt = Math.max(sum.lastAt, tally.lastAt);
  sum.days.add(day);
};

/** Days in a row make one run. */
const runsOf = (days: readonly Instant[]): Interval[] => {
  const runs: Interval[] = [];
  for (const day of days.toSorted((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last?.to === day) runs[runs.length - 1] = { from: last.from, to: day + DAY };
    else runs.push({ from: day, to: day + DAY });
  }
  return runs;
};

const weekOf = (
  window: Interval,
  perHour: ReadonlyMap<Instant, { readonly allowed: number }>,
  isCovered: (hour: Instant) => boolean,
): WeekHour[] => {
  const cells = Array.from({ length: 7 * 24 }, (_, i) => ({
    weekday: Math.floor(i / 24),
    hour: i % 24,
    allowed: 0,
    knownHours: 0,
  }));
  for (let at = floorTo(HOUR, window.from); at < window.to; at += HOUR) {
    const cell = cells[weekdayOf(at) * 24 + Math.floor((at % DAY) / HOUR)];
    if (!cell) continue;
    const seen = perHour.get(at);
    cell.allowed += seen?.allowed ?? 0;
    if (seen !== undefined || isCovered(at)) cell.knownHours++;
  }
  return cells;
};

/** Adds up hourly profiles. Those outside the window are left out. Refused attempts are nobody's connection or network. */
export const activityFigures = (
  window: Interval,
  hours: readonly Profile[],
  isCovered: (hour: Instant) => boolean,
): ActivityFigures => {
  const byPrincipal = new Map<string, Sum<{ principal: Principal }>>();
  const byDay = new Map<string, Sum<{ day: Instant; principal: Principal }>>();
  const byNetwork = new Map<string, Sum<{ principal: Principal; network: string }>>();
  const perHour = new Map<Instant, { allowed: number }>();
  let folded = 0;
  for (const profile of hours) {
    const hour = floorTo(HOUR, profile.from);
    if (hour < floorTo(HOUR, window.from) || hour >= window.to) continue;
    folded += profile.folded;
    const day = floorTo(DAY, hour);
    for (const tally of profile.tallies) {
      const { principal, network } = tally;
      add(byPrincipal, { principal }, day, tally);
      add(byDay, { day, principal }, day, tally);
      const seen = perHour.get(hour) ?? { allowed: 0 };
      perHour.set(hour, seen);
      if (tally.outcome === "refused") continue;
      add(byNetwork, { principal, network }, day, tally);
      seen.allowed += tally.count;
    }
  }
  const firstDays = new Map<Principal, Instant>();
  for (const { labels, firstAt } of byNetwork.values()) {
    const day = floorTo(DAY, firstAt);
    firstDays.set(labels.principal, Math.min(day, firstDays.get(labels.principal) ?? day));
  }
  const principals = [...byPrincipal.values()]
    .map(({ labels, allowed, refused }) => ({ ...labels, allowed, refused }))
    .toSorted((a, b) => b.allowed - a.allowed || byText(a.principal, b.principal));
  return {
    allowed: principals.reduce((sum, { allowed }) => sum + allowed, 0),
    refused: principals.reduce((sum, { refused }) => sum + refused, 0),
    folded,
    principals,
    days: [...byDay.values()]
      .map(({ labels, allowed, refused }) => ({ ...labels, allowed, refused }))
      .toSorted((a, b) => a.day - b.day || byText(a.principal, b.principal)),
    week: weekOf(window, perHour, isCovered),
    networks: [...byNetwork.values()]
      .map(({ labels, days, allowed, firstAt, lastAt }) => ({
        ...labels,
        allowed,
        firstAt,
        lastAt,
        runs: runsOf([...days]),
        isNew: floorTo(DAY, firstAt) > (firstDays.get(labels.principal) ?? firstAt),
      }))
      .toSorted((a, b) => b.firstAt - a.firstAt || byText(a.network, b.network)),
  };
};

/** By code unit: the same order on every machine. */
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
