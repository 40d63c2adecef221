// Attempts of one retry are one login: it comes back if any of them does, and hides nobody.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HOUR, MINUTE } from "../../../lib/core/base/time.ts";
import {
  hoursProvenByCanaries,
  matchCanaries,
  missedCanaries,
} from "../../../lib/core/coverage/canary-match.ts";

const T = Date.parse("2026-11-02T09:02:00Z");
const login = (at: number, eventId = `e${at}`, seenInTrailAt: number | null = at + 5 * MINUTE) => ({
  at,
  eventId,
  seenInTrailAt,
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
