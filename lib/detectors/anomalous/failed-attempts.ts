// Many refused attempts within one hour.

import {
  manyRefused,
  refusedClient,
  refusedElsewhere,
  refusedThenLetIn,
} from "../../core/anomaly/refusal-rules.ts";
import type { SignRule } from "../../core/anomaly/sign-rule.ts";
import { HOUR } from "../../core/base/time.ts";
import { defineDetector, SignOptions } from "../../core/findings/detector.ts";
import { type Case, daily, daysAgo, EXAMPLE_NOW, exampleFacts } from "../../core/findings/example-facts.ts";

const rule: SignRule = {
  id: "failed-attempts",
  group: "refusals",
  measure: "graded",
  habitFree: true,
  leastTop: 5,
  reached: manyRefused,
};

export const failedAttempts = /* @__PURE__ */ defineDetector({
  id: "failed-attempts",
  category: "anomalous",
  title: "Many refused attempts in one hour",
  short: "Many refused attempts",
  severity: "medium",
  life: "episode",
  docs: {
    why: "Somebody who tries roles or tokens is refused until one fits. The worst case is to be refused and then let in.",
    fix: "Look at where the attempts came from and which role they asked for. If nobody can explain them, revoke the active sessions of the IAM role.",
    falsePositives:
      "A deployment with a wrong role name, a token that expired, a cluster that wakes. When many are refused within the same hour, each from where it usually comes, the finding is withdrawn.",
    blindSpots:
      "Whether AWS logs every refused attempt is not documented. Fewer than five attempts in each hour are found only where three come from a network that the principal never used, and it is then let in from there; not where it brings such networks all the time.",
  },
  evidence: {
    refused: { label: "Refused in one hour", unit: ["attempt", "attempts"] },
    thenAllowed: { label: "Let in afterwards", whenEmpty: "not seen so far" },
    network: { label: "Network", whenEmpty: "" },
    // The first step says it.
    mapping: { label: "Mapping at that time", hidden: true },
    lastAttemptAt: "Last attempt seen that day",
  },
  options: SignOptions,
  rule,
  moreRules: [refusedThenLetIn, refusedElsewhere, refusedClient],
});

export const cases = (): Case[] => {
  const usual = daily("OrdersApi", 60, daysAgo(1));
  const refused = { by: "OrdersApi", at: EXAMPLE_NOW - 2 * HOUR, outcome: "refused" as const, count: 80 };
  return [
    {
      name: "fires for eighty refusals in one hour",
      facts: exampleFacts({ connections: [...usual, refused] }),
      expect: ["OrdersApi"],
    },
    {
      name: "fires for three refusals and a success from a network never seen, and weighs them with the network",
      facts: exampleFacts({
        connections: [
          ...usual,
          ...Array.from({ length: 6 }, (_, n) => daily(`Service${n}`, 60, daysAgo(1))).flat(),
          {
            by: "OrdersApi",
            at: EXAMPLE_NOW - 2 * HOUR,
            network: "203.0.113.0/24",
            outcome: "refused",
            count: 3,
          },
          { by: "OrdersApi", at: EXAMPLE_NOW - 2 * HOUR + 60_000, network: "203.0.113.0/24" },
        ],
      }),
      expect: ["OrdersApi"],
    },
    {
      name: "is quiet for refusals and a success from one more new network of who always comes from new ones",
      facts: exampleFacts({
        connections: [
          ...usual.map((c, i) => ({ ...c, network: `198.51.${i}.0/24` })),
          ...Array.from({ length: 6 }, (_, n) => daily(`Service${n}`, 60, daysAgo(1))).flat(),
          { ...refused, network: "198.51.200.0/24", count: 4 },
          { by: "OrdersApi", at: refused.at + 60_000, network: "198.51.200.0/24" },
        ],
      }),
      expect: [],
    },
    {
      name: "fires for refusals and a success of who always comes from new networks, but never from such a neighbourhood",
      facts: exampleFacts({
        connections: [
          ...usual.map((c, i) => ({ ...c, network: `198.51.${i}.0/24` })),
          ...Array.from({ length: 6 }, (_, n) => daily(`Service${n}`, 60, daysAgo(1))).flat(),
          { ...refused, network: "203.0.113.0/24", count: 4 },
          { by: "OrdersApi", at: refused.at + 60_000, network: "203.0.113.0/24" },
        ],
      }),
      expect: ["OrdersApi"],
    },
    {
      name: "is quiet for four refusals",
      facts: exampleFacts({ connections: [...usual, { ...refused, count: 4 }] }),
      expect: [],
    },
    {
      name: "is quiet for as many connections that were let in by who makes so many",
      facts: exampleFacts({
        connections: [
          ...usual.map((c) => ({ ...c, count: 80 })),
          { by: "OrdersApi", at: refused.at, count: 80 },
        ],
      }),
      expect: [],
    },
    {
      name: "is quiet where many services are refused at once: an outage",
      facts: exampleFacts({
        connections: Array.from({ length: 12 }, (_, n) => [
          ...daily(`Service${n}`, 60, daysAgo(1)),
          { ...refused, by: `Service${n}`, count: 20 },
        ]).flat(),
      }),
      expect: [],
    },
    {
      name: "is quiet where many services are refused from new networks of their own, and then let in: an outage in a move",
      facts: exampleFacts({
        connections: Array.from({ length: 12 }, (_, n) => [
          ...daily(`Service${n}`, 60, daysAgo(1)),
          { ...refused, by: `Service${n}`, network: `203.${n}.113.0/24`, count: 4 },
          { by: `Service${n}`, at: refused.at + 60_000, network: `203.${n}.113.0/24` },
        ]).flat(),
      }),
      expect: [],
    },
    {
      name: "clears when the episode is over for two weeks",
      facts: exampleFacts({
        connections: [...daily("OrdersApi", 60, daysAgo(16)), { ...refused, at: daysAgo(16) }],
      }),
      expect: [],
    },
  ];
};
