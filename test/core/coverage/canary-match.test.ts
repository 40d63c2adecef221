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

describe("attempts of one retry", () => {
  const H = Date.parse("2026-11-02T09:00:00Z");
  /** Logins on the hour of two days; `tries`: the seconds after which each was tried, `came`: which of them left an event. */
  const twoDays = (tries: (hour: number) => readonly number[], came: (hour: number) => readonly number[]) => {
    const hours = Array.from({ length: 48 }, (_, n) => n);
    const at = (hour: number, second: number) => H + hour * HOUR + 2 * MINUTE + second * 1_000;
    return {
      plain: hours.flatMap((n) => tries(n).map((second) => ({ at: at(n, second) }))),
      marked: hours.flatMap((n) =>
        tries(n).map((second) => ({
          at: at(n, second),
          login: `l${n}`,
          connected: came(n).includes(second),
        })),
      ),
      logins: hours.flatMap((n) => came(n).map((second) => login(at(n, second) + 700))),
    };
  };
  const proven = (
    attempts: Parameters<typeof matchCanaries>[0],
    logins: Parameters<typeof matchCanaries>[1],
  ) => {
    const { canaries, surplus } = matchCanaries(attempts, logins);
    return {
      hours: hoursProvenByCanaries(canaries, []).length,
      missed: missedCanaries(canaries, H + 50 * HOUR).length,
      surplus: surplus.length,
    };
  };

  it.each([
    ["none failed", () => [0], () => [0]],
    [
      "one failed and was tried again",
      (n: number) => (n === 20 ? [0, 2] : [0]),
      (n: number) => (n === 20 ? [2] : [0]),
    ],
    ["every first attempt failed", () => [0, 2], () => [2]],
    ["every attempt reached the server, and all left an event", () => [0, 2], () => [0, 2]],
    ["only the refused first attempt left an event", () => [0, 2], () => [0]],
    ["a cluster that woke slowly", () => [0, 20, 41], () => [41]],
  ])("are one canary: %s", (_, tries, came) => {
    const { plain, marked, logins } = twoDays(tries, came);
    expect(proven(plain, logins)).toEqual({ hours: 46, missed: 0, surplus: 0 });
    expect(proven(marked, logins)).toEqual({ hours: 46, missed: 0, surplus: 0 });
  });

  it("prove the same hours however often and whenever each was tried", () => {
    const retry = fc.array(fc.integer({ min: 0, max: 22 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(fc.array(retry, { minLength: 48, maxLength: 48 }), fc.nat(4), (waits, which) => {
        const times = waits.map((all) =>
          all.map((_, n) => all.slice(0, n + 1).reduce((a, b) => a + b + 1, 0)),
        );
        const { plain, marked, logins } = twoDays(
          (n) => times[n] ?? [],
          (n) => [(times[n] ?? []).at(-1 - (which % (times[n]?.length ?? 1))) ?? 0],
        );
        const all = { hours: 46, missed: 0, surplus: 0 };
        expect(proven(plain, logins)).toEqual(all);
        expect(proven(marked, logins)).toEqual(all);
      }),
    );
  });

  it("that never got in are no canary: whether they would have come back is not known", () => {
    const { marked, logins } = twoDays(
      (n) => (n === 20 ? [0, 2] : [0]),
      (n) => (n === 20 ? [] : [0]),
    );
    const { canaries, failed } = matchCanaries(marked, logins);
    expect(failed).toEqual([H + 20 * HOUR + 2 * MINUTE]);
    expect(missedCanaries(canaries, H + 50 * HOUR)).toEqual([]);
    expect(proven(marked, logins)).toEqual({ hours: 46, missed: 0, surplus: 0 });
  });

  it("that got in and left no event are missed", () => {
    const attempts = [
      { at: T, login: "a", connected: false },
      { at: T + 2_000, login: "a", connected: true },
    ];
    expect(missedCanaries(matchCanaries(attempts, []).canaries, T + HOUR)).toHaveLength(1);
    expect(missedCanaries(matchCanaries([{ at: T, login: "a" }], []).canaries, T + HOUR)).toHaveLength(1);
  });

  it("take no event away from the login that comes right after them", () => {
    const attempts = [
      { at: T, login: "a", connected: false },
      { at: T + 2_000, login: "a", connected: true },
      { at: T + 40_000, login: "b", connected: true },
    ];
    const logins = [2_100, 40_100].map((ms) => ({ at: T + ms, eventId: `${ms}`, seenInTrailAt: T + MINUTE }));
    const { canaries, surplus } = matchCanaries(attempts, logins);
    expect(canaries.map(({ eventId }) => eventId)).toEqual(["2100", "40100"]);
    expect(surplus).toEqual([]);
  });

  it("all come back that got in, whatever failed beside them and however far the clocks are apart", () => {
    const group = fc.record({
      gap: fc.integer({ min: 0, max: 5 * MINUTE }),
      fails: fc.array(fc.record({ after: fc.integer({ min: 0, max: 30_000 }), left: fc.boolean() }), {
        maxLength: 3,
      }),
      after: fc.integer({ min: 0, max: 30_000 }),
      gotIn: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.array(group, { maxLength: 12 }),
        fc.integer({ min: -90_000, max: 90_000 }),
        (groups, skew) => {
          const attempts: { at: number; login: string; connected: boolean }[] = [];
          const logins: { at: number; eventId: string; seenInTrailAt: number }[] = [];
          let at = T;
          const attempt = (login: string, connected: boolean, left: boolean): void => {
            attempts.push({ at, login, connected });
            if (left) logins.push({ at: at + skew, eventId: `${attempts.length}`, seenInTrailAt: at + HOUR });
          };
          for (const [n, { gap, fails, after, gotIn }] of groups.entries()) {
            at += gap;
            for (const fail of fails) {
              attempt(`${n}`, false, fail.left);
              at += fail.after;
            }
            if (!gotIn) continue;
            at += after;
            attempt(`${n}`, true, true);
          }
          const { canaries, surplus } = matchCanaries(attempts, logins);
          expect(surplus).toEqual([]);
          const back = canaries.filter(({ eventId }) => eventId !== null);
          expect(canaries.filter(({ eventId }) => eventId === null)).toEqual([]);
          expect(new Set(back.map(({ eventId }) => eventId)).size).toBe(back.length);
          expect(back.length).toBeGreaterThanOrEqual(groups.filter(({ gotIn }) => gotIn).length);
        },
      ),
    );
  });

  it("are matched in no time, however many strangers come under the auditor's name", () => {
    const attempts = Array.from({ length: 3_000 }, (_, n) => ({
      at: T + n * MINUTE,
      login: `${n}`,
      connected: n % 3 > 0,
    }));
    const logins = Array.from({ length: 30_000 }, (_, n) => ({
      at: T + n * 100,
      eventId: `${n}`,
      seenInTrailAt: T,
    }));
    const startedAt = performance.now();
    expect(matchCanaries(attempts, logins).surplus.length).toBeGreaterThan(20_000);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  it("hide nobody: an event more than there were attempts is somebody else's", () => {
    const attempts = [0, 2_000].map((ms) => ({ at: T + ms, login: "a" }));
    const { surplus } = matchCanaries(
      attempts,
      [0, 2_000, 3_000].map((ms) => login(T + ms)),
    );
    expect(surplus).toEqual([login(T + 3_000)]);
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
