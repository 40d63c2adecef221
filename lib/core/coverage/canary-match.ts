// The auditor's own logins as canaries: each attempt that it recorded must come back as an event, and no event more.

import { DAY, floorTo, HOUR, type Instant, MINUTE } from "../base/time.ts";
import type { Canary } from "./coverage.ts";
import { type LoginAttempt, MATCH_MS, type OwnLogin, pairUp } from "./pair-logins.ts";

export type CanaryMatch = {
  /** One for each login, by the time of its first attempt; those that could come back. */
  readonly canaries: readonly Canary[];
  /** When logins were first attempted of which no attempt got in; where none left an event either, they tell nothing of capture. */
  readonly failed: readonly Instant[];
  /** Logins under the auditor's ARN that no attempt explains: somebody hides behind it. */
  readonly surplus: readonly OwnLogin[];
};

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

/** Those as admin, and the others. */
const apart = <T extends { readonly admin?: true }>(all: readonly T[]): readonly [T[], T[]] => [
  all.filter(({ admin }) => admin),
  all.filter(({ admin }) => !admin),
];

const byTime = (logins: readonly OwnLogin[]): OwnLogin[] =>
  logins.toSorted((a, b) => a.at - b.at || (a.eventId < b.eventId ? -1 : 1));

/** An attempt that was refused must not hide a stranger who got in, nor the other way round. */
const endedAlike = ({ connected }: LoginAttempt, { refused }: OwnLogin): boolean =>
  connected === undefined || connected === (refused === undefined);

/** Logins as admin that no attempt as admin explains, however long ago: there is no other reason for one. */
const strangeAdmins = (attempts: readonly LoginAttempt[], logins: readonly OwnLogin[]): OwnLogin[] => {
  const came = byTime(logins);
  const taken = new Set(pairUp(attempts, came, endedAlike));
  return came.filter((_, n) => !taken.has(n));
};

/**
 * Matches attempts and logins of one cluster one to one, as many as can be, those as admin among themselves. Attempts of one
 * retry make one canary, whichever of them left an event. Logins before the first attempt is known (less the tolerance) are
 * left out: nobody wrote attempts down then.
 */
export const matchCanaries = (
  attempts: readonly LoginAttempt[],
  logins: readonly OwnLogin[],
): CanaryMatch => {
  const [asAdmin, made] = apart(attempts.toSorted((a, b) => a.at - b.at));
  const [adminLogins, others] = apart(logins);
  const since = (made[0]?.at ?? Number.POSITIVE_INFINITY) - MATCH_MS;
  const came = byTime(others.filter(({ at }) => at >= since));
  const loginOf = pairUp(made, came);
  const matched = made.map((attempt, n): Matched => {
    const login = loginOf[n];
    return { attempt, login: login === undefined ? undefined : came[login] };
  });
  const taken = new Set(loginOf);
  const surplus = [...strangeAdmins(asAdmin, adminLogins), ...came.filter((_, n) => !taken.has(n))];
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
