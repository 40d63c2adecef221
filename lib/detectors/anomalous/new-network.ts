// A network that the principal never came from before.

import { strangeAccessKey } from "../../core/anomaly/access-key-rules.ts";
import { coarseNetwork, fineNetwork } from "../../core/anomaly/coarse-network.ts";
import { NEW_DAYS } from "../../core/anomaly/constants.ts";
import { FOREIGN_NEIGHBOURHOOD, FOREIGN_NETWORK, type SignRule } from "../../core/anomaly/sign-rule.ts";
import { NEW_NETWORK, strangeness } from "../../core/anomaly/strange-network.ts";
import { counted } from "../../core/base/counted.ts";
import { HOUR } from "../../core/base/time.ts";
import { defineDetector, SignOptions } from "../../core/findings/detector.ts";
import { type Case, daily, daysAgo, EXAMPLE_NOW, exampleFacts } from "../../core/findings/example-facts.ts";

const rule: SignRule = {
  id: NEW_NETWORK,
  group: "network",
  measure: "categorical",
  habitFree: false,
  isPlace: true,
  reached: (figures, own, { day, kind, isUsedByOthers, isPersonLike }) =>
    [...figures.networks].flatMap(([network, seen]) => {
      const coarse = coarseNetwork(network);
      const known = own.habits.introductions.find(
        (introduction) => introduction.network === network && day - introduction.day < NEW_DAYS,
      );
      const common = {
        value: network,
        firstAt: seen.firstAt,
        lastAt: seen.lastAt,
        eventIds: [seen.firstEventId],
        evidence: { network, connections: seen.count, activeDays: own.activeDays },
      };
      if (own.isKnown("networks", network)) {
        if (!known?.bits) return [];
        const days = day - known.day;
        const what = `connected again from ${network}, known for ${counted(days, "day")}`;
        return [{ ...common, level: known.level, bits: known.bits, what }];
      }
      if (kind === "person" && isNewPersonOnly(figures.tallies, network, own, isPersonLike)) return [];
      const level = strangeness(network, figures.principal, own, isUsedByOthers);
      const others =
        level === FOREIGN_NEIGHBOURHOOD
          ? `; no other ${kind} uses ${coarse}`
          : level === FOREIGN_NETWORK
            ? `; no other ${kind} uses it`
            : "";
      const what = `connected from ${network} for the first time in ${counted(own.activeDays, "active day")}${others}`;
      return [{ ...common, level, what }];
    }),
};

type Tallies = Parameters<SignRule["reached"]>[0]["tallies"];
type Own = Parameters<SignRule["reached"]>[1];

/** Somebody who is new in a role that people share brings networks of their own: these are no news of the others. */
const isNewPersonOnly = (
  tallies: Tallies,
  network: string,
  own: Own,
  isPersonLike: (session: string) => boolean,
): boolean =>
  tallies
    .filter((tally) => tally.outcome === "allowed" && fineNetwork(tally.network) === network)
    .every(({ session }) => isPersonLike(session) && (own.habits.sessions.get(session)?.days ?? 0) < 2);

export const newNetwork = /* @__PURE__ */ defineDetector({
  id: "new-network",
  category: "anomalous",
  title: "Connection from a new network",
  short: "Came from a new network",
  severity: "medium",
  life: "episode",
  docs: {
    why: "Stolen credentials are used from elsewhere. A job that came from one subnet for months does not move by itself.",
    fix: "Ask the owner of the principal. If nobody can explain it, revoke its mappings (AWS IAM REVOKE), then the active sessions of its IAM role. Look at what its roles can reach.",
    falsePositives:
      "A move to another subnet or Region, a new office, a journey. When several principals move on the same day, the finding is withdrawn. Acknowledge what is expected: the auditor learns it.",
    blindSpots:
      "An intruder in a /16 (IPv6: /32) that the principal and others of its kind use is hardly noticed. Refused attempts do not count. Connections without an address are left out, and so are those that stand in unknown:others. A principal is evaluated from its second active day on; on its first, only a long-term access key tells, where at least three others use one.",
  },
  evidence: {
    network: "New network",
    connections: { label: "Connections from it", unit: ["connection", "connections"] },
    activeDays: { label: "Known for", unit: ["active day", "active days"] },
    accessKey: { label: "New access key", whenEmpty: "" },
    othersWithKeys: { label: "Others who use access keys", whenEmpty: "" },
    othersApart: { label: "Of these, with a network of their own", whenEmpty: "" },
  },
  options: SignOptions,
  rule,
  moreRules: [strangeAccessKey],
});

export const cases = (): Case[] => {
  const usual = daily("OrdersApi", 60, daysAgo(1));
  const stranger = { by: "OrdersApi", at: EXAMPLE_NOW - 2 * HOUR, network: "203.0.113.0/24" };
  return [
    {
      name: "fires for a network never seen in two months of habit",
      facts: exampleFacts({ connections: [...usual, stranger] }),
      expect: ["OrdersApi"],
    },
    {
      name: "is quiet for a network that was used two months ago",
      facts: exampleFacts({ connections: [...usual, { ...stranger, at: daysAgo(59) }, stranger] }),
      expect: [],
    },
    {
      name: "is quiet while the principal is too young to have habits",
      facts: exampleFacts({ connections: [...daily("OrdersApi", 8, daysAgo(1)), stranger] }),
      expect: [],
    },
    {
      name: "is quiet for who roams among networks",
      facts: exampleFacts({
        connections: [...usual.map((c, i) => ({ ...c, network: `198.${i}.1.0/24` })), stranger],
      }),
      expect: [],
    },
    {
      name: "is quiet for a refused attempt",
      facts: exampleFacts({ connections: [...usual, { ...stranger, outcome: "refused" }] }),
      expect: [],
    },
    {
      name: "is quiet where a whole estate moves on one day",
      facts: exampleFacts({
        connections: Array.from({ length: 8 }, (_, n) => [
          ...daily(`Service${n}`, 60, daysAgo(1)),
          { ...stranger, by: `Service${n}` },
        ]).flat(),
      }),
      expect: [],
    },
    {
      name: "clears when the episode is over for two weeks",
      facts: exampleFacts({
        connections: [...daily("OrdersApi", 60, daysAgo(16)), { ...stranger, at: daysAgo(16) }],
      }),
      expect: [],
    },
  ];
};
