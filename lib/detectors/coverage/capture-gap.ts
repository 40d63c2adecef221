// A stretch of hours for which nobody can prove that connections were captured.

import { counted } from "../../core/base/counted.ts";
import { DAY, dayOf, HOUR, type Interval, iso, minute, shortIso } from "../../core/base/time.ts";
import * as z from "../../core/base/zod.ts";
import {
  type DetectorView,
  defineDetector,
  type Judgement,
  type WhyGone,
} from "../../core/findings/detector.ts";
import { type Case, daily, daysAgo, EXAMPLE_NOW, exampleFacts } from "../../core/findings/example-facts.ts";
import type { Severity } from "../../core/findings/finding.ts";
import { CAPTURE_OUTAGE } from "../../core/findings/outage.ts";

const SHOWN_REASONS = 5;

const severityOf = (hours: number): Severity => (hours >= 24 ? "high" : hours >= 3 ? "medium" : "low");

type GapEvidence = {
  readonly from: string;
  readonly to: string;
  readonly hours: number;
  readonly goesOn: boolean;
  readonly provenAgainAt: string | null;
  readonly matterUntil: string | null;
  readonly reasons?: readonly string[];
};

/** What became of a gap that is no gap of its own any more: proven, joined to a larger one, or what is left is not looked at. */
const whyGone = ({ coverage }: DetectorView, days: number, seen: Interval): WhyGone => {
  const { expectedFrom = seen.from, uncovered } = coverage;
  const window = coverage.windowOf(days);
  const left = uncovered.hoursIn(seen);
  if (left === 0)
    return "All its hours are proven now: their trail files or digests were ingested, or what put them in doubt was explained.";
  const looked = { from: Math.max(seen.from, window.from, expectedFrom), to: Math.min(seen.to, window.to) };
  const larger = uncovered.gapsIn(looked).at(-1);
  if (larger) {
    const from = Math.max(larger.from, expectedFrom);
    return { ended: `It is a part of the gap from ${minute(from)} now.` };
  }
  const hours = counted(left, "hour");
  if (seen.to <= window.from) {
    const which = `${hours} between ${minute(seen.from)} and ${minute(seen.to)}`;
    return { ended: `It has left the window. ${which} ${left === 1 ? "was" : "were"} never proven.` };
  }
  return {
    ended: `Its hours in the window are proven now. ${hours} before it ${left === 1 ? "stays" : "stay"} unproven.`,
  };
};

export const captureGap = /* @__PURE__ */ defineDetector({
  id: "capture-gap",
  category: "coverage",
  title: "CloudTrail capture gap",
  severity: "medium",
  life: "stretch",
  thread: CAPTURE_OUTAGE,
  docs: {
    why: "Nobody knows who connected in these hours. A mapping without a use elsewhere in the window is unknown until the gap leaves the window. An intruder would want such a gap.",
    fix: "Find out what broke: `dsql-audit doctor` looks at the trail, its files and the queues, link by link. Then count the trail's files of these hours: `dsql-audit ingest --trail --from FROM --to TO`, then `dsql-audit detect`. Hours that they prove are covered again. If there are no files, find out who stopped the trail or changed its event selectors.",
    falsePositives:
      "Offline, an hour without any trail file counts as a gap, even if nothing happened in the account. Add the digest files: they come every hour.",
    blindSpots:
      "The newest hours are left out, because their proof comes late. Hours before the first snapshot, or before capture was first proven, do not count as a gap.",
  },
  evidence: {
    from: "Not proven from",
    to: "Not proven until",
    hours: { label: "Length", unit: ["hour", "hours"] },
    goesOn: { label: "Goes on", whenEmpty: "" },
    provenAgainAt: { label: "Capture is proven again from", whenEmpty: "" },
    matterUntil: { label: "The gap leaves the window on", whenEmpty: "" },
    reasons: { label: "Because", lines: true },
  },
  options: z.object({
    /** A gap counts as long as any of it lies within so many days: the window that verdicts look at. */
    days: z._default(z.int().check(z.positive()), 90),
  }),
  detect: ({ coverage }, { days }): Judgement<GapEvidence>[] => {
    const { expectedFrom, settledUntil, uncovered } = coverage;
    if (expectedFrom === undefined) return [];
    const window = coverage.windowOf(days);
    return uncovered
      .gapsIn({ from: Math.max(window.from, expectedFrom), to: window.to })
      .map(({ from, to, reasons }) => {
        const start = Math.max(from, expectedFrom);
        const end = Math.min(to, settledUntil);
        const hours = Math.ceil((end - start) / HOUR);
        const isOver = end < settledUntil;
        return {
          subject: { facet: iso(start) },
          title: `CloudTrail capture gap: ${hours} ${hours === 1 ? "hour" : "hours"} from ${minute(start)}`,
          severity: severityOf(hours),
          evidence: {
            from: iso(start),
            to: iso(end),
            hours,
            goesOn: !isOver,
            provenAgainAt: isOver ? iso(end) : null,
            matterUntil: isOver ? iso(end + days * DAY) : null,
            ...(reasons.length && { reasons: reasons.slice(0, SHOWN_REASONS) }),
          },
          firstSeenAt: start,
          lastSeenAt: end,
          ...(isOver && {
            ended: {
              at: end,
              says: `Capture is proven again from ${minute(end)}. ${counted(hours, "hour")} from ${minute(start)} on ${hours === 1 ? "stays" : "stay"} unproven, unless the trail files or digests are ingested. The gap is in the window until ${dayOf(end + days * DAY)}.`,
            },
          }),
          fix: `Find out what broke: \`dsql-audit doctor\` looks at the trail, its files and the queues, link by link. Then count the trail's files of these hours: \`dsql-audit ingest --trail --from ${shortIso(start)} --to ${shortIso(end)}\`, then \`dsql-audit detect\`.`,
        };
      });
  },
  reachesFrom: ({ coverage }, { days }) => coverage.windowOf(days).from,
  gone: (view, _, { days }, seen) => whyGone(view, days, seen),
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
