// Refusals of a multi-Region database: those through all its endpoints count together.
import fc from "fast-check";
import { expect, it } from "vitest";
import { DAY, HOUR, type Instant } from "../../../lib/core/base/time.ts";
import { daily, exampleFacts, EXAMPLE_NOW as NOW } from "../../../lib/core/findings/example-facts.ts";
import type { Facts } from "../../../lib/core/findings/facts.ts";
import { judgeWith } from "../../../lib/core/findings/judge.ts";
import { auditView } from "../../../lib/core/findings/view.ts";
import { detectors } from "../../../lib/detectors/index.ts";
import { both, keptUpTo, mappings, one, PEER } from "../../support/two-endpoints.ts";

const TRIES = Math.floor((NOW - 3 * HOUR) / HOUR) * HOUR;
const NAMES = ["Job", "Both", "New", "Ops", "Pay"];
const attempts = fc.array(
  fc.record({
    by: fc.constantFrom(...NAMES),
    at: fc.integer({ min: 0, max: 59 }).map((minutes): Instant => TRIES + minutes * 60_000),
    network: fc.constantFrom("203.0.113.0/24", "10.20.4.0/24"),
    client: fc.constantFrom("sqlmap/1.9", "aurora-dsql-nodejs-pg/0.1.9"),
    outcome: fc.constantFrom("refused" as const, "refused" as const, "refused" as const, "allowed" as const),
    there: fc.boolean(),
  }),
  { minLength: 4, maxLength: 16 },
);
/** Who used the strange network or client weeks ago, through which endpoint. */
const habits = fc.array(fc.record({ by: fc.constantFrom(...NAMES), there: fc.boolean() }), { maxLength: 2 });

type Tries = typeof attempts extends fc.Arbitrary<infer T> ? T : never;
type Used = typeof habits extends fc.Arbitrary<infer T> ? T : never;

/** Everybody connects every day, through the endpoint that its name's place says. */
const triedAt = (tries: Tries, used: Used, isHere: (there: boolean) => boolean, iam = one): Facts =>
  exampleFacts({
    ...{ mappings, iam },
    connections: [
      ...NAMES.flatMap((name, n) => (isHere(n % 2 === 1) ? daily(name, 40, NOW - DAY) : [])),
      ...used
        .filter(({ there }) => isHere(there))
        .map(({ by }) => ({ by, at: NOW - 20 * DAY, network: "203.0.113.0/24" })),
      ...tries.filter(({ there }) => isHere(there)),
    ],
  });

/** Events are numbered within an example. */
const spreadOf = (facts: Facts) => {
  const { observations } = judgeWith(detectors, {})(auditView(facts));
  return observations
    .filter(({ detector }) => detector === "spread-refusals")
    .map(({ subject, title, severity, evidence: { tried, ...evidence }, firstSeenAt, lastSeenAt }) => ({
      ...{ subject, title, severity, evidence, firstSeenAt, lastSeenAt },
    }));
};

it("was refused to many through either endpoint, as through one that had all connections", () => {
  let found = 0;
  fc.assert(
    fc.property(attempts, habits, (tries, used) => {
      const here = triedAt(tries, used, (there) => !there, both);
      const there = triedAt(tries, used, (x) => x);
      const all = spreadOf(triedAt(tries, used, () => true));
      found += all.length;
      expect(spreadOf({ ...here, peers: [{ ...there, cluster: PEER }] })).toEqual(all);
      // The other endpoint finds the same.
      expect(spreadOf({ ...there, peers: [{ ...here, cluster: PEER }] })).toEqual(all);
    }),
    { numRuns: 40 },
  );
  expect(found).toBeGreaterThan(5);
});

const RULES = detectors.flatMap(({ rule, moreRules = [] }) => (rule ? [rule, ...moreRules] : []));

it("was refused to the same where each endpoint keeps what was usual there, up to a day of its own", () => {
  const kept = fc.integer({ min: 2, max: 5 });
  fc.assert(
    fc.property(attempts, habits, kept, kept, (tries, used, own, its) => {
      const here = keptUpTo(
        triedAt(tries, used, (there) => !there, both),
        own,
        RULES,
      );
      const there = keptUpTo(
        triedAt(tries, used, (x) => x),
        its,
        RULES,
      );
      const told = spreadOf({ ...here, peers: [{ ...there, cluster: PEER }] });
      const all = spreadOf(triedAt(tries, used, () => true));
      // How many are refused on an ordinary day is added up from what each endpoint saw alone.
      const withoutFigures = (found: typeof told) =>
        found.map(({ severity: _, evidence: { why: _1, bits: _2, ...evidence }, ...rest }) => ({
          ...rest,
          evidence,
        }));
      expect(withoutFigures(told)).toEqual(withoutFigures(all));
    }),
    { numRuns: 25 },
  );
});
