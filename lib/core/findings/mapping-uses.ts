// Which connections can be ascribed to which mapping: certainly, possibly, or not at all.
import { type Principal, withoutPath } from "../base/ids.ts";
import { byText, countBefore } from "../base/sorted.ts";
import { DAY, type Instant } from "../base/time.ts";
import type { MappingPeriod } from "../history/mapping-period.ts";
import type { ActivityPort } from "./facts.ts";
import { byUse, isUse, type Use, type UseLedger } from "./use-ledger.ts";

/** The newest use known at some instant. `eventId` is the first event of the tally that the instant belongs to. */
export type LastUse = { readonly at: Instant; readonly eventId: string };

/** Uses in the order of their first instant, with the newest instant among all up to each. */
type UseLine = {
  readonly firstAt: readonly Instant[];
  readonly newestAt: readonly Instant[];
  readonly newestUse: readonly Use[];
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
  const firstAt: Instant[] = [];
  const newestAt: Instant[] = [];
  const newestUse: Use[] = [];
  let newest: Use | undefined;
  for (const use of uses) {
    if (!newest || use.lastAt >= newest.lastAt) newest = use;
    firstAt.push(use.firstAt);
    newestAt.push(newest.lastAt);
    newestUse.push(newest);
  }
  return { firstAt, newestAt, newestUse };
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
  const use = line.newestUse[index];
  const at = line.newestAt[index];
  const firstAt = line.firstAt[index];
  if (!use || at === undefined || firstAt === undefined) return undefined;
  // A use that reaches beyond `now` proves no more than its own beginning.
  return { at: at < now ? at : firstAt, eventId: use.firstEventId };
};
