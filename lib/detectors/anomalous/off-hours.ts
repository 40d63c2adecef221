// A person who connects at an hour of the day at which that person is not at work.

import { HOUR_AWAY_BITS, OFF_BITS } from "../../core/anomaly/constants.ts";
import { hourOfDay } from "../../core/anomaly/day-figures.ts";
import { howOften } from "../../core/anomaly/in-words.ts";
import type { SignRule } from "../../core/anomaly/sign-rule.ts";
import { counted } from "../../core/base/counted.ts";
import { HOUR } from "../../core/base/time.ts";
import { defineDetector, SignOptions } from "../../core/findings/detector.ts";
import { type Case, daily, daysAgo, EXAMPLE_NOW, exampleFacts } from "../../core/findings/example-facts.ts";

/** An hour that nobody was ever seen near: once in 4,096 days. */
const FLOOR = 2 ** -12;

/** How strange an hour is, in bits; an hour away from a usual one is half as usual, two a quarter. */
const strangeness = (hours: readonly number[], days: number, hour: number): number => {
  let most = 0;
  for (let away = -12; away < 12; away++) {
    most = Math.max(most, (hours[(hour + away + 24) % 24] ?? 0) * 2 ** (-HOUR_AWAY_BITS * Math.abs(away)));
  }
  return -Math.log2((most + FLOOR) / days);
};

const rule: SignRule = {
  id: "off-hours",
  group: "hours",
  measure: "graded",
  habitFree: false,
  leastTop: OFF_BITS,
  reached: ({ tallies, allowedByHour }, own, { kind }) => {
    if (kind !== "person" || own.tenure < 2) return [];
    let strangest = 0;
    let count = 0;
    const off = new Set<number>();
    for (const [hour, allowed] of allowedByHour.entries()) {
      const bits = allowed ? strangeness(own.hours, own.activeDays, hour) : 0;
      if (bits < OFF_BITS) continue;
      strangest = Math.max(strangest, bits);
      count += allowed;
      off.add(hour);
    }
    if (!off.size) return [];
    const seen = tallies.filter((tally) => tally.outcome === "allowed" && off.has(hourOfDay(tally.firstAt)));
    return [
      {
        level: Math.min(23, Math.round(strangest + 2 * Math.log2(count))),
        firstAt: Math.min(...seen.map(({ firstAt }) => firstAt)),
        lastAt: Math.max(...seen.map(({ lastAt }) => lastAt)),
        eventIds: seen.map(({ firstEventId }) => firstEventId).slice(0, 5),
        what: `connected ${howOften(count)} in the ${off.size === 1 ? "hour" : "hours"} from ${[...off].map((hour) => `${String(hour).padStart(2, "0")}:00`).join(", ")} UTC, when it hardly ever did in ${counted(own.activeDays, "active day")}`,
        evidence: { hoursUtc: [...off], connections: count, activeDays: own.activeDays },
      },
    ];
  },
};

export const offHours = /* @__PURE__ */ defineDetector({
  id: "off-hours",
  category: "anomalous",
  title: "Person connects at unusual hours",
  short: "Unusual hours",
  severity: "low",
  life: "episode",
  docs: {
    why: "People sleep. A person's credentials used in the middle of that person's night may be in other hands.",
    fix: "Ask the person. If it was not them, revoke the active sessions of the IAM role.",
    falsePositives: "Work at night, a journey to another time zone, on-call duty: acknowledge the finding.",
    blindSpots:
      "Machines are left out. Weekends are not told from weekdays. People who share a role across time zones have no usual hours.",
  },
  evidence: {
    hoursUtc: "Hours (UTC)",
    connections: { label: "Connections", unit: ["connection", "connections"] },
    activeDays: { label: "Known for", unit: ["active day", "active days"] },
  },
  options: SignOptions,
  rule,
});

export const cases = (): Case[] => {
  const person = { session: "jane.doe@example.com", client: "DBeaver/24.1" };
  const noon = daysAgo(1) - 12 * HOUR;
  const people = (until: number) =>
    Array.from({ length: 6 }, (_, n) =>
      daily(`Analyst${n}`, 60, until + HOUR).map((c) => ({ ...c, ...person })),
    ).flat();
  const night = { by: "Analyst3", at: EXAMPLE_NOW - 21 * HOUR, count: 20, ...person };
  return [
    {
      name: "fires for a person who connects many times at night",
      facts: exampleFacts({ connections: [...people(noon), night] }),
      expect: ["Analyst3"],
    },
    {
      name: "is quiet for an hour earlier than usual",
      facts: exampleFacts({ connections: [...people(noon), { ...night, at: EXAMPLE_NOW - 13 * HOUR }] }),
      expect: [],
    },
    {
      name: "is quiet for a machine, which has no night",
      facts: exampleFacts({ connections: [...daily("Job", 60, noon), { by: "Job", at: night.at }] }),
      expect: [],
    },
    {
      name: "is quiet for a refused attempt",
      facts: exampleFacts({ connections: [...people(noon), { ...night, count: 1, outcome: "refused" }] }),
      expect: [],
    },
    {
      name: "clears when the episode is over for two weeks",
      facts: exampleFacts({
        connections: [...people(noon - 16 * 24 * HOUR), { ...night, at: night.at - 16 * 24 * HOUR }],
      }),
      expect: [],
    },
  ];
};
