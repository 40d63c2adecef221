// A principal whose mapping was revoked.

import { mappingRule } from "../../core/anomaly/mapping-rule.ts";
import { HOUR } from "../../core/base/time.ts";
import { defineDetector, SignOptions } from "../../core/findings/detector.ts";
import { type Case, daily, daysAgo, EXAMPLE_NOW, exampleFacts } from "../../core/findings/example-facts.ts";

const rule = mappingRule("revoked-connection", "revoked", "though its mapping was revoked");

export const revokedConnection = /* @__PURE__ */ defineDetector({
  id: "revoked-connection",
  category: "anomalous",
  title: "Connection by a principal whose mapping was revoked",
  short: "Came after its revoke",
  severity: "high",
  life: "episode",
  docs: {
    why: "Somebody took this access away, and somebody still uses it or tries to. Sessions from before the revoke end within an hour: to be let in after that is critical, whatever else is usual.",
    fix: "Find out what still runs with the principal and stop it. Take dsql:DbConnect away from it as well. If it was let in, look for another mapping or a new GRANT between two snapshots.",
    falsePositives: "A service that still runs with its old configuration.",
    blindSpots:
      "A session that was open when the mapping was revoked can go on for an hour without a new connection. A mapping that was made and revoked again between two snapshots is not seen.",
  },
  evidence: {
    connections: { label: "Attempts", unit: ["attempt", "attempts"] },
    refused: "All of them refused",
    afterLastSession: "Let in after the last possible session end",
  },
  options: SignOptions,
  rule,
});

export const cases = (): Case[] => {
  const usual = daily("OrdersApi", 60, daysAgo(1));
  const mappings = [
    { to: "OrdersApi", role: "app" },
    { to: "OldJob", role: "app", goneAt: daysAgo(5) },
  ];
  const again = { by: "OldJob", at: EXAMPLE_NOW - 4 * HOUR, outcome: "refused" as const };
  return [
    {
      name: "fires for an attempt five days after the mapping was revoked",
      facts: exampleFacts({ mappings, connections: [...usual, again] }),
      expect: ["OldJob"],
    },
    {
      name: "fires for one that was let in after every session from before had ended, as critical",
      facts: exampleFacts({
        mappings,
        connections: [...usual, { by: "OldJob", at: EXAMPLE_NOW - 6 * HOUR }],
      }),
      expect: ["OldJob"],
    },
    {
      name: "is quiet for a use before it was revoked",
      facts: exampleFacts({
        mappings,
        connections: [...usual, { ...again, at: daysAgo(6), outcome: "refused" }],
      }),
      expect: [],
    },
    {
      name: "is quiet for a connection as admin, which takes no mapping",
      facts: exampleFacts({ mappings, connections: [...usual, { ...again, action: "DbConnectAdmin" }] }),
      expect: [],
    },
    {
      name: "is quiet where another mapping of the principal stands",
      facts: exampleFacts({
        mappings: [...mappings, { to: "OldJob", role: "other" }],
        connections: [...usual, again],
      }),
      expect: [],
    },
    {
      name: "clears when it is mapped again",
      facts: exampleFacts({
        mappings: [...mappings, { to: "OldJob", role: "app", madeAt: daysAgo(1) }],
        connections: [...usual, again],
      }),
      expect: [],
    },
  ];
};
