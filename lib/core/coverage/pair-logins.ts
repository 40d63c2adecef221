// Attempts to log in and the logins that came back, one to one: as many pairs as can be.

import { countBefore } from "../base/sorted.ts";
import { type Instant, MINUTE } from "../base/time.ts";

/** An attempt to log in, recorded before it was made. */
export type LoginAttempt = {
  readonly at: Instant;
  /** What it was made for: attempts of one retry share it. Without: nobody wrote it down. */
  readonly login?: string;
  /** Whether it got in, where somebody lived to tell. One that did not may have left an event or not. */
  readonly connected?: boolean;
  /** As admin, for the mappings alone: it explains a login as admin, and proves nothing of capture. */
  readonly admin?: true;
};

/** A login under the auditor's own ARN, as its event tells. `seenInTrailAt`: when it came in a trail file; null: not yet. */
export type OwnLogin = {
  readonly at: Instant;
  readonly eventId: string;
  readonly seenInTrailAt: Instant | null;
  /** As admin: only an attempt as admin explains it, which the auditor makes where auditAsAdmin is on. */
  readonly admin?: true;
  /** The attempt was refused. Written down of those as admin. */
  readonly refused?: true;
};

/** An attempt and its event are at most this far apart: two clocks, and a cluster that wakes. */
export const MATCH_MS = 2 * MINUTE;

/** Who surely got in comes before who may have, and before who did not: only their events must be there. */
const rankOf = ({ connected }: LoginAttempt): number =>
  connected === true ? 0 : connected === undefined ? 1 : 2;

/**
 * For each attempt the index of its login, or undefined: as many pairs as can be, and among those ways one in which no
 * attempt that got in goes without for the sake of one that did not. Both lists in order of time. Augmenting paths, attempt
 * by attempt in order of rank: one that has a login keeps one.
 */
export const pairUp = (
  made: readonly LoginAttempt[],
  came: readonly OwnLogin[],
  fits: (attempt: LoginAttempt, login: OwnLogin) => boolean = () => true,
): readonly (number | undefined)[] => {
  const times = came.map(({ at }) => at);
  const loginOf: (number | undefined)[] = made.map(() => undefined);
  const attemptOf: (number | undefined)[] = came.map(() => undefined);
  const order = made
    .map((_, n) => n)
    .sort((a, b) => rankOf(made[a] ?? { at: 0 }) - rankOf(made[b] ?? { at: 0 }) || a - b);
  /** Gives the login to the attempt that reached for it, that one's former login to who reached for it, and so on. */
  const handOn = (free: number, reachedBy: ReadonlyMap<number, number>): void => {
    for (let login: number | undefined = free; login !== undefined; ) {
      const attempt: number = reachedBy.get(login) ?? 0;
      const former: number | undefined = loginOf[attempt];
      loginOf[attempt] = login;
      attemptOf[login] = attempt;
      login = former;
    }
  };
  const find = (start: number): void => {
    const reachedBy = new Map<number, number>();
    const waiting = [start];
    for (const attempt of waiting) {
      const one = made[attempt] ?? { at: 0 };
      const end = countBefore(times, one.at + MATCH_MS + 1);
      for (let login = countBefore(times, one.at - MATCH_MS); login < end; login++) {
        const event = came[login];
        if (reachedBy.has(login) || !event || !fits(one, event)) continue;
        reachedBy.set(login, attempt);
        const holder = attemptOf[login];
        if (holder === undefined) {
          handOn(login, reachedBy);
          return;
        }
        waiting.push(holder);
      }
    }
  };
  for (const attempt of order) find(attempt);
  return loginOf;
};
