// When a principal first came from a network, for how long that was new, and how unusual a new network is for it.
import type { Tally } from "../activity/activity.ts";
import { FOLDED } from "../activity/tally.ts";
import { countBefore } from "../base/sorted.ts";
import { DAY, floorTo, type Instant } from "../base/time.ts";

/**
 * One network's introduction to one principal: its tallies from the first on, until a day of silence or until it counts
 * as learned. The figures describe the principal before that, up to a day before the first connection.
 */
export type NetworkRun = {
  readonly network: string;
  /** At least one, by first instant; may reach beyond the moment of a view. */
  readonly tallies: readonly Tally[];
  readonly firstAt: Instant;
  readonly baseline: {
    /** The principal's first connection within the baseline; undefined: none. */
    readonly since: Instant | undefined;
    /** UTC days with a connection. */
    readonly activeDays: number;
    /** UTC days on which a network was new, those of the first week of all left out. */
    readonly introductionDays: number;
    /** Networks seen, the most recent last, bounded. */
    readonly networks: readonly string[];
  };
};

const WARM_UP = 7 * DAY;
const SHOWN_NETWORKS = 12;

/** What no network can be told from: no address in the record, or folded together with others. */
const isNamed = (network: string): boolean => network !== "unknown" && network !== FOLDED;

type Introduction = { readonly network: string; readonly tallies: Tally[]; lastAt: Instant };

/** The introductions of a principal's networks, in order of first instant. Only successful connections count. */
const introductionsOf = (
  tallies: readonly Tally[],
  baselineDays: number,
  learnDays: number,
): readonly Introduction[] => {
  const all: Introduction[] = [];
  const current = new Map<string, { lastAt: Instant; introduction: Introduction }>();
  for (const tally of tallies) {
    const known = current.get(tally.network);
    if (!known || tally.firstAt - known.lastAt > baselineDays * DAY) {
      const introduction = { network: tally.network, tallies: [tally], lastAt: tally.lastAt };
      all.push(introduction);
      current.set(tally.network, { lastAt: tally.lastAt, introduction });
      continue;
    }
    const { introduction } = known;
    const firstAt = introduction.tallies[0]?.firstAt ?? 0;
    if (tally.firstAt - introduction.lastAt < DAY && tally.firstAt - firstAt < learnDays * DAY) {
      introduction.tallies.push(tally);
      introduction.lastAt = Math.max(introduction.lastAt, tally.lastAt);
    }
    known.lastAt = Math.max(known.lastAt, tally.lastAt);
  }
  return all;
};

const distinct = (sorted: readonly Instant[]): Instant[] => sorted.filter((at, i) => at !== sorted[i - 1]);

/** `tallies`: all of one principal, sorted by first instant. */
export const networkRuns = (
  tallies: readonly Tally[],
  { baselineDays, learnDays }: { readonly baselineDays: number; readonly learnDays: number },
): readonly NetworkRun[] => {
  const seen = tallies.filter(({ outcome, network }) => outcome === "allowed" && isNamed(network));
  const [first] = seen;
  if (!first) return [];
  const introductions = introductionsOf(seen, baselineDays, learnDays);
  const starts = seen.map(({ firstAt }) => firstAt);
  const activeDays = distinct(
    seen.flatMap((t) => [floorTo(DAY, t.firstAt), floorTo(DAY, t.lastAt)]).toSorted((a, b) => a - b),
  );
  const newDays = distinct(
    introductions
      .map((introduction) => introduction.tallies[0]?.firstAt ?? 0)
      .filter((at) => at >= first.firstAt + WARM_UP)
      .map((at) => floorTo(DAY, at)),
  );
  const between = (sorted: readonly Instant[], from: Instant, to: Instant): number =>
    Math.max(0, countBefore(sorted, to) - countBefore(sorted, from));
  return introductions.map(({ network, tallies: run }) => {
    const firstAt = run[0]?.firstAt ?? 0;
    const from = firstAt - baselineDays * DAY;
    // The day before belongs to the same unusual stretch, if there is one: it must not make itself usual.
    const to = firstAt - DAY;
    const known = seen.slice(countBefore(starts, from), countBefore(starts, to));
    const networks = [...new Set(known.map((tally) => tally.network).toReversed())];
    return {
      network,
      tallies: run,
      firstAt,
      baseline: {
        since: known[0]?.firstAt,
        activeDays: between(activeDays, floorTo(DAY, from), floorTo(DAY, to)),
        introductionDays: between(newDays, from, floorTo(DAY, to)),
        networks: networks.slice(0, SHOWN_NETWORKS).toReversed(),
      },
    };
  });
};
