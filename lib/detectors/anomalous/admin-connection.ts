// A principal that connects as admin for the first time.

import { connectedOrTried } from "../../core/anomaly/in-words.ts";
import type { SignRule } from "../../core/anomaly/sign-rule.ts";
import { counted } from "../../core/base/counted.ts";
import { HOUR } from "../../core/base/time.ts";
import { defineDetector, SignOptions } from "../../core/findings/detector.ts";
import { type Case, daily, daysAgo, EXAMPLE_NOW, exampleFacts } from "../../core/findings/example-facts.ts";

const rule: SignRule = {
  id: "admin-connection",
  group: "administration",
  measure: "categorical",
  habitFree: true,
  reached: ({ tallies }, own) => {
    if (own.adminDays > 0) return [];
    const asAdmin = tallies.filter(({ action }) => action === "DbConnectAdmin");
    if (!asAdmin.length) return [];
    const { refused, did } = connectedOrTried(asAdmin);
    return [
      {
        level: 1,
        firstAt: Math.min(...asAdmin.map(({ firstAt }) => firstAt)),
        lastAt: Math.max(...asAdmin.map(({ lastAt }) => lastAt)),
        eventIds: asAdmin.map(({ firstEventId }) => firstEventId).slice(0, 5),
        what: `${did} as admin for the first time in ${counted(own.activeDays, "active day")}`,
        evidence: { connections: asAdmin.reduce((sum, { count }) => sum + count, 0), refused },
      },
    ];
  },
};

export const adminConnection = /* @__PURE__ */ defineDetector({
  id: "admin-connection",
  category: "anomalous",
  title: "First connection as admin",
  severity: "high",
  life: "episode",
  docs: {
    why: "admin can grant itself every role and map every principal. Whoever starts to use it can reach everything in the cluster.",
    fix: "Ask the owner why admin was needed. If nobody can say, take dsql:DbConnectAdmin away from the principal, and look at what changed since (history diff).",
    falsePositives: "A migration or a new administrator: acknowledge the finding.",
    blindSpots: "CloudTrail records that somebody connected as admin, not what they did.",
  },
  evidence: {
    connections: { label: "Connections as admin", unit: ["connection", "connections"] },
    refused: "All of them refused",
  },
  options: SignOptions,
  rule,
});

export const cases = (): Case[] => {
  const usual = daily("OrdersApi", 60, daysAgo(1));
  const admin = { by: "OrdersApi", at: EXAMPLE_NOW - 2 * HOUR, action: "DbConnectAdmin" as const };
  return [
    {
      name: "fires for a service that connects as admin for the first time",
      facts: exampleFacts({ connections: [...usual, admin] }),
      expect: ["OrdersApi"],
    },
    {
      name: "fires for an attempt that was refused",
      facts: exampleFacts({ connections: [...usual, { ...admin, outcome: "refused" }] }),
      expect: ["OrdersApi"],
    },
    {
      name: "is quiet for who does it all the time",
      facts: exampleFacts({
        connections: [...usual.map((c) => ({ ...c, action: "DbConnectAdmin" as const })), admin],
      }),
      expect: [],
    },
    {
      name: "is quiet for a connection that is not as admin",
      facts: exampleFacts({
        connections: [...usual, { ...admin, action: undefined }].map(({ action, ...c }) =>
          action ? { ...c, action } : c,
        ),
      }),
      expect: [],
    },
    {
      name: "clears when the episode is over for two weeks",
      facts: exampleFacts({
        connections: [...daily("OrdersApi", 60, daysAgo(16)), { ...admin, at: daysAgo(16) }],
      }),
      expect: [],
    },
  ];
};
