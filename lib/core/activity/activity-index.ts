// Answers "what did this principal do in this stretch" and "what was done on this day" from tallies, by binary search: built
// once, asked for every hour of a replay.

import type { Principal } from "../base/ids.ts";
import { DAY, type Instant, type Interval } from "../base/time.ts";
import type { Tally } from "./activity.ts";

export type ActivityIndex = {
  /** Everybody who ever appears, sorted. */
  readonly principals: () => readonly Principal[];
  /** The principal's tallies that reach into the stretch, by `firstAt`. */
  readonly talliesOf: (principal: Principal, interval: Interval) => readonly Tally[];
  /** All of the principal's, for who looks at few things of many; undefined: there are none. */
  readonly timelineOf: (principal: Principal) => Timeline | undefined;
  /** The numbers of the UTC days on which tallies begin, sorted. */
  readonly days: () => readonly number[];
  /** The tallies that begin on a day, by `firstAt`; equals by principal, then by `lastAt`. */
  readonly talliesOn: (day: number) => readonly Tally[];
};

/** One principal's tallies by `firstAt`, then `lastAt`, wherever they are kept; made when they are asked for. */
export type Timeline = {
  readonly length: number;
  readonly firstAt: (n: number) => Instant;
  readonly lastAt: (n: number) => Instant;
  /** Of its texts only, which cost nothing to tell; its numbers mean nothing. */
  readonly texts: (n: number) => Tally;
  readonly count: (n: number) => number;
  readonly tally: (n: number) => Tally;
  /** All of them. */
  readonly tallies: () => readonly Tally[];
};

/** How many begin before the instant. */
const countBefore = ({ length, firstAt }: Timeline, at: Instant): number => {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (firstAt(middle) < at) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** The length of the longest. */
const spanOf = ({ length, firstAt, lastAt }: Timeline): number => {
  let span = 0;
  for (let n = 0; n < length; n++) span = Math.max(span, lastAt(n) - firstAt(n));
  return span;
};

const overlapping = (line: Timeline, span: number, { from, to }: Interval): readonly Tally[] => {
  const end = countBefore(line, to);
  // All of them, as most ask for: no copy of what may be hundreds of thousands.
  if (end === line.length && (end === 0 || line.firstAt(0) >= from)) return line.tallies();
  const found: Tally[] = [];
  for (let n = countBefore(line, from - span); n < end; n++) {
    if (line.lastAt(n) >= from) found.push(line.tally(n));
  }
  return found;
};

const daysOf = (lines: Iterable<Timeline>): number[] => {
  const days = new Set<number>();
  for (const line of lines) {
    for (let n = 0; n < line.length; ) {
      const day = Math.floor(line.firstAt(n) / DAY);
      days.add(day);
      n = countBefore(line, (day + 1) * DAY);
    }
  }
  return [...days].sort((a, b) => a - b);
};

/** The index of timelines that are there already. */
export const indexOfTimelines = (lines: ReadonlyMap<Principal, Timeline>): ActivityIndex => {
  const sorted = [...lines.keys()].sort();
  const spans = new Map([...lines].map(([principal, line]) => [principal, spanOf(line)]));
  const days = daysOf(lines.values());
  return {
    principals: () => sorted,
    talliesOf: (principal, interval) => {
      const line = lines.get(principal);
      return line ? overlapping(line, spans.get(principal) ?? 0, interval) : [];
    },
    timelineOf: (principal) => lines.get(principal),
    days: () => days,
    talliesOn: (day) => {
      const found: Tally[] = [];
      for (const principal of sorted) {
        const line = lines.get(principal);
        const end = line ? countBefore(line, (day + 1) * DAY) : 0;
        for (let n = line ? countBefore(line, day * DAY) : 0; n < end; n++)
          if (line) found.push(line.tally(n));
      }
      return found.sort((a, b) => a.firstAt - b.firstAt);
    },
  };
};

const timeline = (unsorted: Tally[]): Timeline => {
  const tallies = unsorted.sort((a, b) => a.firstAt - b.firstAt || a.lastAt - b.lastAt);
  const tally = (n: number): Tally => tallies[n] as Tally;
  return {
    length: tallies.length,
    firstAt: (n) => tally(n).firstAt,
    lastAt: (n) => tally(n).lastAt,
    texts: tally,
    count: (n) => tally(n).count,
    tally,
    tallies: () => tallies,
  };
};

/** Indexes profiles (of hours, days or any stretch; they may overlap in time, not in what they count). */
export const activityIndex = (profiles: Iterable<{ readonly tallies: readonly Tally[] }>): ActivityIndex => {
  const groups = new Map<Principal, Tally[]>();
  for (const { tallies } of profiles) {
    for (const tally of tallies) {
      const known = groups.get(tally.principal);
      if (known) known.push(tally);
      else groups.set(tally.principal, [tally]);
    }
  }
  return indexOfTimelines(new Map([...groups].map(([principal, tallies]) => [principal, timeline(tallies)])));
};
