// Notices go to a topic that nobody has subscribed to, or it cannot be told whether anybody has.
import { iso, minute } from "../../core/base/time.ts";
import { visible } from "../../core/base/visible-text.ts";
import * as z from "../../core/base/zod.ts";
import type { Listeners } from "../../core/coverage/capture-check.ts";
import { defineDetector, type Judgement } from "../../core/findings/detector.ts";
import { type Case, daysAgo, exampleFacts } from "../../core/findings/example-facts.ts";

const TOPIC = { object: "topic of the notices" } as const;
/** What SNS did not say leaves alone what it said before. */
const ANSWER = { object: "subscriptions of the topic" } as const;

type ListenEvidence = {
  readonly askedAt: string;
  readonly confirmed: number | null;
  readonly pending: number | null;
  readonly error?: string;
};

const because = ({ pending, missing }: Listeners): string => {
  if (missing) return "their topic does not exist";
  if (!pending) return "their topic has no subscription";
  return pending === 1
    ? "the only subscription waits to be confirmed"
    : `all ${pending} subscriptions wait to be confirmed`;
};

export const nobodyListens = /* @__PURE__ */ defineDetector({
  id: "nobody-listens",
  category: "coverage",
  title: "Nobody gets the notices",
  severity: "high",
  life: "state",
  docs: {
    why: "A finding that nobody is told of changes nothing. An email subscription does nothing until it is confirmed, and one that was confirmed by the link in its mail can be ended by anybody who gets a mail.",
    fix: "Subscribe somebody: aws sns subscribe --topic-arn TOPIC_ARN --protocol email --notification-endpoint ADDRESS, then confirm it with the token out of the mail: aws sns confirm-subscription --topic-arn TOPIC_ARN --token TOKEN --authenticate-on-unsubscribe true. What went out meanwhile reached nobody: read it with `dsql-audit incidents`.",
    falsePositives:
      "Notices that somebody reads by other ways, such as the API or the command line alone: exempt the finding.",
    blindSpots:
      "SNS is asked once an hour. A confirmed subscription is taken for somebody who reads: a mailbox that is full or gone, and a filter that lets nothing pass, are not seen. NumberOfNotificationsFailed of the topic shows what could not be delivered.",
  },
  evidence: {
    askedAt: { label: "SNS was asked", hidden: true },
    confirmed: { label: "Confirmed subscriptions", whenEmpty: "not known" },
    pending: { label: "Waiting for their confirmation", whenEmpty: "" },
    error: "SNS answered",
  },
  options: z.object({}),
  needs: ["captureCheck"],
  detect: ({ coverage: { captureCheck: check } }): Judgement<ListenEvidence>[] => {
    const listeners = check?.listeners;
    if (!check || !listeners) return [];
    const common = { firstSeenAt: check.at, lastSeenAt: check.at, subject: TOPIC };
    if ("why" in listeners) {
      return [
        {
          ...common,
          subject: ANSWER,
          title: "Unknown whether anybody gets the notices",
          severity: "low",
          evidence: {
            askedAt: iso(check.at),
            confirmed: null,
            pending: null,
            error: visible(listeners.why, 200),
          },
          fix: "Let the detect function's role do sns:ListSubscriptionsByTopic on the topic.",
        },
      ];
    }
    const { confirmed, pending } = listeners;
    if (confirmed > 0) return [];
    return [
      {
        ...common,
        title: `Nobody gets the notices: ${because(listeners)}`,
        evidence: { askedAt: iso(check.at), confirmed, pending },
      },
    ];
  },
  // Without an answer nothing is known: neither that somebody listens nor that nobody does.
  unjudged: ({ coverage: { captureCheck } }) =>
    captureCheck?.listeners === undefined || "why" in captureCheck.listeners ? [TOPIC] : [],
  gone: ({ coverage: { captureCheck } }, { object }) =>
    captureCheck &&
    (object === TOPIC.object
      ? `Somebody has subscribed, as SNS said at ${minute(captureCheck.at)}.`
      : `SNS answered at ${minute(captureCheck.at)}.`),
});

export const cases = (): Case[] => [
  {
    name: "fires where the topic has no subscription",
    facts: exampleFacts({ asked: { listeners: { confirmed: 0, pending: 0 } } }),
    expect: [TOPIC.object],
  },
  {
    name: "fires where the only subscription was never confirmed",
    facts: exampleFacts({ asked: { listeners: { confirmed: 0, pending: 1 } } }),
    expect: [TOPIC.object],
  },
  {
    name: "fires where the topic is gone",
    facts: exampleFacts({ asked: { listeners: { confirmed: 0, pending: 0, missing: true } } }),
    expect: [TOPIC.object],
  },
  {
    name: "fires low where SNS does not say",
    facts: exampleFacts({ asked: { listeners: { why: "AuthorizationErrorException" } } }),
    expect: [ANSWER.object],
  },
  {
    name: "is quiet where nobody asked SNS, as on one machine",
    facts: exampleFacts({ asked: {} }),
    expect: [],
  },
  {
    name: "is quiet where the answer is older than a day",
    facts: exampleFacts({ asked: { at: daysAgo(2), listeners: { confirmed: 0, pending: 0 } } }),
    expect: [],
  },
  {
    name: "clears when one of the subscriptions is confirmed",
    facts: exampleFacts({ asked: { listeners: { confirmed: 1, pending: 3 } } }),
    expect: [],
  },
];
