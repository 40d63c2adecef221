// The estate as of the end of a day: active days are closed one after the other, and the last ones are held.
import { DAY, type Instant } from "../base/time.ts";
import { closeDay } from "./close-day.ts";
import type { DayFigures } from "./day-figures.ts";
import type { Estate } from "./estate.ts";
import { NEXT_CAPTURE_MS } from "./mapping-state.ts";
import { type MovingFacts, movingContext } from "./moving-context.ts";
import type { SignRule } from "./sign-rule.ts";

/** So many closed days are held: moments that go back further have them closed again. */
const CLOSED_DAYS = 4;

/** The estates as of the end of the last days that were settled when they were closed. */
const closedDays = () => {
  const closed = new Map<number, Estate>();
  return {
    keep: (day: number, estate: Estate): void => {
      closed.set(day, estate);
      if (closed.size > CLOSED_DAYS) closed.delete(Math.min(...closed.keys()));
    },
    lastBefore: (day: number): { readonly day: number; readonly estate: Estate } | undefined =>
      [...closed]
        .map(([at, estate]) => ({ day: at, estate }))
        .filter((one) => one.day < day)
        .toSorted((a, b) => a.day - b.day)
        .at(-1),
  };
};

/**
 * Gives the estate as of the end of the last active day before `day`. A day is settled when the captures that tell who was
 * mapped at its end have come; until then it is closed by what is known at `now`, and closed again later.
 * `days`: the active days after that of `facts.estate`, sorted. `figuresOfDay`: of every principal that connected on one.
 */
export const estatesBefore = (
  facts: MovingFacts & { readonly estate: Estate },
  days: readonly number[],
  rules: readonly SignRule[],
  figuresOfDay: (day: number) => readonly DayFigures[],
): ((day: number, now: Instant) => Estate) => {
  const closed = closedDays();
  const close = (estate: Estate, day: number, knownAt: Instant): Estate => {
    const { context, raw, moveTo } = movingContext(estate, day, knownAt, facts, rules);
    moveTo(knownAt);
    return closeDay(context, rules, figuresOfDay(day), raw);
  };
  return (day, now) => {
    const last = closed.lastBefore(day);
    let estate = last?.estate ?? facts.estate;
    for (const active of days.filter((one) => one < day && (!last || one > last.day))) {
      const settledAt = (active + 1) * DAY + NEXT_CAPTURE_MS;
      estate = close(estate, active, Math.min(now, settledAt));
      if (now >= settledAt) closed.keep(active, estate);
    }
    return estate;
  };
};
