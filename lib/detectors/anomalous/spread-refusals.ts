// Refusals on many roles from one network that none of them uses.
import * as z from "zod";
import { DAY, floorTo, HOUR, iso } from "../../core/base/time.ts";
import { principalName } from "../../core/base/visible-text.ts";
import { defineDetector } from "../../core/findings/detector.ts";
import { type Case, daily, daysAgo, EXAMPLE_NOW, exampleFacts } from "../../core/findings/example-facts.ts";

const SHOWN = 20;
/** Spread is seen without any other rule. */
const NO_RULES: readonly never[] = [];

export const spreadRefusals = /* @__PURE__ */ defineDetector({
  id: "spread-refusals",
  category: "anomalous",
  title: "Refusals on many principals from one strange network",
  severity: "high",
  life: "stretch",
  docs: {
    why: "Somebody who stole several credentials is refused a few times with each. No single principal shows it; together they do.",
    fix: "Look up the network. Block it in the cluster policy (aws:SourceIp), and revoke the sessions of the principals that were used.",
    falsePositives: "A new network of your own, in which several services are set up wrongly.",
    blindSpots:
      "It takes three principals within one clock hour. A principal that has used the network before does not count. Whether AWS logs every refused attempt is not documented.",
  },
  evidence: {
    network: "Network",
    principals: { label: "Principals", lines: true },
    principalsNotShown: { label: "Further principals", whenEmpty: "" },
    attempts: { label: "Refused", unit: ["attempt", "attempts"] },
  },
  options: z.object({
    /** So many principals make a finding. */
    principals: z.int().min(3).default(3),
  }),
  reachesFrom: ({ now }) => now - DAY,
  detect: (view, { principals: least }) =>
    view.activity
      .surprise(NO_RULES)
      .spread.filter(({ principals }) => principals.length >= least)
      .map(({ network, principals, attempts, firstAt, lastAt, eventIds }) => ({
        subject: { object: `network ${network}`, facet: iso(floorTo(HOUR, firstAt)) },
        title: `${principals.length} principals refused from ${network} within one hour, a network that none of them uses`,
        evidence: {
          network,
          principals: principals.slice(0, SHOWN).map(principalName),
          principalsNotShown: Math.max(0, principals.length - SHOWN) || null,
          attempts,
        },
        firstSeenAt: firstAt,
        lastSeenAt: lastAt,
        eventIds,
        threads: [`network:${network}`],
        fix: `Block ${network} in the cluster policy, and revoke the sessions of these principals.`,
      })),
});

export const cases = (): Case[] => {
  const names = ["OrdersApi", "CatalogApi", "UserService", "Billing"];
  const usual = names.flatMap((name) => daily(name, 30, daysAgo(1)));
  const at = Math.floor((EXAMPLE_NOW - 2 * HOUR) / HOUR) * HOUR;
  const tries = (count: number, network = "203.0.113.0/24", when = at) =>
    names
      .slice(0, count)
      .map((by, n) => ({ by, at: when + n * 60_000, network, outcome: "refused" as const }));
  return [
    {
      name: "fires for four principals refused once each from one strange network",
      facts: exampleFacts({ connections: [...usual, ...tries(4)] }),
      expect: ["network 203.0.113.0/24"],
    },
    {
      name: "is quiet for two principals",
      facts: exampleFacts({ connections: [...usual, ...tries(2)] }),
      expect: [],
    },
    {
      name: "is quiet for refusals from the network that they use: an outage",
      facts: exampleFacts({ connections: [...usual, ...tries(4, "10.20.4.0/24")] }),
      expect: [],
    },
    {
      name: "is quiet where more principals are asked for",
      facts: exampleFacts({ connections: [...usual, ...tries(4)] }),
      options: { principals: 5 },
      expect: [],
    },
    {
      name: "fires on the day after for who was let in after the refusals",
      facts: exampleFacts({
        now: at + 9 * HOUR,
        connections: [
          ...usual,
          ...tries(3),
          { by: "OrdersApi", at: at + 10 * 60_000, network: "203.0.113.0/24" },
        ],
      }),
      expect: ["network 203.0.113.0/24"],
    },
    {
      name: "clears on the day after",
      facts: exampleFacts({ connections: [...usual, ...tries(4, "203.0.113.0/24", at - DAY)] }),
      expect: [],
    },
  ];
};
