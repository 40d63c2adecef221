import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { joined, severityOf, thresholdOf, weightOf } from "../../../lib/core/anomaly/weigh.ts";

const sign = (group: "network" | "client" | "burst", bits: number) => ({ detector: group, group, bits });

describe("the weight of an episode", () => {
  it("joins two signs of 6 bits to 8.8, not to 12", () => {
    expect(weightOf([sign("network", 6), sign("client", 6)])).toBeCloseTo(8.78, 1);
  });

  it("counts the strongest sign of a group once", () => {
    expect(weightOf([sign("network", 9), sign("network", 8)])).toBe(9);
  });

  it("is never less than its strongest sign, and never more than their sum", () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ min: 4, max: 16, noNaN: true }), { minLength: 1, maxLength: 3 }),
        (bits) => {
          const groups = ["network", "client", "burst"] as const;
          const weight = weightOf(bits.map((b, i) => sign(groups[i] ?? "burst", b)));
          expect(weight).toBeGreaterThanOrEqual(Math.max(...bits) - 1e-9);
          expect(weight).toBeLessThanOrEqual(bits.reduce((a, b) => a + b, 0) + 1e-9);
        },
      ),
    );
  });

  it("is the chance that Fisher's method gives: -2 ln of the product is chi-squared", () => {
    // Two p-values of 0.01: chi-squared 18.42 with 4 degrees of freedom, p = 0.00102.
    expect(2 ** -joined(2 * -Math.log2(0.01), 2)).toBeCloseTo(0.00102, 4);
  });
});

describe("the threshold", () => {
  it("is the bits of one false finding in a week's active days", () => {
    expect(thresholdOf(28 * 64, 28, 1)).toBeCloseTo(Math.log2(64 * 7), 6);
    expect(thresholdOf(28 * 64, 28, 2)).toBeCloseTo(Math.log2(64 * 7) - 1, 6);
  });

  it("is never below one chance in 64", () => {
    expect(thresholdOf(3, 28, 1)).toBe(6);
    expect(thresholdOf(0, 0, 1)).toBe(6);
  });

  it("grows by two bits a severity", () => {
    expect([8, 10, 12].map((weight) => severityOf(weight, 8))).toEqual(["low", "medium", "high"]);
  });
});
