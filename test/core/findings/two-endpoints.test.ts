// A multi-Region database: who uses it through either endpoint uses it, and what is proven of it is proven at both.
import fc from "fast-check";
import { expect, it } from "vitest";
import { activityIndex } from "../../../lib/core/activity/activity-index.ts";
import { DAY, HOUR, type Instant, type Interval } from "../../../lib/core/base/time.ts";
import type { KnownCatalog } from "../../../lib/core/catalog/known-catalog.ts";
import {
  daily,
  EXAMPLE_CLUSTER,
  type ExampleConnection,
  exampleArn,
  exampleFacts,
  EXAMPLE_NOW as NOW,
} from "../../../lib/core/findings/example-facts.ts";
import { exampleCluster, exampleIam } from "../../../lib/core/findings/example-iam.ts";
import type { Facts } from "../../../lib/core/findings/facts.ts";
import { adminsBetween } from "../../../lib/core/findings/found-between.ts";
import { judgeWith } from "../../../lib/core/findings/judge.ts";
import { mappingsWith } from "../../../lib/core/findings/mapping-judgement.ts";
import { lastElsewhere } from "../../../lib/core/findings/used-elsewhere.ts";
import { auditView } from "../../../lib/core/findings/view.ts";
import { detectors } from "../../../lib/detectors/index.ts";
import { useLedger } from "../../support/ledgers.ts";
import { both, mappings, one, PEER } from "../../support/two-endpoints.ts";

const DAYS = 90;
const SETTLED = Math.floor(NOW / DAY) - 2;

/** What is told of the mappings and of admin; instants alone, for event ids are numbered within an example. */
const told = (facts: Facts) => {
  const view = auditView(facts);
  const { uncovered, settledUntil } = view.coverage.database;
  const window = view.coverage.database.windowOf(DAYS);
  return {
    mappings: view.mappings.standing.map((mapping) => {
      const { verdict, lastUse, lastPossibleUse, uncoveredHours } = view.mappings.useOf(mapping, DAYS);
      return [mapping.role, mapping.principal, verdict, lastUse?.at, lastPossibleUse?.at, uncoveredHours];
    }),
    admins: view.activity.adminLogins(),
    ...{ settledUntil, hours: uncovered.hoursIn(window), provenSince: uncovered.provenSince(window.to) },
    gaps: uncovered.gapsIn(window).map(({ from, to }) => [from, to]),
  };
};

const hoursAgo = fc.integer({ min: 1, max: 200 * 24 }).map((hours): Instant => NOW - hours * HOUR);
const connections = fc.array(
  fc.record({
    by: fc.constantFrom("Job", "Both", "New", "Ops"),
    at: hoursAgo,
    role: fc.constantFrom("", "rw"),
    as: fc.constantFrom(undefined, "DbConnectAdmin" as const),
    fails: fc.constantFrom(undefined, "refused" as const),
    there: fc.boolean(),
  }),
  { maxLength: 12 },
);
const gaps = fc.array(
  fc.tuple(hoursAgo, fc.integer({ min: 1, max: 48 })).map(
    ([from, hours]): Interval => ({
      from,
      to: Math.min(NOW, from + hours * HOUR),
    }),
  ),
  { maxLength: 2 },
);
type Made = typeof connections extends fc.Arbitrary<infer T> ? T : never;

const shown = (made: Made, isHere: (there: boolean) => boolean): ExampleConnection[] =>
  made.flatMap(({ by, at, role, as, fails, there }) =>
    isHere(there) ? [{ by, at, role, ...(as && { action: as }), ...(fails && { outcome: fails }) }] : [],
  );

/** As a store that keeps a ledger tells it: the newest uses up to a day, and the connections after it. */
const byLedger = (facts: Facts): Pick<Facts, "activity" | "earlierUses"> => {
  const all = [...facts.activity.principals()].flatMap((principal) =>
    facts.activity.talliesOf(principal, { from: 0, to: NOW }),
  );
  const isLater = ({ firstAt }: { readonly firstAt: Instant }): boolean => firstAt >= (SETTLED + 1) * DAY;
  return {
    activity: activityIndex([{ tallies: all.filter(isLater) }]),
    earlierUses: useLedger(
      SETTLED,
      all.filter((tally) => !isLater(tally)),
      facts.mappingPeriods,
    ),
  };
};

it("is judged like one cluster that had all connections and the gaps of both", () => {
  fc.assert(
    fc.property(connections, gaps, gaps, fc.nat(30), fc.boolean(), (made, here, there, late, kept) => {
      const settleMs = late * HOUR;
      const own = exampleFacts({ mappings, iam: both, gaps: here, connections: shown(made, (x) => !x) });
      const peer = exampleFacts({ mappings, gaps: there, connections: shown(made, (x) => x) });
      const all = exampleFacts({
        ...{ mappings, iam: one, gaps: [...here, ...there] },
        connections: shown(made, () => true),
      });
      const joined: Facts = {
        ...own,
        ...(kept && byLedger(own)),
        peers: [{ ...peer, ...(kept && byLedger({ ...peer, mappingPeriods: own.mappingPeriods })), cluster: PEER, settleMs }],
      }; // biome-ignore format: one glance
      expect(told(joined)).toEqual(told({ ...all, settleMs }));
    }),
    { numRuns: 40 },
  );
});

/** The snapshot names no peer any more, and remembers one that was there until then. */
const withFormer = (facts: Facts, until: Instant | null): Facts => {
  const { snapshot } = facts;
  if (!snapshot) throw new Error("no snapshot");
  const catalog: KnownCatalog = { ...snapshot.catalog, formerPeers: [{ cluster: PEER, until }] };
  return { ...facts, snapshot: { ...snapshot, catalog } };
};

it("is judged by what was used and proven at a peer of earlier, up to when it was one at most", () => {
  const some = fc.tuple(connections, gaps, gaps, hoursAgo, fc.nat(59), fc.boolean());
  fc.assert(
    fc.property(some, ([made, here, there, hour, minutes, kept]) => {
      const until = hour + minutes * 60_000;
      const full = Math.ceil(until / HOUR) * HOUR;
      const own = exampleFacts({ mappings, iam: one, gaps: here, connections: shown(made, (x) => !x) });
      const before = made.filter(({ at, there: isThere }) => isThere && at < until);
      const peer = exampleFacts({ mappings, gaps: there, connections: shown(before, (x) => x) });
      const known = { ...peer, ...(kept && byLedger({ ...peer, mappingPeriods: own.mappingPeriods })) };
      const all = exampleFacts({
        ...{ mappings, iam: one },
        gaps: [...here, ...there.map(({ from, to }) => ({ from, to: Math.min(to, full) }))].filter(
          ({ from, to }) => from < to,
        ),
        connections: shown(
          made.filter((x) => !x.there || before.includes(x)),
          () => true,
        ),
      });
      const joined: Facts = {
        ...own,
        ...(kept && byLedger(own)),
        peers: [{ ...known, cluster: PEER, until, settleMs: 0 }],
      };
      expect(told(withFormer(joined, until))).toEqual(told(all));
    }),
    { numRuns: 60 },
  );
});

it("is never called unused where a peer of earlier is not proven, or nobody could say since whether it is gone", () => {
  fc.assert(
    fc.property(connections, fc.integer({ min: 24, max: 80 * 24 }), (made, hours) => {
      const here = shown(made, (x) => !x);
      const blind = exampleFacts({ mappings, iam: one, connections: here });
      const noIam = exampleFacts({ mappings, catalog: { roles: [] }, connections: here });
      for (const facts of [withFormer(blind, NOW - hours * HOUR), withFormer(noIam, null)]) {
        const verdicts = told(facts).mappings.map(([, , verdict]) => verdict);
        expect(verdicts).not.toContain("dormant");
        expect(verdicts).not.toContain("never-used");
      }
    }),
    { numRuns: 15 },
  );
});

it("is never called unused while nothing is proven at the peer, or while nobody can tell whether there is one", () => {
  const unread = exampleIam({ clusters: [{ ...exampleCluster(EXAMPLE_CLUSTER), peersUnread: "denied" }] });
  fc.assert(
    fc.property(connections, gaps, fc.boolean(), (made, here, isTold) => {
      const own = exampleFacts({ mappings, iam: both, gaps: here, connections: shown(made, (x) => !x) });
      const peer = exampleFacts({ mappings, connections: shown(made, (x) => x) });
      const blind = { ...peer, cluster: PEER, coverage: [] };
      const nobody = exampleFacts({ mappings, iam: unread, connections: shown(made, (x) => !x) });
      for (const facts of [isTold ? { ...own, peers: [blind] } : own, nobody]) {
        const { mappings: standing } = told(facts);
        expect(standing.map(([, , verdict]) => verdict)).not.toContain("dormant");
        expect(standing.map(([, , verdict]) => verdict)).not.toContain("never-used");
      }
    }),
    { numRuns: 15 },
  );
});

it("says what to do for the peer also where hours are missing at both endpoints, and nothing where they are missing here alone", () => {
  const hour = (days: number): Interval => ({ from: NOW - days * DAY, to: NOW - days * DAY + HOUR });
  const fixOf = (here: readonly Interval[], there: readonly Interval[]) => {
    const own = exampleFacts({ mappings, iam: both, gaps: here });
    const peers = [{ ...exampleFacts({ gaps: there }), cluster: PEER }];
    const view = { ...auditView({ ...own, peers }), once: <T>(_: object, make: () => T) => make() };
    return mappingsWith(view, "unknown", DAYS).map(({ fix }) => fix)[0];
  };
  expect(fixOf([hour(20)], [hour(30)])).toContain(`1 hour of its peer in us-east-2 (${PEER})`);
  expect(fixOf([], [hour(30)])).toContain(`1 hour of its peer in us-east-2 (${PEER})`);
  expect(fixOf([hour(20)], [])).toBeUndefined();
});

it("was connected as admin through either endpoint, and a login that the auditor did not make hides at neither", () => {
  const lately = fc.integer({ min: 1, max: 96 }).map((hours): Instant => NOW - hours * HOUR);
  const auditor = fc.record({ at: lately, isOwn: fc.boolean(), there: fc.boolean() });
  const stretches = fc.tuple(lately, fc.integer({ min: 1, max: 48 }));
  fc.assert(
    fc.property(
      connections,
      fc.array(auditor, { maxLength: 4 }),
      stretches,
      (made, logins, [from, hours]) => {
        const factsOf = (isHere: (there: boolean) => boolean, iam = one) => {
          const own = logins.filter(({ there }) => isHere(there));
          const surplusAt = own.filter(({ isOwn }) => !isOwn).map(({ at }) => at);
          const asAuditor = own.map(({ at }) => ({ by: "Auditor", at, action: "DbConnectAdmin" as const }));
          return exampleFacts({
            ...{ mappings, iam, own: { surplusAt, admin: true } },
            connections: [...shown(made, isHere), ...asAuditor],
          });
        };
        const stretch = { from, to: from + hours * HOUR };
        const here = factsOf((there) => !there, both);
        const joined = { ...here, peers: [{ ...factsOf((there) => there), cluster: PEER }] };
        const admins = adminsBetween(auditView(joined), stretch);
        expect(admins).toEqual(adminsBetween(auditView(factsOf(() => true)), stretch));
        // Where nobody wrote down its logins at the peer, any of them may be somebody else's.
        const { ownLogins: _, ...unwritten } = factsOf((there) => there);
        const unsure = adminsBetween(
          auditView({ ...here, peers: [{ ...unwritten, cluster: PEER }] }),
          stretch,
        );
        for (const admin of admins) expect(unsure).toContain(admin);
      },
    ),
    { numRuns: 60 },
  );
});

it("is silent for no longer than its connections through the peer say, also where only the newest uses are kept", () => {
  fc.assert(
    fc.property(connections, fc.integer({ min: 0, max: 5 }), (made, ago) => {
      const peer = { ...exampleFacts({ mappings, connections: shown(made, () => true) }), cluster: PEER };
      const day = Math.floor(NOW / DAY) - ago;
      for (const by of ["Job", "Both", "New", "Ops"]) {
        const allowed = made.filter((one) => one.by === by && !one.fails && one.at < day * DAY);
        const truth = Math.max(-1, ...allowed.map(({ at }) => Math.floor(at / DAY)));
        const [all, kept] = [peer, { ...peer, ...byLedger(peer) }].map(
          (one) => lastElsewhere({ ...peer, peers: [one] })?.(exampleArn(by), day) ?? -1,
        );
        expect(all).toBe(truth);
        expect(kept).toBeGreaterThanOrEqual(truth);
        // Of the running day, which is what is asked hour by hour, it is exact.
        if (ago === 0) expect(kept).toBe(truth);
      }
    }),
    { numRuns: 60 },
  );
});

it("says of a silence that it is one endpoint's where nobody can tell the peers", () => {
  const job = [
    ...daily("Job", 30, NOW - 40 * DAY),
    { by: "Job", at: NOW - 2 * HOUR },
    ...daily("Other", 80, NOW - DAY),
  ];
  const saidWith = (clusters: string | undefined): unknown[] => {
    const iam = exampleIam(clusters === undefined ? {} : { clusters });
    const judged = judgeWith(detectors, {})(auditView(exampleFacts({ connections: job, iam })));
    return judged.observations
      .filter(({ detector }) => detector === "dormant-awakened")
      .map(({ title, evidence }) => [title, evidence.peersUnread]);
  };
  expect(saidWith(undefined)).toEqual([[expect.stringMatching(/days of silence$/), null]]);
  expect(saidWith("access denied")).toEqual([
    [
      expect.stringMatching(/days of silence at this endpoint$/),
      expect.stringContaining("is not known: access denied"),
    ],
  ]);
});
