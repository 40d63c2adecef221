// What AWS says about the trails: none takes the cluster's connections, or it cannot be told.
import { iso, minute } from "../../core/base/time.ts";
import { visible } from "../../core/base/visible-text.ts";
import * as z from "../../core/base/zod.ts";
import type { CaptureCheck, Unanswered } from "../../core/coverage/capture-check.ts";
import { defineDetector, type Judgement } from "../../core/findings/detector.ts";
import { type Case, daysAgo, EXAMPLE_NOW, exampleFacts } from "../../core/findings/example-facts.ts";
import { CAPTURE_OUTAGE } from "../../core/findings/outage.ts";

const TRAIL = { object: "trail" } as const;

/** What stays unknown, and what the function's role needs to ask. */
const questions: Readonly<Record<Unanswered["call"], readonly [what: string, needs: string]>> = {
  trails: ["whether a trail logs the connections", "cloudtrail:ListTrails"],
  "management-events": ["whether a trail was stopped or changed", "cloudtrail:LookupEvents"],
  "call-count": ["how many connections AWS itself counted", "cloudwatch:GetMetricStatistics"],
};

type CaptureEvidence = {
  readonly askedAt: string;
  readonly reasons?: readonly string[];
  readonly doubtSince?: string | null;
  readonly call?: string;
  readonly error?: string;
};

/** What the trails say: nothing where one surely takes all, or where they could not be asked. */
const trailJudgements = (check: CaptureCheck): Judgement<CaptureEvidence>[] => {
  const { at, captured, reasons, doubtSince, unanswered } = check;
  if (captured === "yes" || unanswered.some(({ call }) => call === "trails")) return [];
  const all = "logs all connections of the cluster";
  return [
    {
      firstSeenAt: at,
      lastSeenAt: at,
      subject: TRAIL,
      title: captured === "no" ? `No trail ${all}` : `Unknown whether a trail ${all}`,
      severity: captured === "no" ? "high" : doubtSince === null ? "low" : "medium",
      evidence: {
        askedAt: iso(at),
        reasons: reasons.map((reason) => visible(reason, 300)),
        doubtSince: doubtSince === null ? null : iso(doubtSince),
      },
    },
  ];
};

export const captureConfiguration = /* @__PURE__ */ defineDetector({
  id: "capture-configuration",
  category: "coverage",
  title: "No trail is known to log the cluster's connections",
  severity: "high",
  life: "state",
  thread: CAPTURE_OUTAGE,
  docs: {
    why: "Connections are CloudTrail data events. Unless a trail logs all of them, there is no complete record, and every mapping becomes unknown.",
    fix: "Give a logging trail of this Region an advanced event selector for AWS::DSQL::Cluster data events, without further filters. Read its selectors first and write them all: put-event-selectors replaces what is there.",
    falsePositives:
      "A trail of the organization that this account may not read: exempt the finding. A question that AWS did not answer is low and removes no proof.",
    blindSpots:
      "AWS is asked once an hour. A trail that was stopped and started in between shows only in its events. An answer of AWS never proves an hour; it can only cast doubt on one.",
  },
  evidence: {
    askedAt: { label: "AWS was asked", hidden: true },
    reasons: { label: "Because", lines: true },
    doubtSince: { label: "Capture is in doubt since", whenEmpty: "" },
    call: { label: "Question", hidden: true },
    error: "AWS answered",
  },
  options: z.object({}),
  needs: ["captureCheck"],
  detect: ({ coverage: { captureCheck: check } }): Judgement<CaptureEvidence>[] => {
    if (!check) return [];
    const silent = check.unanswered.map(({ call, why }): Judgement<CaptureEvidence> => {
      const [what, needs] = questions[call];
      return {
        firstSeenAt: check.at,
        lastSeenAt: check.at,
        subject: { object: call },
        title: `AWS did not say ${what}`,
        severity: "low",
        evidence: { askedAt: iso(check.at), call, error: visible(why, 200) },
        fix: `Let the detect function's role do ${needs}.`,
      };
    });
    return [...trailJudgements(check), ...silent];
  },
  // A question without an answer says nothing about what was answered before.
  unjudged: ({ coverage: { captureCheck } }) =>
    captureCheck?.unanswered.some(({ call }) => call === "trails") ? [TRAIL] : [],
  gone: ({ coverage: { captureCheck } }, { object }) =>
    captureCheck &&
    (object === TRAIL.object
      ? `A trail logs all connections, as AWS said at ${minute(captureCheck.at)}.`
      : `AWS answered at ${minute(captureCheck.at)}.`),
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
