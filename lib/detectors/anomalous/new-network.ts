// A principal that connects from a network which it never came from before.
import * as z from "zod";
import type { NetworkRun } from "../../core/anomaly/network-runs.ts";
import type { Sign } from "../../core/anomaly/sign.ts";
import type { Principal } from "../../core/base/ids.ts";
import { DAY, HOUR, iso } from "../../core/base/time.ts";
import { type DetectorView, defineDetector } from "../../core/findings/detector.ts";
import { type Case, daily, daysAgo, EXAMPLE_NOW, exampleFacts } from "../../core/findings/example-facts.ts";

/** A network that nobody else of the cluster uses either weighs more, but not for who roams: to him all are strange. */
const FOREIGN_BITS = 2;
const SETTLED_BITS = 4;
const SHOWN_EVENTS = 10;

const usedByOthers = (view: DetectorView, principal: Principal, { network, firstAt }: NetworkRun): boolean =>
  view.activity.usersOf(network).some((user) => user.principal !== principal && user.firstAt < firstAt);

/** All of the run lies before the moment of the view, so that its sign is the same ever after. */
const isPast = (view: DetectorView, { tallies }: NetworkRun): boolean =>
  tallies.every(({ lastAt }) => lastAt < view.now);

type NetworkEvidence = {
  readonly network: string;
  readonly connections: number;
  readonly clients: readonly string[];
  readonly usedByOthers: boolean;
  readonly baseline: {
    readonly since: string;
    readonly activeDays: number;
    readonly daysWithNewNetwork: number;
    readonly networks: readonly string[];
  };
};

const signOf = (view: DetectorView, principal: Principal, run: NetworkRun): Sign<NetworkEvidence> => {
  const { baseline, network, firstAt } = run;
  const seen = run.tallies.filter((tally) => tally.firstAt < view.now);
  // Beyond the moment of the view nothing is known: a tally that reaches there counts with its beginning.
  const lastAt = Math.max(...seen.map((tally) => (tally.lastAt < view.now ? tally.lastAt : tally.firstAt)));
  const foreign = !usedByOthers(view, principal, run);
  // How often an active day brought a new network, with half a day's doubt (Krichevsky and Trofimov's estimate).
  const bits = -Math.log2((baseline.introductionDays + 0.5) / (baseline.activeDays + 1));
  return {
    principal,
    firstAt,
    lastAt,
    bits: bits + (foreign && bits >= SETTLED_BITS ? FOREIGN_BITS : 0),
    says: `connected from a new network, ${network}`,
    evidence: {
      network,
      connections: seen.reduce((sum, { count }) => sum + count, 0),
      clients: [...new Set(seen.map(({ client }) => client))].slice(0, 5),
      usedByOthers: !foreign,
      baseline: {
        since: iso(baseline.since ?? firstAt),
        activeDays: baseline.activeDays,
        daysWithNewNetwork: baseline.introductionDays,
        networks: baseline.networks,
      },
    },
    eventIds: [...new Set(seen.map(({ firstEventId }) => firstEventId))].slice(0, SHOWN_EVENTS),
  };
};

export const newNetwork = /* @__PURE__ */ defineDetector({
  id: "new-network",
  category: "anomalous",
  title: "Connection from a new network",
  severity: "medium",
  life: "episode",
  docs: {
    why: "Stolen credentials are used from elsewhere. A job that came from one subnet for months does not move by itself.",
    fix: "Ask the owner of the principal. If nobody can explain it, revoke its IAM sessions, then its mappings (AWS IAM REVOKE). Look at what its roles can reach.",
    falsePositives:
      "A move to another subnet or Region, a new office, a new NAT address: acknowledge the finding. After a day of silence or a week of use the network is known, and not reported again. A principal that often changes networks is not reported.",
    blindSpots:
      "A principal with less than two weeks or seven active days of history is not judged. Refused attempts are not looked at. A stranger within the same /24, /48 or VPC endpoint does not show. Connections without an address are left out, and so are those that were folded together in an hour of very many kinds.",
  },
  evidence: {
    network: "New network",
    connections: { label: "Connections from it", unit: ["connection", "connections"] },
    clients: "Clients",
    usedByOthers: "Used by others before",
    baseline: {
      label: "Before that",
      fields: {
        since: "connected since",
        activeDays: { label: "on", unit: ["day", "days"] },
        daysWithNewNetwork: { label: "with a new network on", unit: ["day", "days"] },
        networks: "from",
      },
    },
  },
  options: z.object({
    /** How far back a network is remembered. */
    baselineDays: z.int().positive().default(90),
    /** A principal younger than this, or with fewer active days, has no habits yet. */
    minDays: z.int().positive().default(14),
    minActiveDays: z.int().positive().default(7),
    /** A network in use for so long is known, even if it never fell silent. */
    learnDays: z.int().positive().default(7),
  }),
  signs: (view, { baselineDays, minDays, minActiveDays, learnDays }) =>
    view.activity.principals
      .filter((principal) => principal !== view.activity.auditor)
      .flatMap((principal) =>
        view.activity
          .networkRunsOf(principal, { baselineDays, learnDays })
          .filter(
            ({ firstAt, baseline }) =>
              firstAt < view.now &&
              baseline.since !== undefined &&
              baseline.since <= firstAt - minDays * DAY &&
              baseline.activeDays >= minActiveDays,
          )
          .map((run) =>
            isPast(view, run)
              ? view.once(run, () => signOf(view, principal, run))
              : signOf(view, principal, run),
          ),
      ),
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
        connections: [...usual.map((c, i) => ({ ...c, network: `198.51.${i >> 1}.0/24` })), stranger],
      }),
      expect: [],
    },
    {
      name: "is quiet for a refused attempt",
      facts: exampleFacts({ connections: [...usual, { ...stranger, outcome: "refused" }] }),
      expect: [],
    },
    {
      name: "clears two weeks after the episode's end",
      facts: exampleFacts({
        connections: [...daily("OrdersApi", 60, daysAgo(16)), { ...stranger, at: daysAgo(16) }],
      }),
      expect: [],
    },
  ];
};
