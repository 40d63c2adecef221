// The stretches that the demonstration lives through in one go: hours where something happens, whole days where nothing does.
import { DAY, floorTo, HOUR, type Instant, type Interval } from "../../lib/core/base/time.ts";
import type { Story } from "./story.ts";

/** Hours that are lived through in one go while nothing changes. */
const QUIET_STEP = DAY;
/** And while capture fails: what grows is told as it grows. */
const FAILING_STEP = 12 * HOUR;
/** Around a change the hours go one by one: the hour before it, its own, and two more. */
const AROUND_CHANGE = { before: HOUR, after: 3 * HOUR };
/** What happens in IAM lies between two snapshots, an hour apart. */
const AROUND_IAM = { before: 0, after: 2 * HOUR };
/** An attack is looked at when its hour is over. */
const AROUND_ATTACK = { before: 0, after: HOUR };
/** The last hours go by the hour, as a deployment's schedule does: each with its own login, until the proof has settled. */
const LAST_HOURS = 6 * HOUR;

const around = (
  happens: readonly { readonly at: number }[],
  midnight: Instant,
  { before, after }: typeof AROUND_CHANGE,
): Interval[] =>
  happens.map(({ at }) => {
    const hour = midnight + floorTo(HOUR, at);
    return { from: hour - before, to: hour + after };
  });

/** Hour by hour, both full hours. */
export const hoursOf = function* (midnight: Instant, end: Instant): Generator<Interval> {
  for (let from = midnight; from < end; from += HOUR) yield { from, to: from + HOUR };
};

/** From the first midnight to `end`, without a hole; `end` is a full hour. */
export const stepsOf = function* (story: Story, midnight: Instant, end: Instant): Generator<Interval> {
  const busy = [
    ...around(story.changes, midnight, AROUND_CHANGE),
    ...around(story.iam, midnight, AROUND_IAM),
    ...around(story.attacks, midnight, AROUND_ATTACK),
  ];
  const failing = { from: midnight + story.outage.from - DAY, to: midnight + story.outage.to + 2 * DAY };
  const lastHours = Math.max(midnight, end - LAST_HOURS);
  for (let from = midnight; from < end; ) {
    const hourly = from >= lastHours || busy.some((hours) => hours.from <= from && from < hours.to);
    const next = busy.map((hours) => hours.from).filter((start) => start > from);
    const step = from >= failing.from && from < failing.to ? FAILING_STEP : QUIET_STEP;
    const quiet = midnight + floorTo(step, from - midnight) + step;
    const to = hourly ? from + HOUR : Math.min(quiet, lastHours, ...next);
    yield { from, to };
    from = to;
  }
};
