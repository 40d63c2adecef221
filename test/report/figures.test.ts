import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Tally } from "../../lib/core/activity/activity.ts";
import { share } from "../../lib/core/base/counted.ts";
import { DAY, HOUR } from "../../lib/core/base/time.ts";
import { mergeCoverage } from "../../lib/core/coverage/covered-hours.ts";
import { uncoveredOf } from "../../lib/core/coverage/uncovered.ts";
import { activityFigures, weekdayOf } from "../../lib/report/activity-figures.ts";
import { coverageByDay, coverageFigures, coverageShares } from "../../lib/report/coverage-figures.ts";
import { pickSchemas, reachByRole } from "../../lib/report/reach-figures.ts";
import type { Reach } from "../../lib/report/report-data.ts";
import { cluster, principal } from "./sample-estate.ts";

const T = Date.UTC(2026, 5, 1); // a Monday
const window = { from: T, to: T + 2 * DAY };

describe("shares of coverage", () => {
  const tenths = (text: string): number | undefined =>
    text === "100 %"
      ? 1_000
      : /^\d+\.\d %$/.test(text)
        ? Math.round(Number.parseFloat(text) * 10)
        : undefined;

  it.each([
    [{ digest: 2_071, canary: 0, folder: 0 }, 2_160, { digest: "95.8 %", unproven: "4.2 %" }],
    [{ digest: 1, canary: 1, folder: 0 }, 3, { digest: "33.3 %", canary: "33.3 %", unproven: "33.4 %" }],
    [{ digest: 0, canary: 24, folder: 0 }, 24, { canary: "100 %", unproven: "0.0 %" }],
    [{ digest: 9_999, canary: 0, folder: 0 }, 10_000, { digest: "99.9 %", unproven: "0.1 %" }],
    [{ digest: 1, canary: 0, folder: 0 }, 10_000, { digest: "below 0.1 %", unproven: "above 99.9 %" }],
    [{ digest: 0, canary: 0, folder: 0 }, 0, { digest: "unknown", unproven: "unknown" }],
  ])("of %j in %i hours are %j", (byProof, hours, expected) => {
    const coveredHours = byProof.digest + byProof.canary + byProof.folder;
    expect(coverageShares({ byProof, hours, coveredHours })).toMatchObject(expected);
  });

  it("add up to 100 %, and to what the headline says", () => {
    const hours = fc.integer({ min: 0, max: 9_000 });
    fc.assert(
      fc.property(hours, hours, hours, hours, (digest, canary, folder, unproven) => {
        const coveredHours = digest + canary + folder;
        const all = coveredHours + unproven;
        fc.pre(all > 0);
        const shares = coverageShares({ byProof: { digest, canary, folder }, hours: all, coveredHours });
        const parts = Object.values(shares).map(tenths);
        if (parts.some((part) => part === undefined)) return;
        expect(parts.reduce<number>((sum, part) => sum + (part ?? 0), 0)).toBe(1_000);
        const proven =
          (tenths(shares.digest) ?? 0) + (tenths(shares.canary) ?? 0) + (tenths(shares.folder) ?? 0);
        expect(tenths(share(coveredHours, all)) ?? 0).toBe(proven);
      }),
    );
  });
});

describe("coverageFigures", () => {
  it("counts each hour once, by its strongest proof, and takes doubted hours away", () => {
    const figures = coverageFigures(
      window,
      [
        { from: T, to: T + 10 * HOUR, proof: "folder" },
        { from: T + 8 * HOUR, to: T + DAY, proof: "digest" },
      ],
      [{ from: T + 9 * HOUR + 1, to: T + 9 * HOUR + 2, reason: "trail stopped" }],
    );
    expect(figures).toMatchObject({
      hours: 48,
      coveredHours: 23,
      byProof: { digest: 15, canary: 0, folder: 8 },
    });
    expect(figures.gaps).toEqual([
      { from: T + 9 * HOUR, to: T + 10 * HOUR, hours: 1, reason: "trail stopped" },
      { from: T + DAY, to: T + 2 * DAY, hours: 24, reason: undefined },
    ]);
    expect(figures.isCovered(T + 9 * HOUR)).toBe(false);
    expect(figures.isCovered(T + 10 * HOUR)).toBe(true);
  });

  it("says what the judge says, whatever stretches, proofs and doubts there are", () => {
    const half = (max: number) => fc.integer({ min: 0, max: 2 * max }).map((n) => T + (n * HOUR) / 2);
    const stretch = fc.tuple(half(60), fc.integer({ min: 0, max: 40 })).map(([from, halves]) => ({
      from,
      to: from + (halves * HOUR) / 2,
    }));
    const proof = fc.constantFrom("digest" as const, "canary" as const, "folder" as const);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(stretch, proof), { maxLength: 6 }),
        fc.array(fc.tuple(stretch, fc.constantFrom("stopped", "calls")), { maxLength: 4 }),
        (stretches, said) => {
          const covered = stretches.map(([one, how]) => ({ ...one, proof: how }));
          const doubts = said.map(([one, reason]) => ({ ...one, reason }));
          const figures = coverageFigures(window, covered, doubts);
          const uncovered = uncoveredOf(mergeCoverage(covered), doubts);
          expect(figures.hours - figures.coveredHours).toBe(uncovered.hoursIn(window));
          expect(figures.gaps.reduce((sum, { hours }) => sum + hours, 0)).toBe(uncovered.hoursIn(window));
          for (let hour = window.from; hour < window.to; hour += HOUR) {
            expect(figures.isCovered(hour)).toBe(uncovered.hoursIn({ from: hour, to: hour + HOUR }) === 0);
          }
        },
      ),
    );
  });

  it("tells one outage as one gap, whatever its reasons", () => {
    const doubts = Array.from({ length: 5 }, (_, n) => ({
      from: T + n * HOUR,
      to: T + (n + 1) * HOUR,
      reason: `${n + 1} connections more than were captured`,
    }));
    expect(coverageFigures(window, [{ from: T, to: T + 2 * DAY, proof: "digest" }], doubts).gaps).toEqual([
      {
        from: T,
        to: T + 5 * HOUR,
        hours: 5,
        reason: `${[1, 2, 3].map((n) => `${n} connections more than were captured`).join("; ")}; and 2 more reasons`,
      },
    ]);
  });

  it("does not take half an hour of proof for an hour", () => {
    expect(
      coverageFigures({ from: T, to: T + HOUR }, [{ from: T + 1, to: T + HOUR, proof: "digest" }], [])
        .coveredHours,
    ).toBe(0);
  });

  it("adds up to the hours of every day", () => {
    const days = coverageByDay(window, [{ from: T, to: T + 30 * HOUR, proof: "canary" }], []);
    expect(days).toEqual([
      { day: T, kind: "canary", hours: 24 },
      { day: T + DAY, kind: "canary", hours: 6 },
      { day: T + DAY, kind: "unproven", hours: 18 },
    ]);
  });
});

const tally = (who: string, at: number, more: Partial<Tally> = {}): Tally => ({
  principal: principal(who),
  action: "DbConnect",
  outcome: "allowed",
  network: "10.0.0.0/24",
  client: "psql/16",
  session: "s",
  role: "",
  count: 2,
  firstAt: at,
  lastAt: at + 1,
  firstEventId: "e",
  ...more,
});
const hour = (from: number, ...tallies: Tally[]) => ({ cluster, from, to: from + HOUR, tallies, folded: 0 });

describe("activityFigures", () => {
  it("knows the days of the week", () => {
    expect([weekdayOf(T), weekdayOf(T + 6 * DAY), weekdayOf(0), weekdayOf(-1)]).toEqual([0, 6, 3, 2]);
  });

  it("adds up connections and, apart, refused attempts by principal, day and hour of the week, and nothing outside the window", () => {
    const figures = activityFigures(
      window,
      [
        hour(T + HOUR, tally("a", T + HOUR), tally("b", T + HOUR, { outcome: "refused", count: 1 })),
        hour(T + DAY, tally("a", T + DAY, { action: "DbConnectAdmin" })),
        hour(T + 2 * DAY, tally("a", T + 2 * DAY)),
        hour(T - HOUR, tally("a", T - HOUR)),
      ],
      (at) => at < T + DAY,
    );
    expect(figures).toMatchObject({ allowed: 4, refused: 1 });
    expect(figures.principals).toMatchObject([
      { principal: principal("a"), allowed: 4, refused: 0 },
      { principal: principal("b"), allowed: 0, refused: 1 },
    ]);
    expect(figures.days.length).toBe(3);
    // Monday 01:00 is proven and busy, Monday 02:00 proven and quiet, Tuesday 00:00 seen though not proven, the rest unknown.
    expect(figures.week[1]).toMatchObject({ allowed: 2, knownHours: 1 });
    expect(figures.week[2]).toMatchObject({ allowed: 0, knownHours: 1 });
    expect(figures.week[24]).toMatchObject({ allowed: 2, knownHours: 1 });
    expect(figures.week[25]).toMatchObject({ allowed: 0, knownHours: 0 });
    expect(figures.week[6 * 24]).toMatchObject({ allowed: 0, knownHours: 0 });
  });

  it("calls a network new only after its principal's first day", () => {
    const figures = activityFigures(
      window,
      [
        hour(T, tally("a", T)),
        hour(T + 5 * HOUR, tally("a", T + 5 * HOUR, { network: "10.9.9.0/24" })),
        hour(T + DAY, tally("a", T + DAY, { network: "203.0.113.0/24" }), tally("b", T + DAY)),
      ],
      () => true,
    );
    expect(figures.networks.filter(({ isNew }) => isNew).map(({ network }) => network)).toEqual([
      "203.0.113.0/24",
    ]);
    expect(figures.networks[0]?.runs).toEqual([{ from: T + DAY, to: T + 2 * DAY }]);
  });
});

describe("reachByRole", () => {
  const reach = (object: string, more: Partial<Reach> = {}): Reach => ({
    roleOid: 1,
    schema: "s",
    object,
    column: null,
    access: ["read"],
    path: ["a"],
    setRole: false,
    usable: true,
    ...more,
  });

  it("counts a table once however many ways lead to it, and keeps the ways apart", () => {
    const found = reachByRole([
      reach("t"),
      reach("t", { path: ["a", "b"], access: ["write"] }),
      reach("u", { usable: false }),
      reach("v", { setRole: true, column: "email" }),
      reach("", { access: ["create"], usable: null }),
    ]).get(1);
    expect(found?.cells.get("s")).toEqual({
      read: 3,
      write: 1,
      own: 0,
      create: true,
      unusable: 1,
      setRole: 1,
    });
    expect(found?.groups.map(({ access, path, objects }) => [access, path, objects])).toEqual([
      [["read"], ["a"], ["t"]],
      [["write"], ["a", "b"], ["t"]],
      [["read"], ["a"], ["u"]],
      [["read"], ["a"], ["v (email)"]],
      [["create"], ["a"], []],
    ]);
  });

  it("gives columns to the schemas that most roles reach", () => {
    const roles = reachByRole([
      reach("t", { schema: "b" }),
      reach("t", { schema: "b", roleOid: 2 }),
      reach("t", { schema: "a" }),
    ]);
    const schemas = ["a", "b", "c"].map((name) => ({ name, objects: 1 }));
    expect(pickSchemas(schemas, roles, 2)).toEqual({
      shown: [
        { name: "b", objects: 1 },
        { name: "a", objects: 1 },
      ],
      others: [{ name: "c", objects: 1 }],
    });
  });
});
