// How surprising the running day is, at any moment: days before it are closed one after the other, each once.
import type { Tally } from "../activity/activity.ts";
import type { Principal } from "../base/ids.ts";
import { lazily } from "../base/lazily.ts";
import { DAY, HOUR, type Instant } from "../base/time.ts";
import { type DayFigures, dayFigures, dayNumber, type GrowingDay, growingDay } from "./day-figures.ts";
import { episodesBefore, episodesToday, type WeighedEpisode } from "./episodes.ts";
import type { DayContext, Estate } from "./estate.ts";
import { estatesBefore } from "./estates-before.ts";
import { judgeDay } from "./judge-day.ts";
import { NEXT_CAPTURE_MS } from "./mapping-state.ts";
import { type MovingContext, type MovingFacts, movingContext } from "./moving-context.ts";
import type { SignRule } from "./sign-rule.ts";
import { type Spread, spreadRefusals } from "./spread.ts";

export type SurpriseFacts = MovingFacts & {
  /** What is known at the beginning: as of the end of a day, or nothing. */
  readonly estate: Estate;
  /** The days (by number) on which somebody connected, sorted; those up to the estate's day are not looked at. */
  readonly days: readonly number[];
  /** The tallies of single hours that begin on a day, by `firstAt`. */
  readonly talliesOn: (day: number) => readonly Tally[];
};

export type Surprise = {
  /** Episodes of the running day, and those of earlier days that a finding would not be closed of yet. */
  readonly episodes: readonly WeighedEpisode[];
  readonly spread: readonly Spread[];
  /** The estate as of the end of yesterday, once nothing can change it but late records; undefined: not yet. */
  readonly settled: () => Estate | undefined;
};

export type SurpriseAt = {
  /** Moments may be asked in any order; in the order of time each day is closed once. */
  readonly at: (now: Instant) => Surprise;
  /** The estate as of the end of the day before `now`: what a store keeps. */
  readonly estateBefore: (now: Instant) => Estate;
};

const figuresOf = (tallies: readonly Tally[], elsewhere: readonly Tally[]): DayFigures[] => {
  const others = Map.groupBy(elsewhere, ({ principal }) => principal);
  return [...Map.groupBy(tallies, ({ principal }) => principal)].map(([principal, own]) =>
    dayFigures(own, others.get(principal)),
  );
};

/** The same function; gives its last answer again for as long as the same is asked. */
const lastOf = <K, V>(make: (key: K) => V): ((key: K) => V) => {
  let last: { readonly key: K; readonly value: V } | undefined;
  return (key) => {
    if (last?.key !== key) last = { key, value: make(key) };
    return last.value;
  };
};

/** The figures of a running day, asked for in the order of time: what has not changed stays the same object. */
const runningDay = (day: number, sorted: readonly Tally[], elsewhere: readonly Tally[]) => {
  const growing = new Map<Principal, GrowingDay>();
  const figures = new Map<Principal, DayFigures>();
  let next = 0;
  let nextElsewhere = 0;
  let upTo = Number.NEGATIVE_INFINITY;
  return {
    day,
    isPast: (now: Instant): boolean => now < upTo,
    until: (now: Instant): readonly DayFigures[] => {
      upTo = now;
      const changed = new Set<Principal>();
      const growingOf = (principal: Principal): GrowingDay => {
        const its = growing.get(principal) ?? growingDay(principal, day);
        growing.set(principal, its);
        return its;
      };
      const seenHere = (principal: Principal): boolean => figures.has(principal) || changed.has(principal);
      for (let tally = sorted[next]; tally !== undefined && tally.firstAt < now; tally = sorted[++next]) {
        growingOf(tally.principal).add(tally);
        changed.add(tally.principal);
      }
      for (
        let tally = elsewhere[nextElsewhere];
        tally !== undefined && tally.firstAt < now;
        tally = elsewhere[++nextElsewhere]
      ) {
        growingOf(tally.principal).addElsewhere(tally);
        if (seenHere(tally.principal)) changed.add(tally.principal);
      }
      for (const principal of changed) {
        const its = growing.get(principal);
        if (its) figures.set(principal, its.figures());
      }
      return [...figures.values()];
    },
  };
};

/** By then the captures that tell of the last hours of a day have come, and most of the trail's files. */
const SETTLED_MS = NEXT_CAPTURE_MS + HOUR;

/** The last day (by number) that only late records can still change. */
export const settledDay = (now: Instant): number => dayNumber(now - SETTLED_MS) - 1;

const allowedBefore = (now: Instant, tallies: readonly Tally[]): readonly Tally[] =>
  tallies.filter(({ outcome, firstAt }) => outcome === "allowed" && firstAt < now);

/** Works through the days lazily. `rules`: the signs that are looked for. */
export const surprises = (facts: SurpriseFacts, rules: readonly SignRule[]): SurpriseAt => {
  const isNew = (day: number): boolean => facts.estate.day === null || day > facts.estate.day;
  const days = facts.days.filter(isNew);
  // The running day's are asked for again and again; no other's are held, for a day may have thousands.
  const talliesOf = lastOf((day: number) => (isNew(day) ? facts.talliesOn(day) : []));
  const elsewhereOn = (day: number): readonly Tally[] => facts.elsewhere?.allowedOn(day) ?? [];
  const acknowledgedBy = (now: Instant): number => facts.acknowledged.filter(({ at }) => at <= now).length;

  let current: (MovingContext & { key: string; running: ReturnType<typeof runningDay> }) | undefined;

  // Asked for again until the day is settled; of days before it nobody asks any more. A day that has just run is known.
  const figuresOfDay = lastOf((day: number) =>
    current?.running.day === day
      ? current.running.until(Number.POSITIVE_INFINITY)
      : figuresOf(talliesOf(day), elsewhereOn(day)),
  );
  const refusalsOf = lazily((day: number) => talliesOf(day).filter(({ outcome }) => outcome === "refused"));

  const before = estatesBefore(facts, days, rules, figuresOfDay);

  const currentAt = (now: Instant) => {
    const day = dayNumber(now);
    // Within the first hours of a day what is known of the day before still grows.
    const settling = now < day * DAY + NEXT_CAPTURE_MS ? now : 0;
    const key = `${day} ${settling} ${acknowledgedBy(now)}`;
    if (!current || current.key !== key || current.running.isPast(now)) {
      const moving = movingContext(before(day, now), day, now, facts, rules);
      current = { ...moving, key, running: runningDay(day, talliesOf(day), elsewhereOn(day)) };
    }
    current.moveTo(now);
    return current;
  };

  /** Of the last 24 hours. Refusals teach no networks: what is known today serves for yesterday. */
  const spreadAt = (now: Instant, context: DayContext): readonly Spread[] => {
    const today = dayNumber(now);
    const refusals = [...refusalsOf(today - 1), ...refusalsOf(today).filter(({ firstAt }) => firstAt < now)];
    const allowed = () => allowedBefore(now, [...talliesOf(today - 1), ...talliesOf(today)]);
    return spreadRefusals(refusals, context, allowed).filter(({ lastAt }) => lastAt >= now - DAY);
  };

  const settledAt = (now: Instant): Estate | undefined => {
    const day = dayNumber(now);
    return settledDay(now) < day - 1 ? undefined : { ...before(day, now), day: day - 1 };
  };

  return {
    estateBefore: (now) => before(dayNumber(now), now),
    at: (now) => {
      const { context, raw, running } = currentAt(now);
      const figures = running.until(now);
      const today = episodesToday(context, judgeDay(context, figures, raw));
      return {
        episodes: [...today, ...episodesBefore(context, today, now)],
        spread: spreadAt(now, context),
        settled: () => settledAt(now),
      };
    },
  };
};
