// A client that calls itself a tool made for attacks.

import { attackToolRule } from "../../core/anomaly/attack-tool-rule.ts";
import { HOUR } from "../../core/base/time.ts";
import { defineDetector, SignOptions } from "../../core/findings/detector.ts";
import { type Case, daily, daysAgo, EXAMPLE_NOW, exampleFacts } from "../../core/findings/example-facts.ts";

export const attackTool = /* @__PURE__ */ defineDetector({
  id: "attack-tool",
  category: "anomalous",
  title: "Client that calls itself a tool made for attacks",
  short: "Attack tool by its name",
  severity: "high",
  life: "episode",
  docs: {
    why: "No service connects by such a tool. Either somebody tests this database, or somebody attacks it with credentials that work. Where it was let in, it can run SQL: that is high, and you are told at once. Attempts that were all refused are medium at least.",
    fix: "Ask whoever may test this database whether they do now. If nobody does, revoke the mappings of the principal, then the active sessions of its IAM role, and find out who holds its credentials.",
    falsePositives:
      "A test that was agreed on: exempt the finding for as long as it lasts. The name is what the client says of itself, so anybody who connects can make one up. A tool that was used on seven days is not told again.",
    blindSpots:
      "A tool can call itself anything, and most who attack let it: that no such name was seen says nothing. Only names that belong to no ordinary program count. Only the first product of a user agent is kept.",
  },
  evidence: {
    attackTool: "Client, by its own name",
    connections: { label: "Attempts", unit: ["attempt", "attempts"] },
    refused: "All of them refused",
  },
  options: SignOptions,
  rule: attackToolRule,
});

export const cases = (): Case[] => {
  const usual = daily("OrdersApi", 60, daysAgo(1));
  const tool = { by: "OrdersApi", at: EXAMPLE_NOW - 2 * HOUR, client: "sqlmap/1.9" };
  return [
    {
      name: "fires for a connection by such a tool",
      facts: exampleFacts({ connections: [...usual, tool] }),
      expect: ["OrdersApi"],
    },
    {
      name: "fires on the first day of a principal, whatever else the name holds",
      facts: exampleFacts({
        connections: [...usual, { ...tool, by: "Fresh", client: "Python-SQLMap2/1.0" }],
      }),
      expect: ["Fresh"],
    },
    {
      name: "fires for a refused attempt",
      facts: exampleFacts({ connections: [...usual, { ...tool, outcome: "refused" }] }),
      expect: ["OrdersApi"],
    },
    {
      name: "is quiet for a client whose name only holds that of a tool",
      facts: exampleFacts({ connections: [...usual, { ...tool, client: "mysqlmapper/2.0" }] }),
      expect: [],
    },
    {
      name: "is quiet for a tool that has been used on a week of days",
      facts: exampleFacts({
        connections: [
          ...usual,
          ...daily("OrdersApi", 30, daysAgo(1)).map((one) => ({ ...one, client: "sqlmap/1.9" })),
          tool,
        ],
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
