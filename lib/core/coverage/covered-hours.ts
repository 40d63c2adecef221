// Makes coverage of proven hours: joins, merges, and takes out what is in doubt.

import { floorTo, HOUR, type Instant, type Interval } from "../base/time.ts";
import type { Coverage, Doubt, Proof } from "./coverage.ts";

const RANK: Record<Proof, number> = { digest: 0, canary: 1, folder: 2 };

/** Joins hours (starts, in any order, with repeats) of one proof or several; where two prove an hour the stronger counts. */
export const coverageOf = (hours: Iterable<readonly [Instant, Proof]>): Coverage => {
  const best = new Map<Instant, Proof>();
  for (const [hour, proof] of hours) {
    const known = best.get(hour);
    if (known === undefined || RANK[proof] < RANK[known]) best.set(hour, proof);
  }
  const coverage: { from: Instant; to: Instant; proof: Proof }[] = [];
  for (const [from, proof] of [...best].sort(([a], [b]) => a - b)) {
    const last = coverage.at(-1);
    if (last?.to === from && last.proof === proof) last.to = from + HOUR;
    else coverage.push({ from, to: from + HOUR, proof });
  }
  return coverage;
};

/** The starts of the whole hours in a stretch. */
export const hoursIn = ({ from, to }: Interval): Instant[] => {
  const hours: Instant[] = [];
  for (let hour = floorTo(HOUR, from + HOUR - 1); hour + HOUR <= to; hour += HOUR) hours.push(hour);
  return hours;
};

const entries = function* (coverage: Coverage): Generator<readonly [Instant, Proof]> {
  for (const stretch of coverage) for (const hour of hoursIn(stretch)) yield [hour, stretch.proof];
};

/** One coverage of several. */
export const mergeCoverage = (...all: readonly Coverage[]): Coverage =>
  coverageOf(
    (function* () {
      for (const coverage of all) yield* entries(coverage);
    })(),
  );

/** Takes out every hour that a doubt touches: half an hour without a trail is an hour that proves nothing. */
export const withoutDoubts = (coverage: Coverage, doubts: readonly Doubt[]): Coverage => {
  const doubted = new Set<Instant>();
  for (const { from, to } of doubts) {
    for (let hour = floorTo(HOUR, from); hour < to; hour += HOUR) doubted.add(hour);
  }
  return doubted.size === 0
    ? coverage
    : coverageOf([...entries(coverage)].filter(([hour]) => !doubted.has(hour)));
};
