// A principal that connects after a long silence, longer than any before.

import { LEAST_SILENCE_DAYS } from "../../core/anomaly/constants.ts";
import type { SignRule } from "../../core/anomaly/sign-rule.ts";
import { counted } from "../../core/base/counted.ts";
import { Cluster } from "../../core/base/ids.ts";
import { HOUR } from "../../core/base/time.ts";
import { peersUnreadText } from "../../core/coverage/peer-coverage.ts";
import { defineDetector, SignOptions } from "../../core/findings/detector.ts";
import {
  type Case,
  daily,
  daysAgo,
  EXAMPLE_CLUSTER,
  EXAMPLE_NOW,
  type Example,
  exampleFacts,
} from "../../core/findings/example-facts.ts";
import { exampleCluster, exampleIam } from "../../core/findings/example-iam.ts";
import type { Facts } from "../../core/findings/facts.ts";

const rule: SignRule = {
  id: "dormant-awakened",
  group: "dormancy",
  measure: "graded",
  habitFree: false,
  leastTop: 1,
  reached: ({ principal, tallies, allowedByHour }, own, { silentSince, peersUnread }) => {
    if (own.tenure < 2 || own.lastDay === undefined || !allowedByHour.some((count) => count > 0)) return [];
    const silence = silentSince(principal, own.lastDay);
    if (silence < LEAST_SILENCE_DAYS || silence <= own.maxGap) return [];
    const seen = tallies.filter(({ outcome }) => outcome === "allowed");
    return [
      {
        level: Math.max(0, Math.min(23, Math.round(2 * Math.log2((silence + 1) / (own.maxGap + 1))))),
        firstAt: Math.min(...seen.map(({ firstAt }) => firstAt)),
        lastAt: Math.max(...seen.map(({ lastAt }) => lastAt)),
        eventIds: seen.map(({ firstEventId }) => firstEventId).slice(0, 5),
        what: `connected after ${counted(silence, "day")} of silence${peersUnread === undefined ? "" : " at this endpoint"}; its longest before was ${own.maxGap === 0 ? "less than a day" : counted(own.maxGap, "day")}`,
        evidence: {
          ...{ silentDays: silence, longestBefore: own.maxGap, activeDays: own.activeDays },
          peersUnread: peersUnread === undefined ? null : peersUnreadText(peersUnread),
        },
      },
    ];
  },
};

export const dormantAwakened = /* @__PURE__ */ defineDetector({
  id: "dormant-awakened",
  category: "anomalous",
  title: "Connection after a long silence",
  short: "Connected after long silence",
  severity: "medium",
  life: "episode",
  docs: {
    why: "Nobody watches access that everybody forgot. A key from an old backup looks like this.",
    fix: "Ask the owner whether the principal is still needed. If nobody can say, revoke its mappings.",
    falsePositives: "A yearly job, a long leave: acknowledge it.",
    blindSpots:
      "Silence counts only on days for which capture is proven, in both Regions of a multi-Region database. Less than two weeks is ordinary. A principal that was silent for more than 90 days has no habits left: see dormant-mapping.",
  },
  evidence: {
    silentDays: { label: "Silent for", unit: ["day", "days"] },
    longestBefore: { label: "Longest silence before", unit: ["day", "days"] },
    activeDays: { label: "Known for", unit: ["active day", "active days"] },
    peersUnread: { label: "Not known", whenEmpty: "" },
  },
  options: SignOptions,
  rule,
});

export const cases = (): Case[] => {
  const usual = daily("OldJob", 30, daysAgo(40));
  const again = { by: "OldJob", at: EXAMPLE_NOW - 2 * HOUR };
  const others = daily("OrdersApi", 80, daysAgo(1));
  const peer = EXAMPLE_CLUSTER.replace("us-east-1", "us-east-2");
  const withPeer = (there: Example): Facts => ({
    ...exampleFacts({
      connections: [...usual, ...others, again],
      iam: exampleIam({ clusters: [exampleCluster(EXAMPLE_CLUSTER), exampleCluster(peer)] }),
    }),
    peers: [{ ...exampleFacts(there), cluster: Cluster.parse(peer) }],
  });
  return [
    {
      name: "fires for a daily job that wakes after forty days",
      facts: exampleFacts({ connections: [...usual, ...others, again] }),
      expect: ["OldJob"],
    },
    {
      name: "is quiet for a silence of ten days",
      facts: exampleFacts({ connections: [...daily("OldJob", 30, daysAgo(10)), ...others, again] }),
      expect: [],
    },
    {
      name: "is quiet while capture was not proven in between",
      facts: exampleFacts({
        connections: [...usual, ...others, again],
        gaps: [{ from: daysAgo(40), to: daysAgo(1) }],
      }),
      expect: [],
    },
    {
      name: "is quiet for who was silent for as long before",
      facts: exampleFacts({
        connections: [
          ...daily("OldJob", 5, daysAgo(85)),
          ...daily("OldJob", 5, daysAgo(40)),
          ...others,
          again,
        ],
      }),
      expect: [],
    },
    {
      name: "is quiet for who connected through the peer in another Region meanwhile",
      facts: withPeer({ connections: daily("OldJob", 3, daysAgo(2)) }),
      expect: [],
    },
    {
      name: "fires for who was silent there too",
      facts: withPeer({ connections: daily("OrdersApi", 3, daysAgo(2)) }),
      expect: ["OldJob"],
    },
    {
      name: "fires for who was silent here where nobody can tell the peers",
      facts: exampleFacts({
        connections: [...usual, ...others, again],
        iam: exampleIam({ clusters: "access denied" }),
      }),
      expect: ["OldJob"],
    },
    {
      name: "is quiet while nothing is proven of the peer",
      facts: { ...withPeer({}), peers: [] },
      expect: [],
    },
    {
      name: "clears when the episode is over for two weeks",
      facts: exampleFacts({
        connections: [
          ...daily("OldJob", 30, daysAgo(57)),
          ...daily("OrdersApi", 80, daysAgo(17)),
          { ...again, at: daysAgo(17) },
        ],
      }),
      expect: [],
    },
  ];
};
