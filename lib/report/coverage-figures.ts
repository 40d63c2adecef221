// Coverage in figures: how many hours are proven, by what, and where the gaps lie.

import { DAY, floorTo, HOUR, type Instant, type Interval } from "../core/base/time.ts";
import type { Coverage, Doubt, Proof } from "../core/coverage/coverage.ts";
import { mergeCoverage, withoutDoubts } from "../core/coverage/covered-hours.ts";
import { uncoveredOf } from "../core/coverage/uncovered.ts";
import { count, firstOf } from "./wording.ts";

const SHOWN_REASONS = 3;

export type Gap = Interval & { readonly hours: number; readonly reason: string | undefined };

export type CoverageFigures = {
  readonly hours: number;
  readonly coveredHours: number;
  readonly byProof: Readonly<Record<Proof, number>>;
  readonly gaps: readonly Gap[];
  /** Whether the hour that starts here is proven. */
  readonly isCovered: (hour: Instant) => boolean;
};

/** The starts of the hours that a stretch touches, within others. */
const hoursTouched = function* ({ from, to }: Interval, within: Interval): Generator<Instant> {
  for (let hour = Math.max(within.from, floorTo(HOUR, from)); hour < Math.min(to, within.to); hour += HOUR) {
    yield hour;
  }
};

/** The first reasons, and how many more there are; undefined: nobody knows one. */
const reasonOf = (reasons: readonly string[]): string | undefined => {
  if (!reasons.length) return undefined;
  const { shown, more } = firstOf(reasons, SHOWN_REASONS);
  return `${shown.join("; ")}${more ? `; and ${count(more, "more reason", "more reasons")}` : ""}`;
};

/** What is proven of the whole hours that the window touches: the judge's own computation, cut to the window and counted. */
export const coverageFigures = (
  window: Interval,
  covered: Coverage,
  doubts: readonly Doubt[],
): CoverageFigures => {
  const from = floorTo(HOUR, window.from);
  const hours = Math.max(0, Math.ceil((window.to - from) / HOUR));
  const whole = { from, to: from + hours * HOUR };
  const proven = withoutDoubts(mergeCoverage(covered), doubts);
  const byProof: Record<Proof, number> = { digest: 0, canary: 0, folder: 0 };
  const provenHours = new Set<Instant>();
  for (const stretch of proven) {
    for (const hour of hoursTouched(stretch, whole)) {
      byProof[stretch.proof]++;
      provenHours.add(hour);
    }
  }
  // The gaps of the judge, cut to the window: one outage is one gap here as in its finding, whatever its reasons.
  const gaps = uncoveredOf(mergeCoverage(covered), doubts)
    .gapsIn(whole)
    .map((gap): Gap => {
      const [begin, end] = [Math.max(gap.from, whole.from), Math.min(gap.to, whole.to)];
      return { from: begin, to: end, hours: Math.ceil((end - begin) / HOUR), reason: reasonOf(gap.reasons) };
    });
  return {
    hours,
    coveredHours: provenHours.size,
    byProof,
    gaps,
    isCovered: (hour) => provenHours.has(hour),
  };
};

const TENTHS = 1_000;

/** Rounds parts of a whole to tenths of a percent that add up to `tenths`: the largest remainders are rounded up. */
const tenthsOf = (parts: readonly number[], whole: number, tenths: number): number[] => {
  const exact = parts.map((part) => (TENTHS * part) / whole);
  const floors = exact.map(Math.floor);
  let left = tenths - floors.reduce((sum, n) => sum + n, 0);
  const order = exact
    .map((n, at) => [n - Math.floor(n), at] as const)
    .sort((a, b) => b[0] - a[0] || a[1] - b[1]);
  for (const [, at] of order) {
    if (left <= 0 || !parts[at]) continue;
    floors[at] = (floors[at] ?? 0) + 1;
    left--;
  }
  return floors;
};

const percentOf = (part: number, whole: number, tenths: number): string => {
  if (part === whole) return "100 %";
  if (part > 0 && tenths <= 0) return "below 0.1 %";
  return tenths >= TENTHS ? "above 99.9 %" : `${(tenths / 10).toFixed(1)} %`;
};

/**
 * The shares of the proofs and of what is not proven, as they add up to 100 %. What is not proven is rounded up, so that
 * coverage never looks better than it is.
 */
export const coverageShares = ({
  hours,
  coveredHours,
  byProof,
}: Pick<CoverageFigures, "hours" | "coveredHours" | "byProof">): Readonly<
  Record<Proof | "unproven", string>
> => {
  if (hours <= 0) return { digest: "unknown", canary: "unknown", folder: "unknown", unproven: "unknown" };
  const unproven = Math.ceil((TENTHS * (hours - coveredHours)) / hours);
  const { digest, canary, folder } = byProof;
  const [d = 0, c = 0, f = 0] = tenthsOf([digest, canary, folder], hours, TENTHS - unproven);
  return {
    digest: percentOf(digest, hours, d),
    canary: percentOf(canary, hours, c),
    folder: percentOf(folder, hours, f),
    unproven: percentOf(hours - coveredHours, hours, unproven),
  };
};

/** Proven and unproven hours of each UTC day of the window, for the strip under the time axis. */
export const coverageByDay = (
  window: Interval,
  covered: Coverage,
  doubts: readonly Doubt[],
): readonly { readonly day: Instant; readonly kind: Proof | "unproven"; readonly hours: number }[] => {
  const days: { day: Instant; kind: Proof | "unproven"; hours: number }[] = [];
  for (let day = floorTo(DAY, window.from); day < window.to; day += DAY) {
    const part = { from: Math.max(day, window.from), to: Math.min(day + DAY, window.to) };
    const { byProof, hours, coveredHours } = coverageFigures(part, covered, doubts);
    for (const kind of ["digest", "canary", "folder"] as const) {
      if (byProof[kind]) days.push({ day, kind, hours: byProof[kind] });
    }
    if (hours > coveredHours) days.push({ day, kind: "unproven", hours: hours - coveredHours });
  }
  return days;
};
