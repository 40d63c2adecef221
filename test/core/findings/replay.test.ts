// Replays: exact hours of planted events.
import { describe, expect, it } from "vitest";
import { DAY, HOUR, iso } from "../../../lib/core/base/time.ts";
import { exampleArn } from "../../../lib/core/findings/example-facts.ts";
import { mappingDetectors } from "../../../lib/core/findings/family.ts";
import type { Finding } from "../../../lib/core/findings/finding.ts";
import { judgeWith } from "../../../lib/core/findings/judge.ts";
import { detectors } from "../../../lib/detectors/index.ts";
import { replayAll } from "../../support/replay-all.ts";
import { type Event, factsOf, row, T, type World, window } from "../../support/replayed-world.ts";

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
});
