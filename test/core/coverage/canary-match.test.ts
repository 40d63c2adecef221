// Logins that the auditor made, matched with those that came back, and the hours that they prove.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HOUR, MINUTE } from "../../../lib/core/base/time.ts";
import {
  hoursProvenByCanaries,
  matchCanaries,
  missedCanaries,
} from "../../../lib/core/coverage/canary-match.ts";
import type { Canary } from "../../../lib/core/coverage/coverage.ts";
import { MATCH_MS } from "../../../lib/core/coverage/pair-logins.ts";

const T = Date.parse("2026-11-02T09:02:00Z");
const attempt = (at: number) => ({ at });
const login = (at: number, eventId = `e${at}`, seenInTrailAt: number | null = at + 5 * MINUTE) => ({
  at,
  eventId,
  seenInTrailAt,
});
const canary = (at: number, back = true): Canary => ({
  at,
  eventId: back ? `e${at}` : null,
  seenInTrailAt: back ? at + 5 * MINUTE : null,
});

describe("matchCanaries", () => {
  it("matches each attempt with one login and reports the one too many", () => {
    const { canaries, surplus } = matchCanaries(
      [attempt(T), attempt(T + HOUR)],
      [login(T + 900), login(T + 1_900, "thief"), login(T + HOUR)],
    );
    expect(canaries.map(({ eventId }) => eventId)).toEqual([`e${T + 900}`, `e${T + HOUR}`]);
    expect(surplus).toEqual([login(T + 1_900, "thief")]);
  });

  it("takes a login more than two minutes away for somebody else's", () => {
    const { canaries, surplus } = matchCanaries([attempt(T)], [login(T + MATCH_MS + 1)]);
    expect(canaries[0]?.eventId).toBeNull();
    expect(surplus).toHaveLength(1);
    expect(matchCanaries([attempt(T)], [login(T + MATCH_MS)]).surplus).toEqual([]);
  });

  it("says nothing about logins from before attempts were written down", () => {
    expect(matchCanaries([], [login(T)]).surplus).toEqual([]);
    expect(matchCanaries([attempt(T)], [login(T - HOUR)]).surplus).toEqual([]);
  });

  it("matches as many as can be matched, each once", () => {
    const times = fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 6 });
    const best = (attempts: number[], logins: number[]): number => {
      const [first, ...rest] = attempts;
      if (first === undefined) return 0;
      const others = logins.flatMap((at, n) =>
        Math.abs(at - first) <= MATCH_MS ? [1 + best(rest, logins.toSpliced(n, 1))] : [],
      );
      return Math.max(best(rest, logins), ...others);
    };
    fc.assert(
      fc.property(times, times, (a, l) => {
        const attempts = a.map((n) => T + n * MINUTE);
        const logins = l.map((n) => T + n * MINUTE);
        const { canaries, surplus } = matchCanaries(
          attempts.map((at, n) => ({ at, login: `l${n}` })),
          logins.map((at, n) => login(at, `e${n}`)),
        );
        const matched = canaries.filter(({ eventId }) => eventId !== null);
        expect(new Set(matched.map(({ eventId }) => eventId)).size).toBe(matched.length);
        expect(matched).toHaveLength(best(attempts, logins));
        const known = logins.filter((at) => attempts.length && at >= Math.min(...attempts) - MATCH_MS);
        expect(matched.length + surplus.length).toBe(known.length);
      }),
    );
  });

  it("explains logins as admin by attempts as admin that ended alike, as many as can be, and makes no canary of them", () => {
    const ends = fc.constantFrom(true, false, undefined);
    const made = fc.array(fc.tuple(fc.integer({ min: 0, max: 8 }), ends), { maxLength: 5 });
    const came = fc.array(fc.tuple(fc.integer({ min: 0, max: 8 }), fc.boolean()), { maxLength: 5 });
    type Made = [number, boolean | undefined][];
    type Came = [number, boolean][];
    const best = ([first, ...rest]: Made, logins: Came): number => {
      if (!first) return 0;
      const [minute, connected] = first;
      const others = logins.flatMap(([at, refused], n) =>
        Math.abs(at - minute) * MINUTE <= MATCH_MS && (connected === undefined || connected !== refused)
          ? [1 + best(rest, logins.toSpliced(n, 1))]
          : [],
      );
      return Math.max(best(rest, logins), ...others);
    };
    fc.assert(
      fc.property(made, came, (a, l) => {
        const own = [attempt(T), login(T + 900)] as const;
        const { canaries, failed, surplus } = matchCanaries(
          [
            own[0],
            ...a.map(([n, connected]) => ({
              ...{ at: T + n * MINUTE, admin: true as const },
              ...(connected !== undefined && { connected }),
            })),
          ],
          [
            own[1],
            ...l.map(([n, refused], i) => ({
              ...{ ...login(T + n * MINUTE, `a${i}`), admin: true as const },
              ...(refused && { refused: true as const }),
            })),
          ],
        );
        expect(surplus).toHaveLength(l.length - best(a, l));
        expect([canaries.length, failed]).toEqual([1, []]);
      }),
    );
  });

  it("misses a canary after half an hour, not before", () => {
    const { canaries } = matchCanaries([attempt(T)], []);
    expect(missedCanaries(canaries, T + 30 * MINUTE)).toEqual([]);
    expect(missedCanaries(canaries, T + 30 * MINUTE + 1)).toHaveLength(1);
    expect(missedCanaries([canary(T)], T + HOUR)).toEqual([]);
  });
});

describe("hoursProvenByCanaries", () => {
  const H = Date.parse("2026-11-02T09:00:00Z");
  const hourly = (count: number) => Array.from({ length: count }, (_, n) => canary(T + n * HOUR));

  it("proves the hours between canaries that came back from trail files", () => {
    expect(hoursProvenByCanaries(hourly(4), [])).toEqual([H + HOUR, H + 2 * HOUR]);
    expect(hoursProvenByCanaries(hourly(1), [])).toEqual([]);
  });

  it("proves nothing across a canary that did not come back, or came by the fast path only", () => {
    const fast = { ...canary(T + 2 * HOUR), seenInTrailAt: null };
    expect(hoursProvenByCanaries([...hourly(2), fast, canary(T + 3 * HOUR)], [])).toEqual([]);
    expect(
      hoursProvenByCanaries([...hourly(2), canary(T + 2 * HOUR, false), canary(T + 3 * HOUR)], []),
    ).toEqual([]);
  });

  it("proves nothing across a moment at which a trail was stopped or changed", () => {
    expect(hoursProvenByCanaries(hourly(4), [T + 90 * MINUTE])).toEqual([]);
    expect(hoursProvenByCanaries(hourly(6), [T + 90 * MINUTE])).toEqual([H + 3 * HOUR, H + 4 * HOUR]);
  });

  it("links the canaries of a sleeping cluster for a day and no longer", () => {
    expect(hoursProvenByCanaries([canary(T), canary(T + 24 * HOUR)], [])).toHaveLength(23);
    expect(hoursProvenByCanaries([canary(T), canary(T + 26 * HOUR)], [])).toEqual([]);
  });
});
