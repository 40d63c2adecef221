// Refusals on many roles from one network, or with one client, that none of them uses.
import { refusedClient, refusedElsewhere } from "../../core/anomaly/refusal-rules.ts";
import type { Spread } from "../../core/anomaly/spread.ts";
import { DAY, floorTo, HOUR, iso } from "../../core/base/time.ts";
import { principalName, visible } from "../../core/base/visible-text.ts";
import * as z from "../../core/base/zod.ts";
import { defineDetector } from "../../core/findings/detector.ts";
import { type Case, daily, daysAgo, EXAMPLE_NOW, exampleFacts } from "../../core/findings/example-facts.ts";
import { triedEndpoints } from "./spread/tried-endpoints.ts";

const SHOWN = 20;
/** A client names itself: as much as a heading holds. */
const MAX_VALUE = 80;

/** "0.3 principals are": how many, with as many digits as tell something. */
const perDay = (usual: number): string =>
  usual < 0.1 ? "fewer than 0.1 principals are" : `about ${usual.toFixed(1)} principals are`;

type Found = Pick<Spread, "by" | "value" | "principals" | "letIn">;

/** "CatalogApi", "CatalogApi and OrdersApi", "CatalogApi, OrdersApi and 3 more" */
const someOf = (principals: readonly string[]): string => {
  const names = principals.slice(0, 2).map(principalName);
  const more = principals.length - names.length;
  return more > 0 ? `${names.join(", ")} and ${more} more` : names.join(" and ");
};

/** Who got in comes first: that is what somebody has to act on. */
const titleOf = ({ by, value, principals, letIn }: Found): string => {
  const like = by === "network" ? "from" : "with";
  const what = visible(value, MAX_VALUE);
  const refused = `${principals.length} principals`;
  return letIn.length
    ? `${someOf(letIn)} ${letIn.length === 1 ? "was" : "were"} let in ${like} ${what}, a ${by} new to ${letIn.length === 1 ? "it" : "them"}; ${refused} were refused ${like} it within one hour`
    : `${refused} refused ${like} ${what} within one hour, a ${by} that none of them uses`;
};

const fixOf = ({ by, value, letIn }: Found, isOfSeveral: boolean): string => {
  const policy = isOfSeveral ? "the policy of each endpoint of the database" : "the cluster policy";
  const place = by === "network" ? `block ${value} in ${policy}` : "look up where the attempts came from";
  const sessions = "revoke the active sessions of the IAM roles that were refused";
  if (!letIn.length) return `First ${place}. Then ${sessions}.`;
  return `First take the mappings of ${someOf(letIn)} away, and revoke the active sessions of ${letIn.length === 1 ? "that IAM role" : "those IAM roles"}. Then ${place}, and ${sessions}.`;
};

/** They count how common such refusals are; spread is seen without any other rule. */
const COUNTING = [refusedElsewhere, refusedClient];

export const spreadRefusals = /* @__PURE__ */ defineDetector({
  id: "spread-refusals",
  category: "anomalous",
  title: "Refusals on many principals from one strange network or client",
  short: "Many are refused",
  severity: "high",
  life: "stretch",
  ofDatabase: true,
  docs: {
    why: "Somebody who stole several credentials is refused a few times with each. No single principal shows it; together they do.",
    fix: "Look up the network. Block it in the cluster policy (aws:SourceIp), and revoke the active sessions of the IAM roles that were used.",
    falsePositives: "A new network or library of your own, with which several services are set up wrongly.",
    blindSpots:
      "It takes three principals within one clock hour, and more where such refusals are common. A principal that has used the network or client before, through any endpoint of the database, does not count. Whether AWS logs every refused attempt is not documented.",
  },
  evidence: {
    network: { label: "Network", whenEmpty: "" },
    client: { label: "Client", whenEmpty: "" },
    letIn: { label: "Let in", lines: true, whenEmpty: "nobody was seen to be, so far" },
    letInNotShown: { label: "Further principals let in", whenEmpty: "" },
    principals: { label: "Refused", lines: true },
    principalsNotShown: { label: "Further principals refused", whenEmpty: "" },
    tried: { label: "Endpoints of the database that were tried", lines: true, whenEmpty: "" },
    attempts: { label: "Refusals", unit: ["attempt", "attempts"] },
    why: "Why this is unusual",
    bits: { label: "Weight", hidden: true },
  },
  options: z.object({
    /** So many principals make a finding. */
    principals: z._default(z.int().check(z.gte(3)), 3),
  }),
  reachesFrom: ({ now }) => now - DAY,
  gone: ({ now }, { object = "" }, _, seen) =>
    seen.to <= now - DAY
      ? {
          ended: `No more such refusals (${object}) were seen for 24 hours. That does not undo what was done.`,
        }
      : undefined,
  detect: (view, { principals: least }) =>
    view.activity
      .spread(COUNTING)
      .flatMap((one) =>
        one.principals.length >= least && one.severity !== undefined
          ? [{ ...one, severity: one.severity }]
          : [],
      )
      .map((one) => ({ ...one, tried: triedEndpoints(view, one) }))
      .map(({ firstAt, lastAt, eventIds, severity, bits, usual, tried, ...one }) => ({
        subject: {
          object: `${one.by} ${visible(one.value, MAX_VALUE)}`,
          facet: iso(floorTo(HOUR, firstAt)),
        },
        title: titleOf(one),
        severity,
        evidence: {
          [one.by]: one.value,
          letIn: one.letIn.slice(0, SHOWN),
          letInNotShown: Math.max(0, one.letIn.length - SHOWN) || null,
          principals: one.principals.slice(0, SHOWN),
          principalsNotShown: Math.max(0, one.principals.length - SHOWN) || null,
          tried: tried ?? null,
          attempts: one.attempts,
          why: `On an ordinary day ${perDay(usual)} refused ${one.by === "network" ? "from a network" : "with a client"} that is new to them.`,
          bits: Math.round(bits * 10) / 10,
        },
        firstSeenAt: firstAt,
        lastSeenAt: lastAt,
        eventIds,
        threads: [`${one.by}:${one.value}`],
        fix: fixOf(one, tried !== undefined),
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
  const withClient = tries(4, "10.20.4.0/24").map((attempt) => ({ ...attempt, client: "sqlmap/1.9" }));
  return [
    {
      name: "fires for four principals refused once each from one strange network",
      facts: exampleFacts({ connections: [...usual, ...tries(4)] }),
      expect: ["network 203.0.113.0/24"],
    },
    {
      name: "fires for four principals refused from their own network with a client that nobody uses",
      facts: exampleFacts({ connections: [...usual, ...withClient] }),
      expect: ["client sqlmap"],
    },
    {
      name: "is quiet for three principals where such refusals are seen every other day",
      facts: exampleFacts({
        connections: [
          ...usual,
          ...Array.from({ length: 16 }, (_, n) => [
            ...daily(`Service${n}`, 30, daysAgo(1)),
            ...daily(`Service${n}`, 15, daysAgo(1), `198.51.${n}.0/24`).map((attempt, day) => ({
              ...attempt,
              at: attempt.at - day * DAY,
              outcome: "refused" as const,
            })),
          ]).flat(),
          ...tries(3),
        ],
      }),
      expect: [],
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
