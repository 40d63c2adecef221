// A principal that no mapping ever named.

import { mappingRule } from "../../core/anomaly/mapping-rule.ts";
import { HOUR } from "../../core/base/time.ts";
import { defineDetector, SignOptions } from "../../core/findings/detector.ts";
import { type Case, daily, daysAgo, EXAMPLE_NOW, exampleFacts } from "../../core/findings/example-facts.ts";

const rule = mappingRule("unmapped-connection", "never", "though no mapping names it");

export const unmappedConnection = /* @__PURE__ */ defineDetector({
  id: "unmapped-connection",
  category: "anomalous",
  title: "Connection by a principal without a mapping",
  short: "Came without a mapping",
  severity: "high",
  life: "episode",
  docs: {
    why: "Nobody gave this principal a role in the database. It tries to get in, or it has a way in that the mappings do not show.",
    fix: "Find out who uses the principal. If it should have access, map it (AWS IAM GRANT); if not, take dsql:DbConnect away from it.",
    falsePositives:
      "A service that was deployed before its mapping was made. A mapping made and revoked between two snapshots.",
    blindSpots:
      "An allowed connection is evaluated when the next snapshot shows whether a mapping was made, at most two hours later.",
  },
  evidence: {
    connections: { label: "Attempts", unit: ["attempt", "attempts"] },
    refused: "All of them refused",
  },
  options: SignOptions,
  rule,
});

export const cases = (): Case[] => {
  const usual = daily("OrdersApi", 60, daysAgo(1));
  const mappings = [{ to: "OrdersApi", role: "app" }];
  const stranger = { by: "Stranger", at: EXAMPLE_NOW - 4 * HOUR, outcome: "refused" as const };
  return [
    {
      name: "fires for a refused attempt of a principal that no mapping names",
      facts: exampleFacts({ mappings, connections: [...usual, stranger] }),
      expect: ["Stranger"],
    },
    {
      name: "is quiet for who is mapped",
      facts: exampleFacts({ mappings, connections: [...usual, { ...stranger, by: "OrdersApi" }] }),
      expect: [],
    },
    {
      name: "is quiet for a connection as admin, which takes no mapping",
      facts: exampleFacts({ mappings, connections: [...usual, { ...stranger, action: "DbConnectAdmin" }] }),
      expect: [],
    },
    {
      name: "is quiet where mappings were never read",
      facts: { ...exampleFacts({ mappings: [], connections: [...usual, stranger] }), firstSnapshotAt: null },
      expect: [],
    },
    {
      name: "clears when a mapping is made before the next attempt",
      facts: exampleFacts({
        mappings: [...mappings, { to: "Stranger", role: "app", madeAt: EXAMPLE_NOW - 5 * HOUR }],
        connections: [...usual, stranger],
      }),
      expect: [],
    },
  ];
};
