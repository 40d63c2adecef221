// The root user of an AWS account connects.

import { connectedOrTried } from "../../core/anomaly/in-words.ts";
import type { SignRule } from "../../core/anomaly/sign-rule.ts";
import { HOUR } from "../../core/base/time.ts";
import { defineDetector, SignOptions } from "../../core/findings/detector.ts";
import { type Case, daily, daysAgo, EXAMPLE_NOW, exampleFacts } from "../../core/findings/example-facts.ts";

const rule: SignRule = {
  id: "root-connection",
  group: "administration",
  measure: "fact",
  habitFree: true,
  isCertain: true,
  reached: ({ principal, tallies }) => {
    if (!/^arn:[^:]*:iam::\d*:root$/.test(principal)) return [];
    const { refused, did } = connectedOrTried(tallies);
    return [
      {
        level: 1,
        firstAt: Math.min(...tallies.map(({ firstAt }) => firstAt)),
        lastAt: Math.max(...tallies.map(({ lastAt }) => lastAt)),
        eventIds: tallies.map(({ firstEventId }) => firstEventId).slice(0, 5),
        what: `${did}, the user that no IAM policy limits`,
        evidence: { connections: tallies.reduce((sum, { count }) => sum + count, 0), refused },
      },
    ];
  },
};

export const rootConnection = /* @__PURE__ */ defineDetector({
  id: "root-connection",
  category: "anomalous",
  title: "Connection by the root user of an AWS account",
  short: "Connected",
  severity: "high",
  life: "episode",
  docs: {
    why: "No IAM policy limits the root user, and no service needs it. This is a person, or an intruder.",
    fix: "Find out who used the root user and why. Take its access keys away.",
    falsePositives: "Nothing should connect as the root user.",
    blindSpots: "CloudTrail records that somebody connected, not which statements they ran.",
  },
  evidence: {
    connections: { label: "Attempts", unit: ["attempt", "attempts"] },
    refused: "All of them refused",
  },
  options: SignOptions,
  rule,
});

export const cases = (): Case[] => {
  const usual = daily("OrdersApi", 60, daysAgo(1));
  const root = {
    by: "root",
    arn: "arn:aws:iam::111122223333:root",
    at: EXAMPLE_NOW - 2 * HOUR,
    action: "DbConnectAdmin" as const,
  };
  return [
    {
      name: "fires for one connection of root",
      facts: exampleFacts({ connections: [...usual, root] }),
      expect: ["root of account 111122223333"],
    },
    {
      name: "fires for a refused attempt",
      facts: exampleFacts({ connections: [...usual, { ...root, outcome: "refused" }] }),
      expect: ["root of account 111122223333"],
    },
    {
      name: "is quiet for a role that is called root",
      facts: exampleFacts({
        mappings: [{ to: "root", role: "app" }],
        connections: [...usual, { by: "root", at: root.at }],
      }),
      expect: [],
    },
    { name: "is quiet for everybody else", facts: exampleFacts({ connections: usual }), expect: [] },
    {
      name: "clears when the episode is over for two weeks",
      facts: exampleFacts({
        connections: [...daily("OrdersApi", 60, daysAgo(20)), { ...root, at: daysAgo(20) }],
      }),
      expect: [],
    },
  ];
};
