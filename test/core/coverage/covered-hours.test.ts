import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HOUR } from "../../../lib/core/base/time.ts";
import type { Proof } from "../../../lib/core/coverage/coverage.ts";
import {
  coverageOf,
  hoursIn,
  mergeCoverage,
  withoutDoubts,
} from "../../../lib/core/coverage/covered-hours.ts";
import { uncoveredOf } from "../../../lib/core/coverage/uncovered.ts";

const hours = fc.uniqueArray(fc.integer({ min: 0, max: 30 }), { maxLength: 30 });
const proofs = (numbers: readonly number[], proof: Proof = "folder") =>
  coverageOf(numbers.map((n) => [n * HOUR, proof] as const));
const stretch = fc
  .tuple(fc.integer({ min: 0, max: 31 * HOUR }), fc.integer({ min: 0, max: 31 * HOUR }))
  .map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) }));

describe("covered hours", () => {
  it("covers a stretch exactly when every hour that it touches is proven", () => {
    fc.assert(
      fc.property(hours, stretch, (proven, { from, to }) => {
        const touched = Array.from({ length: 32 }, (_, n) => n).filter(
          (n) => n * HOUR < to && (n + 1) * HOUR > from,
        );
        const expected = from === to || touched.every((n) => proven.includes(n));
        const uncovered = uncoveredOf(proofs(proven), []);
        expect(uncovered.gapsIn({ from, to }).length === 0).toBe(expected);
      }),
    );
  });

  it("finds gaps that are sorted, disjoint, within the stretch, and uncovered throughout", () => {
    fc.assert(
      fc.property(hours, stretch, (proven, interval) => {
        const coverage = proofs(proven);
        let at = interval.from;
        let missing = 0;
        for (const whole of uncoveredOf(coverage, []).gapsIn(interval)) {
          const gap = { from: Math.max(whole.from, interval.from), to: Math.min(whole.to, interval.to) };
          expect(gap.from).toBeGreaterThanOrEqual(at);
          expect(gap.to).toBeGreaterThan(gap.from);
          expect(gap.to).toBeLessThanOrEqual(interval.to);
          missing += gap.to - gap.from;
          at = gap.to;
        }
        const covered = proven.reduce(
          (sum, n) =>
            sum + Math.max(0, Math.min(interval.to, (n + 1) * HOUR) - Math.max(interval.from, n * HOUR)),
          0,
        );
        expect(missing + covered).toBe(interval.to - interval.from);
      }),
    );
  });

  it("keeps the stronger proof of an hour, whichever comes first", () => {
    const merged = mergeCoverage(proofs([1, 2, 3]), proofs([2], "digest"), proofs([2, 3], "canary"));
    expect(merged).toEqual(mergeCoverage(proofs([2, 3], "canary"), proofs([2], "digest"), proofs([1, 2, 3])));
    expect(merged.map(({ proof }) => proof)).toEqual(["folder", "digest", "canary"]);
  });

  it("takes out each hour that a doubt touches", () => {
    const doubt = { from: 2 * HOUR + 1, to: 3 * HOUR + 1, reason: "stopped" };
    expect(hoursIn({ from: 0, to: 5 * HOUR })).toHaveLength(5);
    expect(withoutDoubts(proofs([1, 2, 3, 4]), [doubt])).toEqual(proofs([1, 4]));
    expect(withoutDoubts(proofs([1]), [])).toEqual(proofs([1]));
  });
});
