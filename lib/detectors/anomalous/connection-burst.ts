// Far more connections in one hour than ever.

import { LEAST_BURST } from "../../core/anomaly/constants.ts";
import { hourOfDay } from "../../core/anomaly/day-figures.ts";
import { howOften } from "../../core/anomaly/in-words.ts";
import type { SignRule } from "../../core/anomaly/sign-rule.ts";
import { counted } from "../../core/base/counted.ts";
import { HOUR } from "../../core/base/time.ts";
import { defineDetector, SignOptions } from "../../core/findings/detector.ts";
import { type Case, daily, daysAgo, EXAMPLE_NOW, exampleFacts } from "../../core/findings/example-facts.ts";

const rule: SignRule = {
  id: "connection-burst",
  group: "burst",
  measure: "graded",
  habitFree: false,
  leastTop: LEAST_BURST,
  leastLevel: LEAST_BURST,
  reached: ({ tallies, allowedByHour }, own) => {
    const most = Math.max(...allowedByHour);
    const level = Math.round(2 * Math.log2((most + 1) / (own.maxHour + 2)));
    if (level < 1) return [];
    const hour = allowedByHour.indexOf(most);
    const seen = tallies.filter((tally) => tally.outcome === "allowed" && hourOfDay(tally.firstAt) === hour);
    return [
      {
        level: Math.min(23, level),
        firstAt: Math.min(...seen.map(({ firstAt }) => firstAt)),
        lastAt: Math.max(...seen.map(({ lastAt }) => lastAt)),
        eventIds: seen.map(({ firstEventId }) => firstEventId).slice(0, 5),
        what: `connected ${howOften(most)} in one hour; its most in ${counted(own.activeDays, "active day")} was ${own.maxHour.toLocaleString("en-US")}`,
        evidence: { connections: most, mostBefore: own.maxHour, activeDays: own.activeDays },
      },
    ];
  },
};

export const connectionBurst = /* @__PURE__ */ defineDetector({
  id: "connection-burst",
  category: "anomalous",
  title: "Many more connections than ever in one hour",
  short: "Many more connections",
  severity: "medium",
  life: "episode",
  docs: {
    why: "Copying a database takes many connections. So does a program that runs out of control.",
    fix: "Ask the owner of the principal. Look at where the connections came from and by which client. A limit on the connection pool caps them.",
    falsePositives:
      "A load test, a retry storm, a larger deployment: acknowledge it. When many services do the same on one day, the finding is withdrawn.",
    blindSpots:
      "One connection can read as much as a thousand. Less than twice the highest hour of 90 days is not a burst.",
  },
  evidence: {
    connections: { label: "In one hour", unit: ["connection", "connections"] },
    mostBefore: { label: "Most before", unit: ["connection", "connections"] },
    activeDays: { label: "Known for", unit: ["active day", "active days"] },
  },
  options: SignOptions,
  rule,
});

export const cases = (): Case[] => {
  const usual = daily("OrdersApi", 60, daysAgo(1)).map((c) => ({ ...c, count: 10 }));
  const burst = { by: "OrdersApi", at: EXAMPLE_NOW - 2 * HOUR, count: 300 };
  return [
    {
      name: "fires for thirty times the record of two months",
      facts: exampleFacts({ connections: [...usual, burst] }),
      expect: ["OrdersApi"],
    },
    {
      name: "is quiet for a little more than the record",
      facts: exampleFacts({ connections: [...usual, { ...burst, count: 14 }] }),
      expect: [],
    },
    {
      name: "is quiet while the principal is too young to have habits",
      facts: exampleFacts({ connections: [...daily("OrdersApi", 2, daysAgo(1)), { ...burst, count: 5 }] }),
      expect: [],
    },
    {
      name: "is quiet where many services do the same on one day",
      facts: exampleFacts({
        connections: Array.from({ length: 12 }, (_, n) => [
          ...daily(`Service${n}`, 60, daysAgo(1)),
          { ...burst, by: `Service${n}`, count: 8 },
        ]).flat(),
      }),
      expect: [],
    },
    {
      name: "clears when the episode is over for two weeks",
      facts: exampleFacts({
        connections: [
          ...daily("OrdersApi", 60, daysAgo(16)).map((c) => ({ ...c, count: 10 })),
          { ...burst, at: daysAgo(16) },
        ],
      }),
      expect: [],
    },
  ];
};
