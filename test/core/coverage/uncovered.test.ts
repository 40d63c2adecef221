// The index of unproven hours against looking at every hour.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HOUR } from "../../../lib/core/base/time.ts";
import { uncoveredOf } from "../../../lib/core/coverage/uncovered.ts";

const T = Date.UTC(2026, 0, 1);
const stretch = fc
  .tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 20 }))
  .map(([from, hours]) => ({ from: T + from * HOUR, to: T + (from + hours) * HOUR }));

describe("uncovered hours", () => {
  it("are those that no proof covers or that are in doubt, hour by hour", () => {
    fc.assert(
      fc.property(
        fc.array(stretch, { maxLength: 6 }),
        fc.array(stretch, { maxLength: 2 }),
        stretch,
        (covered, doubted, window) => {
          const coverage = covered.map((one) => ({ ...one, proof: "folder" as const }));
          const uncovered = uncoveredOf(
            coverage,
            doubted.map((one) => ({ ...one, reason: "stopped" })),
          );
          const isProven = (hour: number): boolean =>
            covered.some(({ from, to }) => hour >= from && hour < to) &&
            !doubted.some(({ from, to }) => hour >= from && hour < to);
          const hours = Array.from(
            { length: (window.to - window.from) / HOUR },
            (_, i) => window.from + i * HOUR,
          );
          expect(uncovered.hoursIn(window)).toBe(hours.filter((hour) => !isProven(hour)).length);
          const inGaps = hours.filter((hour) =>
            uncovered.gapsIn(window).some(({ from, to }) => hour >= from && hour < to),
          );
          expect(inGaps).toEqual(hours.filter((hour) => !isProven(hour)));
          let since = window.to;
          while (since > T && isProven(since - HOUR)) since -= HOUR;
          expect(uncovered.provenSince(window.to)).toBe(since);
        },
      ),
    );
  });

  it("say why, where somebody knows, and tell a gap whole though only its end lies in the window", () => {
    const outage = { from: T + 5 * HOUR, to: T + 9 * HOUR };
    const { gapsIn } = uncoveredOf(
      [{ from: T, to: T + 20 * HOUR, proof: "digest" }],
      [{ ...outage, reason: "StopLogging" }],
    );
    expect(gapsIn({ from: T + 8 * HOUR, to: T + 20 * HOUR })).toEqual([
      { ...outage, reasons: ["StopLogging"] },
    ]);
    expect(gapsIn({ from: T + 9 * HOUR, to: T + 20 * HOUR })).toEqual([]);
  });

  it("are all of them where nothing is proven", () => {
    const { hoursIn, firstCoveredAt, provenSince } = uncoveredOf([], []);
    expect(hoursIn({ from: T, to: T + 48 * HOUR })).toBe(48);
    expect(firstCoveredAt).toBeUndefined();
    expect(provenSince(T)).toBe(T);
  });
});
