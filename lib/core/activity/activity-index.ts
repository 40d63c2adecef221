// Answers "what did this principal do, as of then" from tallies, by binary search: built once, asked for every hour of a
// replay. Knows nothing beyond `before`, so that a judgement of the past never sees its future.

import type { Principal } from "../base/ids.ts";
import type { Instant, Interval } from "../base/time.ts";
import type { Tally } from "./activity.ts";
import type { Connection } from "./connection.ts";

type Action = Connection["action"];

export type ActivityIndex = {
  /** Everybody who ever appears, sorted. */
  readonly principals: () => readonly Principal[];
  /** The principal's tallies that reach into the stretch, by `firstAt`. */
  readonly talliesOf: (principal: Principal, interval: Interval) => readonly Tally[];
  /** All tallies that reach into the stretch, by `firstAt`. */
  readonly talliesIn: (interval: Interval) => readonly Tally[];
  /** The latest allowed connection before an instant; within a tally that spans it, what is certain: its first. */
  readonly lastAllowed: (principal: Principal, action: Action, before: Instant) => Instant | undefined;
  /** The earliest connection of any kind. */
  readonly firstSeen: (principal: Principal) => Instant | undefined;
};

/** Tallies by firstAt, with the latest lastAt up to each, and the longest of them. */
type Timeline = {
  readonly tallies: readonly Tally[];
  readonly latest: readonly Instant[];
  readonly span: number;
};

const timeline = (unsorted: Tally[]): Timeline => {
  const tallies = unsorted.sort((a, b) => a.firstAt - b.firstAt || a.lastAt - b.lastAt);
  const latest: Instant[] = [];
  let span = 0;
  for (const { firstAt, lastAt } of tallies) {
    latest.push(Math.max(lastAt, latest.at(-1) ?? Number.NEGATIVE_INFINITY));
    span = Math.max(span, lastAt - firstAt);
  }
  return { tallies, latest, span };
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

const overlapping = (line: Timeline, { from, to }: Interval): Tally[] => {
  const found: Tally[] = [];
  const end = countBefore(line, to);
  for (let n = countBefore(line, from - line.span); n < end; n++) {
    const tally = line.tallies[n] as Tally;
    if (tally.lastAt >= from) found.push(tally);
  }
  return found;
};

const latestBefore = (line: Timeline, before: Instant): Instant | undefined => {
  let best: Instant | undefined;
  for (let n = countBefore(line, before) - 1; n >= 0; n--) {
    const upToHere = line.latest[n] as Instant;
    if (upToHere < before) return Math.max(upToHere, best ?? upToHere);
    const { firstAt, lastAt } = line.tallies[n] as Tally;
    const certain = lastAt < before ? lastAt : firstAt;
    best = Math.max(certain, best ?? certain);
  }
  return best;
};

const group = <K>(tallies: readonly Tally[], keyOf: (tally: Tally) => K | undefined): Map<K, Timeline> => {
  const groups = new Map<K, Tally[]>();
  for (const tally of tallies) {
    const key = keyOf(tally);
    if (key === undefined) continue;
    const known = groups.get(key);
    if (known) known.push(tally);
    else groups.set(key, [tally]);
  }
  return new Map([...groups].map(([key, members]) => [key, timeline(members)]));
};

/** Indexes profiles (of hours, days or any stretch; they may overlap in time, not in what they count). */
export const activityIndex = (profiles: Iterable<{ readonly tallies: readonly Tally[] }>): ActivityIndex => {
  const all: Tally[] = [];
  for (const { tallies } of profiles) for (const tally of tallies) all.push(tally);
  const whole = timeline(all);
  const byPrincipal = group(all, ({ principal }) => principal);
  const allowed = group(all, ({ principal, action, outcome }) =>
    outcome === "allowed" ? `${action} ${principal}` : undefined,
  );
  const sorted = [...byPrincipal.keys()].sort();
  return {
    principals: () => sorted,
    talliesOf: (principal, interval) => {
      const line = byPrincipal.get(principal);
      return line ? overlapping(line, interval) : [];
    },
    talliesIn: (interval) => overlapping(whole, interval),
    lastAllowed: (principal, action, before) => {
      const line = allowed.get(`${action} ${principal}`);
      return line && latestBefore(line, before);
    },
    firstSeen: (principal) => byPrincipal.get(principal)?.tallies[0]?.firstAt,
  };
};
