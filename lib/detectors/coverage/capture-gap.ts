// A stretch of hours for which nobody can prove that connections were captured.
import * as z from "zod";
import { defineDetector } from "../../core/findings/detector.ts";
import { type Case, daily, daysAgo, EXAMPLE_NOW, exampleFacts } from "../../core/findings/example-facts.ts";
import type { Severity } from "../../core/findings/finding.ts";
import { DAY, HOUR, iso } from "../../core/base/time.ts";

const SHOWN_REASONS = 5;

const severityOf = (hours: number): Severity => (hours >= 24 ? "high" : hours >= 3 ? "medium" : "low");

export const captureGap = /* @__PURE__ */ defineDetector({
  id: "capture-gap",
  category: "coverage",
  title: "Connections were not provably captured",
  severity: "medium",
  docs: {
    why: "What connected in these hours is not known. Every mapping without a use elsewhere in the window is unknown until they leave it, and a gap is what an intruder would want.",
    fix: "Ingest the trail's files of these hours (dsql-audit ingest s3://…): what they prove is covered again. If there are none, find out who stopped the trail or changed its selectors.",
    falsePositives:
      "Offline, an hour without any trail file counts as a gap, also where nothing happened in the account: add the digest files, which come every hour.",
    blindSpots:
      "The last hours are left out, because their proof comes late. Hours before capture was first proven or snapshots began are no gap.",
  },
  options: z.object({
    /** A gap counts as long as any of it lies within so many days: the window that verdicts look at. */
    days: z.int().positive().default(90),
  }),
  detect: ({ coverage }, { days }) => {
    const { expectedFrom, settledUntil, uncovered } = coverage;
    const window = coverage.windowOf(days);
    if (expectedFrom === undefined) return [];
    return uncovered
      .gapsIn({ from: Math.max(window.from, expectedFrom), to: window.to })
      .map(({ from, to, reasons }) => {
        const start = Math.max(from, expectedFrom);
        const end = Math.min(to, settledUntil);
        const hours = Math.ceil((end - start) / HOUR);
        return {
          subject: { facet: iso(start) },
          title: `No proof of capture for ${hours} ${hours === 1 ? "hour" : "hours"} from ${iso(start).slice(0, 16)}Z`,
          severity: severityOf(hours),
          evidence: {
            from: iso(start),
            to: iso(end),
            hours,
            goesOn: end === settledUntil,
            ...(reasons.length && { reasons: reasons.slice(0, SHOWN_REASONS) }),
          },
          firstSeenAt: start,
          lastSeenAt: end,
          fix: "dsql-audit ingest PATH, with the trail's files of these hours; then: dsql-audit detect",
        };
      });
  },
});

export const cases = (): Case[] => {
  const outage = { from: daysAgo(10), to: daysAgo(7) };
  const connections = daily("OrdersApi", 30, EXAMPLE_NOW);
  return [
    {
      name: "fires once for an outage of three days",
      facts: exampleFacts({ connections, gaps: [outage] }),
      expect: [iso(outage.from)],
    },
    {
      name: "fires apart for two gaps with a covered hour between",
      facts: exampleFacts({
        gaps: [
          { from: daysAgo(2), to: daysAgo(2) + HOUR },
          { from: daysAgo(2) + 2 * HOUR, to: daysAgo(2) + 3 * HOUR },
        ],
      }),
      expect: [iso(daysAgo(2)), iso(daysAgo(2) + 2 * HOUR)],
    },
    {
      name: "is quiet for hours without connections that are covered",
      facts: exampleFacts({ connections: [] }),
      expect: [],
    },
    {
      name: "is quiet for the time before anything was captured",
      facts: exampleFacts({ connections, coveredFrom: daysAgo(30) }),
      expect: [],
    },
    {
      name: "is quiet while the proof of the last hours may still come",
      facts: {
        ...exampleFacts({}),
        settleMs: 3 * HOUR,
        coverage: [{ from: daysAgo(300), to: EXAMPLE_NOW - 3 * HOUR, proof: "digest" }],
      },
      expect: [],
    },
    {
      name: "clears when the files of the gap are ingested",
      facts: exampleFacts({ connections, gaps: [] }),
      expect: [],
    },
    {
      name: "clears when the gap has left the window",
      facts: exampleFacts({ connections, gaps: [{ from: daysAgo(90) - DAY, to: daysAgo(90) }] }),
      expect: [],
    },
  ];
};
