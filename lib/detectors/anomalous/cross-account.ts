// A principal of another AWS account than the cluster's.

import { STANDING_DAYS } from "../../core/anomaly/constants.ts";
import { accountOf } from "../../core/anomaly/estate.ts";
import { connectedOrTried } from "../../core/anomaly/in-words.ts";
import type { SignRule } from "../../core/anomaly/sign-rule.ts";
import { HOUR } from "../../core/base/time.ts";
import { defineDetector, SignOptions } from "../../core/findings/detector.ts";
import { type Case, daily, daysAgo, EXAMPLE_NOW, exampleFacts } from "../../core/findings/example-facts.ts";

const rule: SignRule = {
  id: "cross-account",
  group: "network",
  measure: "fact",
  habitFree: true,
  reached: ({ principal, tallies }, own, { clusterAccount }) => {
    const account = accountOf(principal);
    if (
      account === undefined ||
      clusterAccount === undefined ||
      account === clusterAccount ||
      own.activeDays >= STANDING_DAYS
    )
      return [];
    const { refused, did } = connectedOrTried(tallies);
    return [
      {
        level: 1,
        value: account,
        firstAt: Math.min(...tallies.map(({ firstAt }) => firstAt)),
        lastAt: Math.max(...tallies.map(({ lastAt }) => lastAt)),
        eventIds: tallies.map(({ firstEventId }) => firstEventId).slice(0, 5),
        what: `${did} from another AWS account, ${account}`,
        evidence: { account, clusterAccount, refused },
      },
    ];
  },
};

export const crossAccount = /* @__PURE__ */ defineDetector({
  id: "cross-account",
  category: "anomalous",
  title: "Connection by a principal of another AWS account",
  short: "Came from another account",
  severity: "medium",
  life: "episode",
  docs: {
    why: "Your IAM policies do not govern another account. Whoever holds the role there holds this access.",
    fix: "Ask who the account belongs to. If nobody knows it, revoke the mapping and narrow the cluster policy.",
    falsePositives: "An account of your own organization: after a week of use it counts as usual.",
    blindSpots:
      "AWS documents cross-account access as not yet supported for cluster policies. The account is read from the ARN alone.",
  },
  evidence: {
    account: "Account",
    clusterAccount: "Account of the cluster",
    refused: { label: "All of it refused", whenEmpty: "" },
  },
  options: SignOptions,
  rule,
});

export const cases = (): Case[] => {
  const usual = daily("OrdersApi", 60, daysAgo(1));
  const arn = "arn:aws:iam::999900001111:role/Partner";
  const foreign = { by: "Partner", arn, at: EXAMPLE_NOW - 2 * HOUR };
  const mappings = [{ to: "Partner", arn, role: "app" }];
  return [
    {
      name: "fires for a principal of an account never seen before",
      facts: exampleFacts({ mappings, connections: [...usual, foreign] }),
      expect: ["Partner"],
    },
    {
      name: "is quiet for a principal of the cluster's own account",
      facts: exampleFacts({
        mappings: [{ to: "Partner", role: "app" }],
        connections: [...usual, { by: "Partner", at: foreign.at }],
      }),
      expect: [],
    },
    {
      name: "is quiet for an account that has been used for long",
      facts: exampleFacts({
        mappings,
        connections: [...usual, ...usual.map((c) => ({ ...c, arn })), foreign],
      }),
      expect: [],
    },
    {
      name: "is quiet for an identity without an account",
      facts: exampleFacts({ connections: [...usual, { ...foreign, arn: "unknown:AWSService" }] }),
      expect: [],
    },
    {
      name: "clears when the episode is over for two weeks",
      facts: exampleFacts({
        mappings,
        connections: [...daily("OrdersApi", 60, daysAgo(20)), { ...foreign, at: daysAgo(20) }],
      }),
      expect: [],
    },
  ];
};
