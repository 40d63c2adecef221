// Which connections can be ascribed to which mapping: certainly, possibly, or not at all.

import { type EventIds, eventIds } from "../activity/event-ids.ts";
import { type Principal, withoutPath } from "../base/ids.ts";
import { byText, countBefore } from "../base/sorted.ts";
import { DAY, type Instant } from "../base/time.ts";
import type { MappingPeriod } from "../history/mapping-period.ts";
import type { ActivityPort } from "./facts.ts";
import { boundsOf, byUse, isUse, type Use, type UseLedger } from "./use-ledger.ts";

/** The newest use known at some instant. `eventId` is the first event of the tally that the instant belongs to. */
export type LastUse = { readonly at: Instant; readonly eventId: string };

/** Uses in the order of their first instant, with the newest instant among all up to each, and its event. */
type UseLine = {
  readonly firstAt: Float64Array;
  readonly newestAt: Float64Array;
  readonly newestIds: EventIds;
};

export type MappingUses = { readonly certain: UseLine; readonly possible: UseLine };

/** Two ARNs of one identity: equal, or equal but for a path that one of them lacks. */
const sameIdentity = (a: string, b: string): boolean =>
  a === b || (withoutPath(a) === withoutPath(b) && (a === withoutPath(a) || b === withoutPath(b)));

/** Gives the uses of all principals that are one identity but for the path; `identity` is an ARN without one. */
export const usesByIdentity = (
  activity: ActivityPort,
  earlier: UseLedger | undefined,
): ((identity: string) => readonly Use[]) => {
  const since = earlier ? (earlier.day + 1) * DAY : 0;
  const principals = Map.groupBy([...activity.principals()].toSorted(byText), withoutPath);
  const kept = Map.groupBy(earlier?.uses ?? [], ({ principal }) => withoutPath(principal));
  const later = (principal: Principal): readonly Use[] =>
    activity
      .talliesOf(principal, { from: since, to: Number.MAX_SAFE_INTEGER })
      .filter((tally) => isUse(tally) && tally.firstAt >= since);
  return (identity) =>
    [...(kept.get(identity) ?? []), ...(principals.get(identity) ?? []).flatMap(later)].sort(byUse);
};

/** Could the mapping have stood at some instant of [from, to]? Snapshots leave its first and last hours open. */
const couldStand = (period: MappingPeriod, from: Instant, to: Instant): boolean =>
  to > (period.notSeenAt ?? Number.NEGATIVE_INFINITY) && from < (period.goneAt ?? Number.POSITIVE_INFINITY);

/** The mappings that a connection may have been through: those that could stand then, of them the one that the record names. */
export const couldBeOf = (
  use: Omit<Use, "firstEventId">,
  periods: readonly MappingPeriod[],
): readonly MappingPeriod[] => {
  const candidates = periods.filter(
    (period) => couldStand(period, use.firstAt, use.lastAt) && sameIdentity(period.arn, use.principal),
  );
  const named = use.role === "" ? [] : candidates.filter(({ roleName }) => roleName === use.role);
  return named.length ? named : candidates;
};

const lineOf = (uses: readonly Use[]): UseLine => {
  const firstAt = new Float64Array(uses.length);
  const newestAt = new Float64Array(uses.length);
  const newestIds = eventIds(uses.length);
  let newest: Use | undefined;
  for (const [row, use] of uses.entries()) {
    if (!newest || use.lastAt >= newest.lastAt) newest = use;
    firstAt[row] = use.firstAt;
    newestAt[row] = newest.lastAt;
    newestIds.set(row, newest.firstEventId);
  }
  return { firstAt, newestAt, newestIds };
};

/** A use, and how many mappings were made before it and gone after it: uses alike in that have the same candidates. */
type Asked = { readonly use: Use; readonly before: number; readonly after: number };

/** `couldBeOf`, worked out once for uses in a row that the same mappings come into question for. */
const candidatesIn = (periods: readonly MappingPeriod[]): ((use: Use) => readonly MappingPeriod[]) => {
  const { made, gone } = boundsOf(periods, Number.POSITIVE_INFINITY);
  let last: (Asked & { readonly found: readonly MappingPeriod[] }) | undefined;
  return (use) => {
    const before = countBefore(made, use.lastAt);
    const after = countBefore(gone, use.firstAt + 1);
    const isAlike =
      last?.before === before &&
      last.after === after &&
      last.use.role === use.role &&
      last.use.principal === use.principal;
    if (!last || !isAlike) last = { use, before, after, found: couldBeOf(use, periods) };
    return last.found;
  };
};

/**
 * Ascribes an identity's uses to its mappings, `periods` being all of them that are known. One use belongs to the only mapping that could stand then, or to the one whose role the record names; else to all of them, possibly.
 */
export const ascribe = (
  uses: readonly Use[],
  periods: readonly MappingPeriod[],
): ReadonlyMap<MappingPeriod, MappingUses> => {
  const certain = new Map<MappingPeriod, Use[]>(periods.map((period) => [period, []]));
  const possible = new Map<MappingPeriod, Use[]>(periods.map((period) => [period, []]));
  const candidatesOf = candidatesIn(periods);
  for (const use of uses) {
    const candidates = candidatesOf(use);
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
  const at = line.newestAt[index];
  const firstAt = line.firstAt[index];
  if (at === undefined || firstAt === undefined) return undefined;
  // A use that reaches beyond `now` proves no more than its own beginning.
  return { at: at < now ? at : firstAt, eventId: line.newestIds.get(index) };
};
