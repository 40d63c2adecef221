// Verdicts with a capture outage: what happened in it was not recorded. They are right or unknown, never wrong.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { activityIndex } from "../../../lib/core/activity/activity-index.ts";
import { DAY, HOUR } from "../../../lib/core/base/time.ts";
import { exampleArn, exampleFacts, EXAMPLE_NOW as NOW } from "../../../lib/core/findings/example-facts.ts";
import type { Verdict } from "../../../lib/core/findings/finding.ts";
import { auditView } from "../../../lib/core/findings/view.ts";
import { useLedger } from "../../support/ledgers.ts";

const DAYS = 90;
const WINDOW = { from: NOW - DAYS * DAY, to: NOW };
const SETTLED = Math.floor(NOW / DAY) - 1;

type World = { readonly uses: readonly number[]; readonly outage: { from: number; to: number } };

/** What is said of a mapping that stood all along and was used at these instants, and what an all-knowing judge would say. */
const judged = ({ uses, outage }: World, byLedger: boolean): { said: Verdict; truth: readonly Verdict[] } => {
  const recorded = uses.filter((at) => at < outage.from || at >= outage.to);
  const example = exampleFacts({
    mappings: [{ to: "Job", role: "r" }],
    connections: recorded.map((at) => ({ by: "Job", at })),
    gaps: outage.from < outage.to ? [outage] : [],
  });
  const all = example.activity.talliesOf(exampleArn("Job"), { from: 0, to: NOW + DAY });
  const later = all.filter(({ firstAt }) => firstAt >= (SETTLED + 1) * DAY);
  const earlier = all.filter(({ firstAt }) => firstAt < (SETTLED + 1) * DAY);
  const facts = byLedger
    ? {
        ...example,
        activity: activityIndex([{ tallies: later }]),
        earlierUses: useLedger(SETTLED, earlier, example.mappingPeriods),
      }
    : example;
  const { mappings } = auditView(facts);
  const [mapping] = mappings.standing;
  if (!mapping) throw new Error("the mapping stands");
  const isUsed = uses.some((at) => at >= WINDOW.from);
  return {
    said: mappings.useOf(mapping, DAYS).verdict,
    truth: isUsed ? ["active"] : ["dormant", "never-used"],
  };
};

const hoursAgo = (max: number) => fc.integer({ min: 0, max }).map((hours) => NOW - hours * HOUR);
const uses = fc.array(
  hoursAgo(200 * 24).map((at) => at - 1),
  { maxLength: 4 },
);
const outageAt = (from: number, hours: number) => ({
  from,
  to: Math.min(NOW, from + hours * HOUR),
});
const lengths = fc.integer({ min: 1, max: 20 * 24 });

const outages = {
  "inside the window": fc
    .tuple(fc.integer({ min: 1, max: DAYS * 24 }), lengths)
    .map(([ago, hours]) => outageAt(NOW - ago * HOUR, hours)),
  "across the window's edge": fc
    .tuple(fc.integer({ min: 1, max: 19 * 24 }), lengths)
    .map(([before, hours]) => outageAt(WINDOW.from - before * HOUR, before + hours)),
  "outside the window": fc
    .tuple(lengths, fc.integer({ min: 0, max: 80 * 24 }))
    .map(([hours, before]) => outageAt(WINDOW.from - (hours + before) * HOUR, hours)),
};

describe.each(Object.entries(outages))("with a capture outage %s", (where, outage) => {
  it("a verdict is right or unknown, with all activity and with the ledger", () => {
    fc.assert(
      fc.property(uses, outage, (at, gap) => {
        const world = { uses: at, outage: gap };
        const { said, truth } = judged(world, true);
        expect([...truth, "unknown"]).toContain(said);
        expect(judged(world, false).said).toBe(said);
        // Unknown only where the outage can have hidden a use.
        if (where === "outside the window") expect(truth).toContain(said);
      }),
      { numRuns: 30 },
    );
  });

  it("a mapping that nobody used is called unused only where no hour of the window is lost", () => {
    fc.assert(
      fc.property(outage, (gap) => {
        const { said } = judged({ uses: [], outage: gap }, true);
        expect(said).toBe(where === "outside the window" ? "never-used" : "unknown");
      }),
      { numRuns: 15 },
    );
  });
});
