// Answers "what did this principal do in this stretch" from tallies, by binary search: built once, asked for every hour of
// a replay.

import type { Principal } from "../base/ids.ts";
import type { Instant, Interval } from "../base/time.ts";
import type { Tally } from "./activity.ts";

export type ActivityIndex = {
  /** Everybody who ever appears, sorted. */
  readonly principals: () => readonly Principal[];
  /** The principal's tallies that reach into the stretch, by `firstAt`. */
  readonly talliesOf: (principal: Principal, interval: Interval) => readonly Tally[];
};

/** Tallies by firstAt, and the length of the longest of them. */
type Timeline = {
  readonly tallies: readonly Tally[];
  readonly span: number;
};

const timeline = (unsorted: Tally[]): Timeline => {
  const tallies = unsorted.sort((a, b) => a.firstAt - b.firstAt || a.lastAt - b.lastAt);
  let span = 0;
  for (const { firstAt, lastAt } of tallies) {
    span = Math.max(span, lastAt - firstAt);
  }
  return { tallies, span };
};

/** How many begin before the instant. */
const countBefore = ({ tallies }: Timeline, at: Instant): number => {
  let low = 0;
  let high = tallies.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((tallies[middle] as Tally).firstAt < at) low = middle + 1;
    else high = middle;
  }
  return low;
};

const overlapping = (line: Timeline, { from, to }: Interval): readonly Tally[] => {
  const found: Tally[] = [];
  const end = countBefore(line, to);
  // All of them, as most ask for: no copy of what may be hundreds of thousands.
  if (end === line.tallies.length && (line.tallies[0]?.firstAt ?? 0) >= from) return line.tallies;
  for (let n = countBefore(line, from - line.span); n < end; n++) {
    const tally = line.tallies[n] as Tally;
    if (tally.lastAt >= from) found.push(tally);
  }
  return found;
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
  const byPrincipal = new Map([...groups].map(([principal, tallies]) => [principal, timeline(tallies)]));
  const sorted = [...byPrincipal.keys()].sort();
  return {
    principals: () => sorted,
    talliesOf: (principal, interval) => {
      const line = byPrincipal.get(principal);
      return line ? overlapping(line, interval) : [];
    },
  };
};
