// What a month costs: the page says what is worked out, and the sums hold.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { costs, estates } from "../../bench/cost.ts";
import type { CostLine } from "../../bench/support/cost-line.ts";
import { measuredFigures } from "../../bench/support/measured-figures.ts";
import { monthlyCost, totalOf } from "../../bench/support/monthly-cost.ts";
import { prices } from "../../bench/support/prices.ts";
import { allFunctions, functionPlans } from "../../deploy/topology.ts";
import { withCosts } from "../../scripts/cost-page.ts";

const root = join(import.meta.dirname, "../..");
const readme = readFileSync(join(root, "README.md"), "utf8");
const measured = measuredFigures(readme);
const deployed = { alarms: 29, queues: 5, ownMetrics: 6, functions: functionPlans };
/** Tables in the file are aligned. */
const unaligned = (page: string): string => page.replaceAll(/ +/g, " ").replaceAll(/-{3,}/g, "---");
const linesOf = (clusters: number, connectsPerMonth: number): readonly CostLine[] =>
  monthlyCost({ clusters, connectsPerMonth }, { measured, deployed, prices });
const lineOf = (lines: readonly CostLine[] | undefined, what: string): CostLine["dollars"] | undefined =>
  lines?.find((line) => line.what.startsWith(what))?.dollars;

describe("the cost of a month", () => {
  it("stands in docs/cost.md as README's figures and the prices make it", () => {
    const page = readFileSync(join(root, "docs/cost.md"), "utf8");
    expect(unaligned(withCosts(page, readme))).toBe(unaligned(page));
    expect(page).toContain(Object.keys(estates)[1]);
  });

  it("is CloudTrail's price of every connect: a dollar for a million, $5,184 for 20 clusters at their limit", () => {
    const [small, large] = [...costs(readme).values()];
    expect(lineOf(small, "CloudTrail")).toMatchObject({ low: expect.closeTo(1, 2) });
    expect(lineOf(large, "CloudTrail")).toMatchObject({ low: expect.closeTo(5_184, 0) });
  });

  it("grows with clusters and connects alone, and in proportion to them but for what stands anyway", () => {
    const few = fc.integer({ min: 1, max: 50 });
    const times = fc.integer({ min: 2, max: 9 });
    fc.assert(
      fc.property(few, fc.integer({ min: 1e9, max: 1e10 }), times, (clusters, connects, n) => {
        const one = linesOf(clusters, connects);
        const many = linesOf(clusters * n, connects * n);
        for (const [i, { what, dollars }] of one.entries()) {
          const other = many[i]?.dollars;
          if (dollars === "unknown" || other === undefined || other === "unknown") {
            expect(other, what).toBe(dollars);
            continue;
          }
          const factor = /CloudWatch|KMS|polls of empty|by their schedules/.test(what) ? 1 : n;
          expect(other.high, what).toBeCloseTo(dollars.high * factor, 4);
          expect(dollars.low).toBeLessThanOrEqual(dollars.high);
        }
      }),
      { numRuns: 50 },
    );
  });

  it("has a line for every function", () => {
    const words = linesOf(1, 1e6)
      .map(({ what }) => what)
      .join("; ");
    const called = { ingestEvents: "counting connects", ingestFiles: "trail's files", detect: "evaluations" };
    const known: Readonly<Record<string, string>> = { ...called, snapshot: "Lambda: snapshots" };
    for (const { name } of allFunctions) expect(words).toContain(known[name] ?? name);
  });

  it("bounds what runs by a schedule by the schedule and the function's limit", () => {
    const seconds = 720 * 60 * (256 / 1_024) + 30 * 900 * (512 / 1_024);
    const calls = (750 / 1e6) * 0.2;
    expect(lineOf(linesOf(1, 1e6), "Lambda: plan and retain")).toEqual({
      low: expect.closeTo(calls, 9),
      high: expect.closeTo(calls + seconds * 1.33334e-5, 6),
    });
    expect(lineOf(linesOf(20, 1e6), "Lambda: snapshots")).toMatchObject({
      high: expect.closeTo(20 * 720 * (300 * 1.33334e-5 + 2e-7), 4),
    });
  });

  it("counts two to five polls of 20 seconds for each queue", () => {
    const polls = (30 * 86_400) / 20;
    const price = (n: number) => expect.closeTo((5 * n * polls * 0.4) / 1e6, 6);
    expect(lineOf(linesOf(1, 1), "SQS: polls")).toEqual({ low: price(2), high: price(5) });
  });

  it("sums what is known and names what is not", () => {
    const lines = linesOf(1, 1e6);
    const unknown = lines.filter(({ dollars }) => dollars === "unknown");
    expect(unknown.map(({ what }) => what)).toContain("Aurora DSQL: what our reads cost the cluster");
    const known = lines.filter(({ dollars }) => dollars !== "unknown");
    expect(totalOf(lines)).toEqual(totalOf(known));
    expect(totalOf(unknown)).toEqual({ low: 0, high: 0 });
  });

  it("is refused where README lacks a figure or says it in another way", () => {
    expect(() => measuredFigures(readme.replace("| the same at one a minute", "| the same"))).toThrow(
      'README has no figure "the same at one a minute"',
    );
    expect(() => measuredFigures(readme.replace(/[\d.]+ ms of CPU/, "fast"))).toThrow("does not read as");
  });
});
