// Replays: exact hours of planted events, and nothing of the future at any moment.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Tally } from "../../../lib/core/activity/activity.ts";
import { activityIndex } from "../../../lib/core/activity/activity-index.ts";
import { mergeTallies } from "../../../lib/core/activity/tally.ts";
import { Cluster } from "../../../lib/core/base/ids.ts";
import { DAY, floorTo, HOUR, type Interval, iso } from "../../../lib/core/base/time.ts";
import { coverageOf } from "../../../lib/core/coverage/covered-hours.ts";
import { exampleArn } from "../../../lib/core/findings/example-facts.ts";
import type { Facts } from "../../../lib/core/findings/facts.ts";
import { mappingDetectors } from "../../../lib/core/findings/family.ts";
import type { Finding } from "../../../lib/core/findings/finding.ts";
import { judgeWith } from "../../../lib/core/findings/judge.ts";
import { reconcileFindings } from "../../../lib/core/findings/reconcile-findings.ts";
import { auditView } from "../../../lib/core/findings/view.ts";
import { mappingFacts, parseMappingFile } from "../../../lib/core/history/mapping-captures.ts";
import { detectors } from "../../../lib/detectors/index.ts";
import { replayAll } from "../../support/replay-all.ts";

const T = Date.UTC(2026, 0, 1);
const cluster = Cluster.parse("arn:aws:dsql:us-east-1:111122223333:cluster/abc");

type Event = {
  readonly by: string;
  readonly at: number;
  readonly network?: string;
  readonly refused?: boolean;
};
let serial = 0;
const tally = ({ by, at, network = "10.0.0.0/24", refused }: Event): Tally => ({
  principal: exampleArn(by),
  action: "DbConnect",
  outcome: refused ? "refused" : "allowed",
  network,
  client: "c/1",
  session: "s",
  role: "",
  count: 1,
  firstAt: at,
  lastAt: at,
  firstEventId: `e${serial++}`,
});
const row = (by: string, role: string, oid: number, iamOid = oid) => ({
  arn: exampleArn(by),
  iam_oid: iamOid,
  pg_role_oid: oid,
  pg_role_name: role,
  grantor_pg_role_oid: 15579,
  grantor_pg_role_name: "admin",
});

type World = {
  readonly events: readonly Event[];
  readonly mappings: unknown;
  readonly days: number;
  readonly gaps?: readonly Interval[];
};
const hourly = (tallies: readonly Tally[]) =>
  [...Map.groupBy(tallies, ({ firstAt }) => floorTo(HOUR, firstAt)).values()].map((own) => ({
    tallies: mergeTallies(own),
  }));

const factsOf = ({ events, mappings, days, gaps = [] }: World): Facts => {
  const given = mappingFacts(parseMappingFile(mappings));
  const hours = Array.from({ length: days * 24 }, (_, i) => T + i * HOUR).filter(
    (hour) => !gaps.some(({ from, to }) => hour >= from && hour < to),
  );
  return {
    cluster,
    now: T + days * DAY,
    snapshot: null,
    firstSnapshotAt: given.firstSnapshotAt,
    mappingPeriods: given.periods,
    agesAssumed: given.agesAssumed,
    activity: activityIndex(hourly(events.map(tally))),
    coverage: coverageOf(hours.map((hour) => [hour, "folder"] as const)),
    doubts: [],
    captureExpectedFrom: T,
    settleMs: 0,
    archetypes: {},
    auditor: null,
  };
};
const run = (world: World, options = {}) =>
  replayAll(factsOf(world), judgeWith(detectors, options), {
    from: T,
    to: T + world.days * DAY,
    stepMs: HOUR,
  });
const of = (findings: readonly Finding[], ...wanted: readonly string[]) =>
  findings
    .filter(({ detector }) => wanted.includes(detector))
    .map(({ subject, verdict, status, detectedAt, closedAt }) => ({
      role: subject.role,
      verdict,
      status,
      detectedAt: iso(detectedAt),
      ...(closedAt !== undefined && { closedAt: iso(closedAt) }),
    }));

const window = Object.fromEntries(
  ["dormant-mapping", "never-used-mapping", "unknown-mapping", "ambiguous-mapping", "capture-gap"].map(
    (id) => [id, { days: 10 }],
  ),
);
const daily = (by: string, from: number, to: number): Event[] =>
  Array.from({ length: to - from }, (_, i) => ({ by, at: T + (from + i) * DAY + 9 * HOUR + 1 }));

describe("a replay", () => {
  it("finds a mapping dormant in the first hour after its window, and resolved when it is used again", () => {
    const found = run(
      {
        days: 40,
        mappings: [row("Job", "app_ro", 1)],
        events: [...daily("Job", 0, 12), { by: "Job", at: T + 30 * DAY + 90_000 }],
      },
      window,
    );
    // The last use is of day 11, 09:00:00.001: the window begins after it at 10:00 ten days later.
    expect(of(found, "dormant-mapping")).toEqual([
      {
        role: "app_ro",
        verdict: "dormant",
        status: "resolved",
        detectedAt: iso(T + 21 * DAY + 10 * HOUR),
        closedAt: iso(T + 30 * DAY + HOUR),
      },
    ]);
    expect(found.find(({ detector }) => detector === "dormant-mapping")?.evidence).toMatchObject({
      lastUseAt: iso(T + 11 * DAY + 9 * HOUR + 1),
      mappingAgeAssumed: true,
    });
  });

  it("says unknown while an outage lies in the window, and does not take dormant back for it", () => {
    const outage = { from: T + 25 * DAY, to: T + 26 * DAY };
    const found = run(
      {
        days: 40,
        mappings: [row("Old", "old", 1), row("Falling", "falling", 2)],
        events: [...daily("Old", 0, 5), ...daily("Falling", 0, 20)],
        gaps: [outage],
      },
      window,
    );
    expect(of(found, ...mappingDetectors)).toEqual([
      // One finding through the outage: proven dormant before it, and after it has left the window.
      {
        role: "old",
        verdict: "dormant",
        status: "open",
        detectedAt: iso(T + 14 * DAY + 10 * HOUR),
      },
      // The outage is the last that leaves the window.
      { role: "falling", verdict: "dormant", status: "open", detectedAt: iso(T + 36 * DAY) },
    ]);
    expect(found.filter(({ detector }) => detector === "capture-gap")).toMatchObject([
      {
        firstSeenAt: outage.from,
        lastSeenAt: outage.to,
        status: "ended",
        endedAt: outage.to,
        closedAt: T + 36 * DAY,
        closedBecause:
          "It has left the window. 24 hours between 2026-01-26 00:00 UTC and 2026-01-27 00:00 UTC were never proven.",
      },
    ]);
    const during = run(
      { days: 30, mappings: [row("Old", "old", 1)], events: daily("Old", 0, 5), gaps: [outage] },
      window,
    );
    expect(during.filter(({ family }) => family === "mapping")).toMatchObject([
      {
        detector: "unknown-mapping",
        verdict: "unknown",
        severity: "low",
        status: "open",
        detectedAt: T + 14 * DAY + 10 * HOUR,
        title:
          "Mapping whose use is unknown: Old as old, proven unused until 2026-01-26; unknown since, 24 hours without capture",
      },
    ]);
  });

  it("gives a new mapping its grace, and a recreated one another", () => {
    const base = row("Known", "known", 1);
    const captures = Array.from({ length: 40 }, (_, day) => ({
      capturedAt: iso(T + day * DAY),
      rows: [
        base,
        ...(day >= 15 && day < 28 ? [row("New", "new", 2, 20)] : []),
        ...(day >= 28 ? [row("New", "new", 2, 21)] : []),
      ],
    }));
    const found = run({ days: 40, mappings: captures, events: daily("Known", 0, 40) }, window);
    expect(of(found, "never-used-mapping")).toEqual([
      // Open when the first life was ten days old; the second is in its grace, and ten days old by day 38.
      { role: "new", verdict: "never-used", status: "open", detectedAt: iso(T + 38 * DAY) },
    ]);
    expect(found.find(({ detector }) => detector === "never-used-mapping")?.reopened).toBe(1);
  });

  it("knows nothing of a mapping's age in the first window of a history", () => {
    const captures = [{ capturedAt: iso(T + 12 * DAY), rows: [row("Job", "app_ro", 1)] }];
    const found = run({ days: 30, mappings: captures, events: daily("Other", 0, 30) }, window);
    expect(of(found, ...mappingDetectors)).toEqual([
      { role: "app_ro", verdict: "never-used", status: "open", detectedAt: iso(T + 22 * DAY) },
    ]);
  });

  it("ascribes a use to the mapping that stood at that time", () => {
    const captures = Array.from({ length: 31 }, (_, day) => ({
      capturedAt: iso(T + day * DAY),
      rows: [row("Job", "first", 1), ...(day >= 20 ? [row("Job", "second", 2)] : [])],
    }));
    const found = run({ days: 30, mappings: captures, events: daily("Job", 0, 18) }, window);
    expect(of(found, "ambiguous-mapping")).toEqual([]);
    expect(of(found, "dormant-mapping")).toEqual([
      { role: "first", verdict: "dormant", status: "open", detectedAt: iso(T + 27 * DAY + 10 * HOUR) },
    ]);
    expect(of(found, "never-used-mapping")).toEqual([
      { role: "second", verdict: "never-used", status: "open", detectedAt: iso(T + 30 * DAY) },
    ]);
  });

  it("reports a new network once, in the hour of its first connection", () => {
    const stranger = (hours: number): Event => ({
      by: "Api",
      at: T + 50 * DAY + hours * HOUR + 5,
      network: "203.0.113.0/24",
    });
    const found = run({
      days: 80,
      mappings: [],
      events: [...daily("Api", 0, 80), stranger(2), stranger(3), stranger(20), stranger(200)],
    });
    expect(found.filter(({ detector }) => detector === "new-network")).toMatchObject([
      {
        subject: { principal: exampleArn("Api"), facet: iso(T + 50 * DAY + 2 * HOUR) },
        firstSeenAt: T + 50 * DAY + 2 * HOUR + 5,
        lastSeenAt: T + 50 * DAY + 20 * HOUR + 5,
        detectedAt: T + 50 * DAY + 3 * HOUR,
        status: "ended",
        evidence: { network: "203.0.113.0/24", connections: 3 },
      },
    ]);
  });

  it("never sees the future: stepping over all of it equals judging what was known", () => {
    const names = ["A", "B"];
    const event = fc.record({
      by: fc.constantFrom(...names),
      at: fc.integer({ min: 0, max: 24 * 24 * 60 - 1 }).map((minute) => T + minute * 60_000),
      network: fc.constantFrom("10.0.0.0/24", "10.0.1.0/24"),
      refused: fc.boolean(),
    });
    const capture = fc.subarray([
      row("A", "a1", 1),
      row("A", "a2", 2),
      row("B", "b", 3),
      row("B", "b", 3, 33),
    ]);
    const world = fc.record({
      events: fc.array(event, { maxLength: 25 }),
      captures: fc.array(fc.tuple(fc.integer({ min: 0, max: 23 }), capture), { minLength: 1, maxLength: 5 }),
      gap: fc.tuple(fc.integer({ min: 0, max: 23 * 24 }), fc.integer({ min: 0, max: 30 })),
    });
    const judge = judgeWith(detectors, {
      ...Object.fromEntries(Object.keys(window).map((id) => [id, { days: 5 }])),
      "new-network": { minDays: 2, minActiveDays: 1, baselineDays: 10 },
    });
    fc.assert(
      fc.property(world, ({ events, captures, gap: [start, length] }) => {
        const history = [...new Map(captures).entries()].map(([day, rows]) => ({
          capturedAt: T + day * DAY,
          rows,
        }));
        const gaps = [{ from: T + start * HOUR, to: T + (start + length) * HOUR }];
        const range = { from: T, to: T + 24 * DAY, stepMs: 6 * HOUR };
        serial = 0;
        const tallies = events.map(tally);
        const facts = {
          ...factsOf({ days: 24, mappings: history, events: [], gaps }),
          activity: activityIndex(hourly(tallies)),
        };
        let known: Finding[] = [];
        const everOpen = new Set<string>();
        for (let now = range.from; now <= range.to; now += range.stepMs) {
          const until = history.filter(({ capturedAt }) => capturedAt <= now);
          const given = mappingFacts(parseMappingFile(until));
          const view = auditView({
            ...facts,
            now,
            firstSnapshotAt: given.firstSnapshotAt,
            mappingPeriods: given.periods,
            activity: activityIndex(hourly(tallies.filter(({ firstAt }) => firstAt < now))),
            coverage: facts.coverage
              .filter(({ from }) => from < now)
              .map((stretch) => ({ ...stretch, to: Math.min(stretch.to, now) })),
          });
          const { observations, looks, gone } = judge(view);
          known = reconcileFindings(known, observations, looks, now, { gone });
          for (const { id, status } of known) if (status === "open" || status === "ended") everOpen.add(id);
        }
        const figures = ({
          id,
          status,
          detectedAt,
          confirmedAt,
          closedAt,
          firstSeenAt,
          lastSeenAt,
          reopened,
          evidence,
        }: Finding) => ({
          id,
          status,
          detectedAt,
          confirmedAt,
          closedAt,
          firstSeenAt,
          lastSeenAt,
          reopened,
          evidence,
        });
        const byId = (a: Finding, b: Finding): number => (a.id < b.id ? -1 : 1);
        expect(replayAll(facts, judge, range).toSorted(byId).map(figures)).toEqual(
          known
            .filter(({ id }) => everOpen.has(id))
            .toSorted(byId)
            .map(figures),
        );
      }),
      { numRuns: 30 },
    );
  });
});
