// What is new to a principal is new to the database: whichever endpoints it came through before, and comes through today.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DaySign } from "../../../lib/core/anomaly/judge-day.ts";
import { Cluster } from "../../../lib/core/base/ids.ts";
import { DAY, floorTo, HOUR, MINUTE } from "../../../lib/core/base/time.ts";
import { rulesOf } from "../../../lib/core/findings/detector.ts";
import {
  daily,
  daysAgo,
  EXAMPLE_CLUSTER,
  exampleArn,
  EXAMPLE_NOW as NOW,
} from "../../../lib/core/findings/example-facts.ts";
import type { Facts } from "../../../lib/core/findings/facts.ts";
import { auditView } from "../../../lib/core/findings/view.ts";
import { detectors } from "../../../lib/detectors/index.ts";
import { keptUpTo, PEER, type Shown, seenBy } from "../../support/two-endpoints.ts";

/** Another peer, of earlier or of now. */
const FORMER = Cluster.parse(EXAMPLE_CLUSTER.replace("us-east-1", "us-west-2"));
const HOME = "198.51.100.0/24";
const SECOND = "192.0.2.0/24";
const STRANGE = "203.0.113.0/24";
const BEGIN = floorTo(HOUR, NOW) - 3 * HOUR;
const OF_HABIT = ["new-network", "new-client", "human-in-machine-role", "admin-connection"];

const rules = detectors.flatMap((detector) => (detector.rule ? rulesOf(detector) : []));

const signsOf = (facts: Facts, by: string, now = NOW): readonly DaySign[] =>
  auditView({ ...facts, now })
    .activity.surprise(rules)
    .episodes.filter(({ principal }) => principal === exampleArn(by))
    .flatMap(({ signs }) => signs);
const signsAt = (facts: Facts, now = NOW): readonly DaySign[] =>
  signsOf(facts, "Job", now).filter(({ detector }) => OF_HABIT.includes(detector));
const shown = (signs: readonly DaySign[]): string[] =>
  [...new Set(signs.map(({ detector, value }) => `${detector} ${value}`))].sort();
const detectorsOf = (signs: readonly DaySign[]): string[] =>
  [...new Set(signs.map(({ detector }) => detector))].sort();

/** Sixty days through one endpoint or both; others that come and go as usual, so that there is somebody to compare with. */
const usual = (endpoints: readonly boolean[]): Shown[] =>
  endpoints.flatMap((there) =>
    [
      ...daily("Job", 60, daysAgo(1), there ? SECOND : HOME),
      ...["Api", "Batch", "Sync"].flatMap((by) => daily(by, 60, daysAgo(1), HOME)),
    ].map((one) => ({ ...one, there })),
  );

const usually = [undefined, undefined, undefined, undefined, undefined];
const today = fc.array(
  fc.record({
    by: fc.constant("Job"),
    at: fc.integer({ min: 0, max: 170 }).map((minutes) => BEGIN + minutes * MINUTE),
    network: fc.constantFrom(HOME, HOME, HOME, HOME, SECOND, STRANGE),
    client: fc.constantFrom(...usually, "psql/16.4"),
    action: fc.constantFrom(...usually, "DbConnectAdmin" as const),
    there: fc.boolean(),
  }),
  { minLength: 1, maxLength: 3 },
);

describe("a principal of a multi-Region database", () => {
  it("shows through both endpoints together what it would through one that had all connections", () => {
    let found = 0;
    fc.assert(
      fc.property(fc.subarray([false, true], { minLength: 1 }), today, (endpoints, made) => {
        const connections = made.map(({ client, action, ...one }) => ({
          ...one,
          ...(client && { client }),
          ...(action && { action }),
        }));
        const { here, there, whole } = seenBy([...usual(endpoints), ...connections]);
        // Of several new places through one endpoint the strangest is told.
        const all = detectorsOf(signsAt(whole));
        expect(detectorsOf([...signsAt(here), ...signsAt(there)])).toEqual(all);
        if (all.length) found++;
      }),
      { numRuns: 60 },
    );
    // So that the law is held against both.
    expect(found).toBeGreaterThan(8);
    expect(found).toBeLessThan(60);
  });

  const strange: Shown = { by: "Job", at: BEGIN, network: STRANGE, there: false };

  it("is not hidden by a way in that it never used before", () => {
    const { here, alone } = seenBy([...usual([true]), strange]);
    expect(shown(signsAt(alone))).toEqual([]);
    expect(shown(signsAt(here))).toEqual([`new-network ${STRANGE}`]);
  });

  it("is in no new place where it is known at the peer", () => {
    const { here, alone } = seenBy([...usual([false, true]), { ...strange, network: SECOND }]);
    expect(shown(signsAt(alone))).toEqual([`new-network ${SECOND}`]);
    expect(shown(signsAt(here))).toEqual([]);
  });

  it("is judged the same where each endpoint keeps what was usual there, up to a day of its own", () => {
    const kept = fc.integer({ min: 2, max: 5 });
    fc.assert(
      fc.property(fc.boolean(), fc.constantFrom(0, DAY), kept, kept, (isKnown, later, own, its) => {
        const network = isKnown ? SECOND : STRANGE;
        const { alone, peerAlone } = seenBy([...usual([true]), { ...strange, network }]);
        const facts: Facts = {
          ...keptUpTo(alone, own, rules),
          peers: [{ ...keptUpTo(peerAlone, its, rules), cluster: PEER }],
        };
        expect(shown(signsAt(facts, NOW + later))).toEqual(isKnown ? [] : [`new-network ${STRANGE}`]);
      }),
      { numRuns: 30 },
    );
  });

  it("is held against no peer's later days, whichever of them keeps what was usual up to when", () => {
    const then = { ...strange, at: BEGIN - 2 * DAY };
    const { alone, peerAlone } = seenBy([...usual([false, true]), then, { ...then, there: true }]);
    const { peerAlone: former } = seenBy(usual([true]));
    const facts: Facts = {
      ...keptUpTo(alone, 3, rules),
      peers: [
        { ...keptUpTo(former, 5, rules), cluster: FORMER },
        { ...keptUpTo(peerAlone, 2, rules), cluster: PEER },
      ],
    };
    expect(shown(signsAt(facts))).toEqual([`new-network ${STRANGE}`]);
  });

  it("stays in a new place for days, also where it came there through both", () => {
    const { here } = seenBy([...usual([false, true]), strange, { ...strange, there: true }]);
    for (const later of [0, 12 * HOUR, DAY])
      expect(shown(signsAt(here, NOW + later))).toEqual([`new-network ${STRANGE}`]);
  });
});

/** Sixty days of one principal, or as many as `days` says. */
const known = (by: string, there: boolean, more: Partial<Shown> = {}, days = 60): Shown[] =>
  daily(by, days, daysAgo(1), HOME).map((one) => ({ ...one, ...more, there }));
const many = (there: boolean, days?: number): Shown[] =>
  Array.from({ length: 33 }, (_, n) => `Job${n}`).flatMap((by) =>
    known(by, there, { accessKey: `AKIA${by}` }, days),
  );

describe("what several share, and keys", () => {
  const shared = { session: "mia@example.com" };
  const pair = ["Job", "Other"].map((by, n): Shown => ({ by, at: BEGIN + n * MINUTE, network: HOME, there: false, ...shared })); // biome-ignore format: one glance
  const both = (there: boolean, more: Partial<Shown> = {}): Shown[] =>
    ["Job", "Other"].flatMap((by) => known(by, there, more));

  it("is a session that two roles shared at the peer for long: no news", () => {
    const { here, alone, whole } = seenBy([
      ...[...many(false), ...many(true), ...both(false), ...both(true, shared)],
      ...pair,
    ]);
    const found = [alone, here, whole].map((facts) => detectorsOf(signsOf(facts, "Job")));
    expect(found).toEqual([["concurrent-networks", "human-in-machine-role"], [], []]);
  });

  it("is a session that takes over two roles on their first day through the other Region", () => {
    const { here, whole } = seenBy([...many(false), ...many(true), ...both(true), ...pair]);
    const [own, all] = [here, whole].map((facts) => detectorsOf(signsOf(facts, "Job")));
    expect(own).toEqual(all);
    expect(own).toContain("concurrent-networks");
  });

  it("is a key that its principal used at the peer: no news, from the same place", () => {
    const used = { accessKey: "AKIATWO", network: SECOND };
    const { here, alone } = seenBy([
      ...[...many(false), ...many(true), ...known("Job", false, { accessKey: "AKIAONE" })],
      ...known("Job", true, used),
      { by: "Job", at: BEGIN, there: false, ...used },
    ]);
    expect(detectorsOf(signsOf(alone, "Job"))).toEqual(["new-network"]);
    expect(signsOf(here, "Job")).toEqual([]);
  });

  it("is a stolen key, however young the endpoint is that it comes through", () => {
    const { here } = seenBy([
      ...[...many(false, 3).slice(0, 6), ...many(true), ...known("Job", true, { accessKey: "AKIAONE" })],
      { by: "Thief", at: BEGIN, network: HOME, accessKey: "AKIAONE", there: false },
    ]);
    expect(signsOf(here, "Thief").map(({ detector, bits }) => [detector, bits > 6])).toContainEqual([
      "concurrent-networks",
      true,
    ]);
  });
});

it("is no burst of three where everybody comes over from the other Region", () => {
  const regulars = ["A", "B", "C"];
  const far = Array.from({ length: 200 }, (_, n) => `F${n}`);
  const burst = (by: string): Shown[] =>
    Array.from({ length: 200 }, (_, n) => ({ by, at: BEGIN + n * 3000, network: HOME, there: false }));
  const { here, alone } = seenBy([
    ...regulars.flatMap((by) => [...known(by, false), ...known(by, true)]),
    ...far.flatMap((by) => known(by, true)),
    ...[...regulars, ...far].flatMap(burst),
  ]);
  const found = [alone, here].map((facts) => detectorsOf(signsOf(facts, "A")));
  expect(found).toEqual([[], []]);
});
