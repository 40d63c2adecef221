// The auditor's own logins as canaries: each attempt that it recorded must come back as an event, and no event more.

import { countBefore } from "../base/sorted.ts";
import { DAY, floorTo, HOUR, type Instant, MINUTE } from "../base/time.ts";
import type { Canary } from "./coverage.ts";

/** An attempt to log in, recorded before it was made. */
export type LoginAttempt = {
  readonly at: Instant;
  /** What it was made for: attempts of one retry share it. Without: nobody wrote it down. */
  readonly login?: string;
  /** Whether it got in, where somebody lived to tell. One that did not may have left an event or not. */
  readonly connected?: boolean;
};

/** A login under the auditor's own ARN, as its event tells. `seenInTrailAt`: when it came in a trail file; null: not yet. */
export type OwnLogin = {
  readonly at: Instant;
  readonly eventId: string;
  readonly seenInTrailAt: Instant | null;
  /** As admin, which the auditor never is: no attempt explains it. */
  readonly admin?: true;
};

export type CanaryMatch = {
  /** One for each login, by the time of its first attempt; those that could come back. */
  readonly canaries: readonly Canary[];
  /** When logins were first attempted of which no attempt got in; where none left an event either, they tell nothing of capture. */
  readonly failed: readonly Instant[];
  /** Logins under the auditor's ARN that no attempt explains: somebody hides behind it. */
  readonly surplus: readonly OwnLogin[];
};

/** An attempt and its event are at most this far apart: two clocks, and a cluster that wakes. */
export const MATCH_MS = 2 * MINUTE;

/** A canary that has not come back after this long is missed. */
export const BACK_WITHIN_MS = 30 * MINUTE;

/**
 * Attempts that nobody marked as one login are taken for one when they lie this close: a connection is given 20 seconds
 * and tried again within a few.
 */
const RETRIED_WITHIN_MS = 30_000;

type Matched = { readonly attempt: LoginAttempt; readonly login: OwnLogin | undefined };

/** Attempts by the login that they were made for. */
const byLogin = (matched: readonly Matched[]): Matched[][] => {
  const groups: Matched[][] = [];
  const named = new Map<string, Matched[]>();
  let unnamed: Matched[] | undefined;
  for (const one of matched) {
    const { at, login } = one.attempt;
    const before = unnamed?.at(-1)?.attempt.at ?? Number.NEGATIVE_INFINITY;
    const known =
      login !== undefined ? named.get(login) : at - before <= RETRIED_WITHIN_MS ? unnamed : undefined;
    if (known) {
      known.push(one);
      continue;
    }
    const group = [one];
    groups.push(group);
    if (login !== undefined) named.set(login, group);
    else unnamed = group;
  }
  return groups;
};

/** The login that a group of attempts was; undefined: none of them got in, and none left an event. */
const canaryOf = (group: readonly Matched[]): Canary | undefined => {
  const at = group[0]?.attempt.at ?? 0;
  const back = group.flatMap(({ login }) => login ?? []);
  const best = back.find(({ seenInTrailAt }) => seenInTrailAt !== null) ?? back[0];
  if (best) return { at, eventId: best.eventId, seenInTrailAt: best.seenInTrailAt };
  const couldComeBack = group.some(({ attempt }) => attempt.connected !== false);
  return couldComeBack ? { at, eventId: null, seenInTrailAt: null } : undefined;
};

/** Who surely got in comes before who may have, and before who did not: only their events must be there. */
const rankOf = ({ connected }: LoginAttempt): number =>
  connected === true ? 0 : connected === undefined ? 1 : 2;

/**
 * For each attempt the index of its login, or undefined: as many pairs as can be, and among those ways one in which no
 * attempt that got in goes without for the sake of one that did not. Both lists in order of time. Augmenting paths, attempt
 * by attempt in order of rank: one that has a login keeps one.
 */
const pairUp = (
  made: readonly LoginAttempt[],
  came: readonly OwnLogin[],
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
      const at = made[attempt]?.at ?? 0;
      const end = countBefore(times, at + MATCH_MS + 1);
      for (let login = countBefore(times, at - MATCH_MS); login < end; login++) {
        if (reachedBy.has(login)) continue;
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

/**
 * Matches attempts and logins of one cluster one to one, as many as can be. Attempts of one retry make one canary, whichever
 * of them left an event. Logins before the first attempt is known (less the tolerance) are left out: nobody wrote attempts
 * down then.
 */
export const matchCanaries = (
  attempts: readonly LoginAttempt[],
  logins: readonly OwnLogin[],
): CanaryMatch => {
  const made = attempts.toSorted((a, b) => a.at - b.at);
  const since = (made[0]?.at ?? Number.POSITIVE_INFINITY) - MATCH_MS;
  const came = logins
    .filter(({ at, admin }) => at >= since && !admin)
    .toSorted((a, b) => a.at - b.at || (a.eventId < b.eventId ? -1 : 1));
  const loginOf = pairUp(made, came);
  const matched = made.map((attempt, n): Matched => {
    const login = loginOf[n];
    return { attempt, login: login === undefined ? undefined : came[login] };
  });
  const taken = new Set(loginOf);
  const surplus = [...logins.filter(({ admin }) => admin), ...came.filter((_, n) => !taken.has(n))];
  const groups = byLogin(matched);
  return {
    canaries: groups.flatMap((group) => canaryOf(group) ?? []),
    failed: groups.flatMap((group) =>
      group.every(({ attempt }) => attempt.connected === false) ? [group[0]?.attempt.at ?? 0] : [],
    ),
    surplus: surplus.sort((a, b) => a.at - b.at),
  };
};

/** Canaries that should have come back by now and have not, by any way. */
export const missedCanaries = (canaries: readonly Canary[], now: Instant): Canary[] =>
  canaries.filter(({ at, eventId }) => eventId === null && at + BACK_WITHIN_MS < now);

/** An idle cluster is left asleep for at most a day; canaries further apart have nothing to say about between. */
export const MAX_LINK_MS = DAY + HOUR;

/**
 * Whole hours between two canaries in a row that both came back from trail files. A canary in between that did not, or an
 * instant of doubt (a trail stopped or changed), breaks the link; a login that never got in says nothing either way.
 */
export const hoursProvenByCanaries = (
  canaries: readonly Canary[],
  doubtful: readonly Instant[],
): Instant[] => {
  const sorted = canaries.toSorted((a, b) => a.at - b.at);
  const hours: Instant[] = [];
  // Runs of unbroken links: an hour may hold several canaries and still lie between the first and the last.
  let from: Instant | undefined;
  let to = 0;
  const close = (): void => {
    if (from === undefined) return;
    for (let hour = floorTo(HOUR, from + HOUR - 1); hour + HOUR <= to; hour += HOUR) hours.push(hour);
    from = undefined;
  };
  for (const { at, seenInTrailAt } of sorted) {
    if (seenInTrailAt === null) {
      close();
      continue;
    }
    const broken =
      from !== undefined && (at - to > MAX_LINK_MS || doubtful.some((doubt) => doubt >= to && doubt <= at));
    if (broken) close();
    from ??= at;
    to = at;
  }
  close();
  return hours;
};
