// Which connections can be ascribed to which mapping: certainly, possibly, or not at all.
import type { Tally } from "../activity/activity.ts";
import { type Principal, withoutPath } from "../base/ids.ts";
import { countBefore } from "../base/sorted.ts";
import type { Instant } from "../base/time.ts";
import type { MappingPeriod } from "../history/mapping-period.ts";
import type { ActivityPort } from "./facts.ts";

/** The newest use known at some instant. `eventId` is the first event of the tally that the instant belongs to. */
export type LastUse = { readonly at: Instant; readonly eventId: string };

/** Uses in the order of their first instant, with the newest instant among all up to each. */
type UseLine = {
  readonly firstAt: readonly Instant[];
  readonly newestAt: readonly Instant[];
  readonly newestTally: readonly Tally[];
};

export type MappingUses = { readonly certain: UseLine; readonly possible: UseLine };

const always = { from: 0, to: Number.MAX_SAFE_INTEGER };

/** Two ARNs of one identity: equal, or equal but for a path that one of them lacks. */
const sameIdentity = (a: string, b: string): boolean =>
  a === b || (withoutPath(a) === withoutPath(b) && (a === withoutPath(a) || b === withoutPath(b)));

/**
 * The uses of all `principals` (those that are one identity but for the path), in order of first instant. Successful
 * DbConnects only: a refused attempt used nothing, DbConnectAdmin needs no mapping.
 */
export const usesOf = (activity: ActivityPort, principals: readonly Principal[]): readonly Tally[] =>
  principals
    .flatMap((principal) => activity.talliesOf(principal, always))
    .filter(({ action, outcome }) => action === "DbConnect" && outcome === "allowed")
    .toSorted((a, b) => a.firstAt - b.firstAt || a.lastAt - b.lastAt);

/** Could the mapping have stood at some instant of [from, to]? Snapshots leave its first and last hours open. */
const couldStand = (period: MappingPeriod, from: Instant, to: Instant): boolean =>
  to > (period.notSeenAt ?? Number.NEGATIVE_INFINITY) && from < (period.goneAt ?? Number.POSITIVE_INFINITY);

/** The mappings that a connection may have been through: those that could stand then, of them the one that the record names. */
export const couldBeOf = (use: Tally, periods: readonly MappingPeriod[]): readonly MappingPeriod[] => {
  const candidates = periods.filter(
    (period) => couldStand(period, use.firstAt, use.lastAt) && sameIdentity(period.arn, use.principal),
  );
  const named = use.role === "" ? [] : candidates.filter(({ roleName }) => roleName === use.role);
  return named.length ? named : candidates;
};

const lineOf = (tallies: readonly Tally[]): UseLine => {
  const firstAt: Instant[] = [];
  const newestAt: Instant[] = [];
  const newestTally: Tally[] = [];
  let newest: Tally | undefined;
  for (const tally of tallies) {
    if (!newest || tally.lastAt >= newest.lastAt) newest = tally;
    firstAt.push(tally.firstAt);
    newestAt.push(newest.lastAt);
    newestTally.push(newest);
  }
  return { firstAt, newestAt, newestTally };
};

/**
 * Ascribes an identity's uses to its mappings, `periods` being all of them that are known. One use belongs to the only mapping that could stand then, or to the one whose role the record names; else to all of them, possibly.
 */
export const ascribe = (
  uses: readonly Tally[],
  periods: readonly MappingPeriod[],
): ReadonlyMap<MappingPeriod, MappingUses> => {
  const certain = new Map<MappingPeriod, Tally[]>(periods.map((period) => [period, []]));
  const possible = new Map<MappingPeriod, Tally[]>(periods.map((period) => [period, []]));
  for (const use of uses) {
    const candidates = couldBeOf(use, periods);
    // The same role mapped again under a new row is still the same access.
    const roles = new Set(candidates.map(({ roleOid }) => roleOid));
    const into = roles.size === 1 ? certain : possible;
    for (const candidate of candidates) into.get(candidate)?.push(use);
  }
  return new Map(
    periods.map((period) => [
      period,
      { certain: lineOf(certain.get(period) ?? []), possible: lineOf(possible.get(period) ?? []) },
    ]),
  );
};

/** The newest use before `now`, without looking at anything later. */
export const lastUseBefore = (line: UseLine, now: Instant): LastUse | undefined => {
  const index = countBefore(line.firstAt, now) - 1;
  const tally = line.newestTally[index];
  const at = line.newestAt[index];
  const firstAt = line.firstAt[index];
  if (!tally || at === undefined || firstAt === undefined) return undefined;
  // A tally that reaches beyond `now` proves no more than its own beginning.
  return { at: at < now ? at : firstAt, eventId: tally.firstEventId };
};
