// The law of replays: nothing of the future counts at any moment.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { activityIndex } from "../../../lib/core/activity/activity-index.ts";
import { DAY, HOUR } from "../../../lib/core/base/time.ts";
import type { Finding } from "../../../lib/core/findings/finding.ts";
import { judgeWith } from "../../../lib/core/findings/judge.ts";
import { reconcileFindings } from "../../../lib/core/findings/reconcile-findings.ts";
import { auditView } from "../../../lib/core/findings/view.ts";
import { mappingFacts, parseMappingFile } from "../../../lib/core/history/mapping-captures.ts";
import { detectors } from "../../../lib/detectors/index.ts";
import { replayAll } from "../../support/replay-all.ts";
import { factsOf, hourly, row, T, tally, window } from "../../support/replayed-world.ts";

/** What a finding says of when and how, and by what. */
const FIGURES = [
  ...(["id", "status", "reopened", "evidence"] as const),
  ...(["firstSeenAt", "lastSeenAt", "detectedAt", "confirmedAt", "closedAt"] as const),
];

describe("a replay", () => {
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
        const figures = (one: Finding) => FIGURES.map((figure) => one[figure]);
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
