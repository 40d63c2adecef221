// One session in two neighbourhoods within one hour, one of them new.

import { sharedAccessKey } from "../../core/anomaly/access-key-rules.ts";
import { NEW_DAYS } from "../../core/anomaly/constants.ts";
import { sharedSession } from "../../core/anomaly/shared-session-rule.ts";
import type { SignRule } from "../../core/anomaly/sign-rule.ts";
import { HOUR } from "../../core/base/time.ts";
import { defineDetector, SignOptions } from "../../core/findings/detector.ts";
import { type Case, daily, daysAgo, EXAMPLE_NOW, exampleFacts } from "../../core/findings/example-facts.ts";

/** The new place is in a neighbourhood that other people use, or that none does: people's homes mostly share theirs. */
const FRESH = 1;
const FOREIGN = 2;

const rule: SignRule = {
  id: "concurrent-networks",
  group: "network",
  measure: "categorical",
  habitFree: true,
  reached: (figures, own, { day, kind, isPersonLike, isUsedByOthers }) =>
    [...figures.places].flatMap(([key, here]) => {
      const networks = figures.everywhere.get(key) ?? here;
      const session = key.slice(key.indexOf(" ") + 1);
      if (networks.size < 2) return [];
      const named = isPersonLike(session);
      if (kind !== "person" && !named) return [];
      if (named && kind === "person" && (own.habits.sessions.get(session)?.days ?? 0) < 2) return [];
      const fresh = [...networks].filter(([network]) => {
        const entry = own.habits.neighbourhoods.get(network);
        return !own.isKnown("neighbourhoods", network) || day - (entry?.first ?? day) < NEW_DAYS;
      });
      if (!fresh.length) return [];
      const foreign = fresh.find(([network]) => !isUsedByOthers(network, figures.principal));
      const seen = [...networks.values()];
      const names = [...networks.keys()].map((name) =>
        here.has(name) ? name : `${name}, through another endpoint of the database,`,
      );
      const throughPeer = [...networks.keys()].filter((name) => !here.has(name));
      return [
        {
          level: foreign ? FOREIGN : FRESH,
          value: (foreign ?? fresh[0])?.[0] ?? "",
          firstAt: Math.min(...seen.map(({ firstAt }) => firstAt)),
          lastAt: Math.max(...seen.map(({ lastAt }) => lastAt)),
          eventIds: seen.map(({ firstEventId }) => firstEventId).slice(0, 5),
          what: `connected from ${names.join(" and ")} within one hour in the same session${session ? ` (${session})` : ""}`,
          evidence: { networks: [...networks.keys()], session, ...(throughPeer.length && { throughPeer }) },
        },
      ];
    }),
};

export const concurrentNetworks = /* @__PURE__ */ defineDetector({
  id: "concurrent-networks",
  category: "anomalous",
  title: "One session or access key in two places",
  short: "In two places",
  severity: "medium",
  life: "episode",
  ofDatabase: true,
  docs: {
    why: "A person is in one place. When one session connects from two distant networks within an hour, somebody else may hold its credentials. The same holds for a session name that appears on several roles within an hour, though they never shared one, and for an access key that two principals use.",
    fix: "Ask the person named by the session. If one of the places is not theirs, revoke the active sessions of the IAM role and look at what was reached.",
    falsePositives:
      "A VPN that is switched on or off, a phone's line beside the office's, a remote desktop. A person who was given a second role, an IAM user that was renamed. Acknowledge what is expected: the auditor learns it.",
    blindSpots:
      "Machines are left out: they run in several places. Sessions without a person's name are not told apart. Two networks in one /16 count as one place. Session names with changing parts are not compared, nor those of two principals that came through different endpoints of the database. AWS leaves the access key out of some records; only long-term keys (AKIA) are compared, by a short hash.",
  },
  evidence: {
    networks: { label: "Places", whenEmpty: "" },
    session: { label: "Session", whenEmpty: "" },
    throughPeer: { label: "Through another endpoint of the database", whenEmpty: "" },
    sharedWith: { label: "Shared with", whenEmpty: "" },
    accessKey: { label: "Access key", whenEmpty: "" },
    usedBy: { label: "Used before by", whenEmpty: "" },
  },
  options: SignOptions,
  rule,
  moreRules: [sharedSession, sharedAccessKey],
});

export const cases = (): Case[] => {
  const person = { session: "jane.doe@example.com", client: "DBeaver/24.1" };
  const usual = daily("Analyst", 60, daysAgo(1), "198.51.100.0/24").map((c) => ({ ...c, ...person }));
  const at = Math.floor((EXAMPLE_NOW - 2 * HOUR) / HOUR) * HOUR;
  const here = { by: "Analyst", at, network: "198.51.100.0/24", ...person };
  const there = { ...here, at: at + 600_000, network: "203.0.113.0/24" };
  return [
    // The new network weighs as much and tells more: it names the finding.
    {
      name: "fires for a person seen at home and far away within one hour",
      facts: exampleFacts({ connections: [...usual, here, there] }),
      options: {},
      expect: ["Analyst"],
    },
    {
      name: "is quiet for two places that are both known for long",
      facts: exampleFacts({
        connections: [...usual, ...usual.map((c) => ({ ...c, network: "203.0.113.0/24" })), here, there],
      }),
      expect: [],
    },
    {
      name: "fires for an access key that another principal used before",
      facts: exampleFacts({
        connections: [
          ...usual.map((c) => ({ ...c, accessKey: "5f3a09c1…WXYZ" })),
          ...daily("Other", 60, daysAgo(1)),
          { by: "Other", at, accessKey: "5f3a09c1…WXYZ" },
        ],
      }),
      expect: ["Other"],
    },
    {
      name: "is quiet for a principal that changes its access key",
      facts: exampleFacts({
        connections: [
          ...usual.map((c) => ({ ...c, accessKey: "5f3a09c1…WXYZ" })),
          { ...here, accessKey: "00000001…ABCD" },
        ],
      }),
      expect: [],
    },
    {
      name: "is quiet for a machine, which runs in many places",
      facts: exampleFacts({
        connections: [
          ...daily("Job", 60, daysAgo(1)),
          { by: "Job", at },
          { by: "Job", at: at + 1_000, network: "203.0.113.0/24" },
        ],
      }),
      expect: [],
    },
    {
      name: "is quiet for two places in different hours",
      facts: exampleFacts({ connections: [...usual, { ...here, at: at - 5 * HOUR }, there] }),
      expect: [],
    },
    {
      name: "clears when the episode is over for two weeks",
      facts: exampleFacts({
        connections: [
          ...daily("Analyst", 60, daysAgo(20), "198.51.100.0/24").map((c) => ({ ...c, ...person })),
          { ...here, at: daysAgo(19) },
          { ...there, at: daysAgo(19) + 60_000 },
        ],
      }),
      expect: [],
    },
  ];
};
