// A person's session in the role of a machine.

import { isInteractive } from "../../core/anomaly/person-like.ts";
import type { SignRule } from "../../core/anomaly/sign-rule.ts";
import { counted } from "../../core/base/counted.ts";
import { HOUR } from "../../core/base/time.ts";
import { defineDetector, SignOptions } from "../../core/findings/detector.ts";
import { type Case, daily, daysAgo, EXAMPLE_NOW, exampleFacts } from "../../core/findings/example-facts.ts";

const WITH_NEW_TOOL = 2;
const PLAIN = 1;

const rule: SignRule = {
  id: "human-in-machine-role",
  group: "client",
  measure: "categorical",
  habitFree: true,
  reached: (figures, own, { kind, isPersonLike }) =>
    kind !== "machine"
      ? []
      : [...figures.sessions].flatMap(([session, seen]) => {
          if (!isPersonLike(session) || own.isKnown("sessions", session)) return [];
          const tool = [...figures.families.keys()].find(
            (family) => isInteractive(family) && !own.isKnown("families", family),
          );
          return [
            {
              level: tool ? WITH_NEW_TOOL : PLAIN,
              value: session,
              firstAt: seen.firstAt,
              lastAt: seen.lastAt,
              eventIds: [seen.firstEventId],
              what: `was used by a person, session ${session}${tool ? ` with ${tool}` : ""}, for the first time in ${counted(own.activeDays, "active day")}`,
              evidence: { session, ...(tool && { client: tool }), connections: seen.count },
            },
          ];
        }),
};

export const humanInMachineRole = /* @__PURE__ */ defineDetector({
  id: "human-in-machine-role",
  category: "anomalous",
  title: "Person in a machine's role",
  severity: "medium",
  life: "episode",
  docs: {
    why: "People in a machine's role hide behind the machine: CloudTrail cannot tell their connections apart. Its credentials lie where programs can read them.",
    fix: "Ask the person named by the session, and give them a role of their own. Find out how they came by the machine's credentials.",
    falsePositives: "Somebody on call who uses the role on purpose: acknowledge the finding.",
    blindSpots:
      "A session is taken for a person's when its name is an email address, a name seen in IAM Identity Center, or two plain words. Somebody who names a session as the machine does is not seen.",
  },
  evidence: {
    session: "Session",
    client: { label: "Tool", whenEmpty: "" },
    connections: { label: "Connections", unit: ["connection", "connections"] },
  },
  options: SignOptions,
  rule,
});

export const cases = (): Case[] => {
  const usual = daily("OrdersApi", 60, daysAgo(1));
  const person = {
    by: "OrdersApi",
    at: EXAMPLE_NOW - 2 * HOUR,
    session: "jane.doe@example.com",
    client: "DBeaver/24.1",
  };
  return [
    {
      name: "fires for a person's session with a tool in a service's role",
      facts: exampleFacts({ connections: [...usual, person] }),
      expect: ["OrdersApi"],
    },
    {
      name: "is quiet for a session named like a machine's",
      facts: exampleFacts({
        connections: [
          ...usual,
          { ...person, session: "orders-api-*", client: "aurora-dsql-nodejs-pg/0.1.9" },
        ],
      }),
      expect: [],
    },
    {
      name: "is quiet for a role that people use all the time",
      facts: exampleFacts({
        connections: [
          ...usual.map((c) => ({ ...c, session: "john.roe@example.com", client: "DBeaver/24.1" })),
          person,
        ],
      }),
      expect: [],
    },
    {
      name: "is quiet for a refused attempt",
      facts: exampleFacts({ connections: [...usual, { ...person, outcome: "refused" }] }),
      expect: [],
    },
    {
      name: "clears when the episode is over for two weeks",
      facts: exampleFacts({
        connections: [...daily("OrdersApi", 60, daysAgo(16)), { ...person, at: daysAgo(16) }],
      }),
      expect: [],
    },
  ];
};
