// What AWS says about the trails: none takes the cluster's connections, or it cannot be told.
import * as z from "zod";
import type { Unanswered } from "../../core/coverage/capture-check.ts";
import { defineDetector } from "../../core/findings/detector.ts";
import { type Case, daysAgo, EXAMPLE_NOW, exampleFacts } from "../../core/findings/example-facts.ts";
import { iso } from "../../core/base/time.ts";
import { visible } from "../../core/base/visible-text.ts";

const TRAIL = { object: "trail" } as const;

/** What stays unknown, and what the function's role needs to ask. */
const questions: Readonly<Record<Unanswered["call"], readonly [what: string, needs: string]>> = {
  trails: ["whether a trail takes the connections", "cloudtrail:ListTrails"],
  "management-events": ["whether a trail was stopped or changed", "cloudtrail:LookupEvents"],
  "call-count": ["how many connections AWS itself counted", "cloudwatch:GetMetricStatistics"],
};

export const captureConfiguration = /* @__PURE__ */ defineDetector({
  id: "capture-configuration",
  category: "coverage",
  title: "No trail surely takes the cluster's connections",
  severity: "high",
  docs: {
    why: "Connections are data events: unless a trail that logs selects them, all of them, they leave no record that could be proven complete, and every mapping becomes unknown.",
    fix: "Give a logging trail of this Region an advanced event selector for AWS::DSQL::Cluster data events without further filters; read its selectors first and write them all, because put-event-selectors replaces what is there.",
    falsePositives:
      "A trail of the organization that this account may not read: exempt the finding. What cannot be asked is low, and takes no proof away.",
    blindSpots:
      "It is asked once an hour: a trail that was switched off and on between is seen by its events alone. What AWS answers is never a proof, only a doubt.",
  },
  options: z.object({}),
  needs: ["captureCheck"],
  detect: ({ coverage: { captureCheck: check } }) => {
    if (!check) return [];
    const { at, captured, reasons, doubtSince, unanswered } = check;
    const seen = { firstSeenAt: at, lastSeenAt: at };
    const trailsAsked = !unanswered.some(({ call }) => call === "trails");
    const trail =
      trailsAsked && captured !== "yes"
        ? [
            {
              ...seen,
              subject: TRAIL,
              title:
                captured === "no"
                  ? "No trail takes all connections of the cluster"
                  : "It cannot be told whether a trail takes all connections of the cluster",
              severity:
                captured === "no"
                  ? ("high" as const)
                  : doubtSince === null
                    ? ("low" as const)
                    : ("medium" as const),
              evidence: {
                askedAt: iso(at),
                reasons: reasons.map((reason) => visible(reason, 300)),
                doubtSince: doubtSince === null ? null : iso(doubtSince),
              },
            },
          ]
        : [];
    const silent = unanswered.map(({ call, why }) => {
      const [what, needs] = questions[call];
      return {
        ...seen,
        subject: { object: call },
        title: `AWS did not say ${what}`,
        severity: "low" as const,
        evidence: { askedAt: iso(at), answer: visible(why, 100) },
        fix: `Let the detect function's role do ${needs}.`,
      };
    });
    return [...trail, ...silent];
  },
  // A question without an answer says nothing about what was answered before.
  unjudged: ({ coverage: { captureCheck } }) =>
    captureCheck?.unanswered.some(({ call }) => call === "trails") ? [TRAIL] : [],
});

export const cases = (): Case[] => [
  {
    name: "fires where no trail takes the connections",
    facts: exampleFacts({
      asked: { captured: "no", reasons: ["no trail in this Region takes them"], doubtSince: daysAgo(1) },
    }),
    expect: ["trail"],
  },
  {
    name: "fires where a selector is not understood",
    facts: exampleFacts({
      asked: { captured: "unknown", reasons: ["a selector filters on readOnly"], doubtSince: daysAgo(1) },
    }),
    expect: ["trail"],
  },
  {
    name: "fires low for each call that was refused, and does not judge the trail by silence",
    facts: exampleFacts({
      asked: {
        captured: "unknown",
        unanswered: [
          { call: "trails", why: "AccessDeniedException" },
          { call: "call-count", why: "AccessDenied" },
        ],
      },
    }),
    expect: ["call-count", "trails"],
  },
  {
    name: "is quiet while AWS was not asked",
    facts: exampleFacts({}),
    expect: [],
  },
  {
    name: "is quiet where the last answer is older than a day: it says nothing about now",
    facts: exampleFacts({ now: EXAMPLE_NOW, asked: { at: daysAgo(2), captured: "no" } }),
    expect: [],
  },
  {
    name: "clears when a trail takes them all",
    facts: exampleFacts({ asked: {} }),
    expect: [],
  },
];
