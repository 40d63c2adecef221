// A client that the principal never used before.

import type { SignRule } from "../../core/anomaly/sign-rule.ts";
import { counted } from "../../core/base/counted.ts";
import { HOUR } from "../../core/base/time.ts";
import { defineDetector, SignOptions } from "../../core/findings/detector.ts";
import { type Case, daily, daysAgo, EXAMPLE_NOW, exampleFacts } from "../../core/findings/example-facts.ts";

const NEW_TO_KIND = 2;
const NEW_TO_PRINCIPAL = 1;

const rule: SignRule = {
  id: "new-client",
  group: "client",
  measure: "categorical",
  habitFree: false,
  isRolledOut: true,
  reached: (figures, own, { kind, isFamilyOfKind, isPersonLike }) =>
    [...figures.families].flatMap(([family, seen]) => {
      if (own.isKnown("families", family)) return [];
      const sessions = figures.tallies.filter(
        ({ client, outcome }) =>
          outcome === "allowed" && (client === family || client.startsWith(`${family}/`)),
      );
      const isNewPerson =
        kind === "person" &&
        sessions.every(
          ({ session }) => isPersonLike(session) && (own.habits.sessions.get(session)?.days ?? 0) < 2,
        );
      if (isNewPerson) return [];
      const level = isFamilyOfKind(family, kind) ? NEW_TO_PRINCIPAL : NEW_TO_KIND;
      return [
        {
          level,
          value: family,
          firstAt: seen.firstAt,
          lastAt: seen.lastAt,
          eventIds: [seen.firstEventId],
          what: `used ${family} for the first time in ${counted(own.activeDays, "active day")}${level === NEW_TO_KIND ? `; no other ${kind === "person" ? "person" : "machine"} uses it` : ""}`,
          evidence: { client: family, connections: seen.count, activeDays: own.activeDays },
        },
      ];
    }),
};

export const newClient = /* @__PURE__ */ defineDetector({
  id: "new-client",
  category: "anomalous",
  title: "Connection by a new client",
  severity: "medium",
  life: "episode",
  docs: {
    why: "A service does not change its driver by itself. A database tool in a service's role means a person at a keyboard, or another program.",
    fix: "Ask the owner whether the client was changed. If not, revoke the active sessions of the IAM role and look at where the connections came from.",
    falsePositives:
      "A new driver or tool, rolled out one service at a time. A new version of the same client does not count. When several principals change on the same day, the finding is withdrawn.",
    blindSpots:
      "The client is what the record's user agent says: an attacker can choose it. Connections without a user agent are left out.",
  },
  evidence: {
    client: "New client",
    connections: { label: "Connections by it", unit: ["connection", "connections"] },
    activeDays: { label: "Known for", unit: ["active day", "active days"] },
  },
  options: SignOptions,
  rule,
});

export const cases = (): Case[] => {
  const usual = daily("OrdersApi", 60, daysAgo(1));
  const tool = { by: "OrdersApi", at: EXAMPLE_NOW - 2 * HOUR, client: "psql/16.2" };
  return [
    {
      name: "fires for a tool that the service never used",
      facts: exampleFacts({ connections: [...usual, tool] }),
      expect: ["OrdersApi"],
    },
    {
      name: "is quiet for a new version of the same client",
      facts: exampleFacts({ connections: [...usual, { ...tool, client: "aurora-dsql-nodejs-pg/9.9.9" }] }),
      expect: [],
    },
    {
      name: "is quiet for a record without a user agent",
      facts: exampleFacts({ connections: [...usual, { ...tool, client: "unknown" }] }),
      expect: [],
    },
    {
      name: "is quiet while the principal is too young to have habits",
      facts: exampleFacts({ connections: [...daily("OrdersApi", 8, daysAgo(1)), tool] }),
      expect: [],
    },
    {
      name: "is quiet where a library is renamed everywhere on one day",
      facts: exampleFacts({
        connections: Array.from({ length: 8 }, (_, n) => [
          ...daily(`Service${n}`, 60, daysAgo(1)),
          { ...tool, by: `Service${n}` },
        ]).flat(),
      }),
      expect: [],
    },
    {
      name: "clears when the episode is over for two weeks",
      facts: exampleFacts({
        connections: [...daily("OrdersApi", 60, daysAgo(16)), { ...tool, at: daysAgo(16) }],
      }),
      expect: [],
    },
  ];
};
