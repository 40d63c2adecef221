// Which connections can be ascribed to which mapping: certainly, possibly, or not at all.
import { withoutPath } from "../base/arn.ts";
import type { Principal } from "../base/ids.ts";
import { byText, countBefore } from "../base/sorted.ts";
import { DAY, type Instant } from "../base/time.ts";
import type { MappingPeriod } from "../history/mapping-period.ts";
import type { Facts } from "./facts.ts";
import { boundsOf, type Use } from "./use-ledger.ts";
import { joinedUses, type Uses, usesIn, usesOf } from "./uses.ts";

/** The newest use known at some instant. `eventId` is the first event of the tally that the instant belongs to. */
export type LastUse = { readonly at: Instant; readonly eventId: string };

/** Uses in the order of their first instant, with the number of the one that reaches furthest among all up to each. */
type UseLine = { readonly uses: Uses; readonly firstAt: Float64Array; readonly newest: Uint32Array };

export type MappingUses = { readonly certain: UseLine; readonly possible: UseLine };

/** Two ARNs of one identity: equal, or equal but for a path that one of them lacks. */
const sameIdentity = (a: string, b: string): boolean =>
  a === b || (withoutPath(a) === withoutPath(b) && (a === withoutPath(a) || b === withoutPath(b)));

/** What tells uses: of one endpoint of a database, by the ledger up to the end of its day, by activity after it. */
type UseSource = Pick<Facts, "activity" | "earlierUses">;

const usesOfSource = ({
  activity,
  earlierUses: earlier,
}: UseSource): ((identity: string) => readonly Uses[]) => {
  const since = earlier ? (earlier.day + 1) * DAY : 0;
  const principals = Map.groupBy([...activity.principals()].toSorted(byText), withoutPath);
  const kept = Map.groupBy(earlier?.uses ?? [], ({ principal }) => withoutPath(principal));
  const later = (principal: Principal): readonly Uses[] => {
    const line = activity.timelineOf(principal);
    return line ? [usesIn(line, since)] : [];
  };
  return (identity) => [usesOf(kept.get(identity) ?? []), ...(principals.get(identity) ?? []).flatMap(later)];
};

/**
 * Gives the uses of all principals that are one identity but for the path, through whichever endpoint of the database;
 * `identity` is an ARN without a path.
 */
export const usesByIdentity = (sources: readonly UseSource[]): ((identity: string) => Uses) => {
  const each = sources.map(usesOfSource);
  return (identity) => joinedUses(each.flatMap((usesOfIdentity) => usesOfIdentity(identity)));
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

/** `numbers`: which of the uses. */
const lineOf = (uses: Uses, numbers: readonly number[]): UseLine => {
  const firstAt = new Float64Array(numbers.length);
  const newest = new Uint32Array(numbers.length);
  let best = numbers[0] ?? 0;
  for (const [n, number] of numbers.entries()) {
    if (uses.lastAt(number) >= uses.lastAt(best)) best = number;
    firstAt[n] = uses.firstAt(number);
    newest[n] = best;
  }
  return { uses, firstAt, newest };
};

/** `couldBeOf` by number, worked out once for uses in a row that the same mappings come into question for. */
const candidatesIn = (
  uses: Uses,
  periods: readonly MappingPeriod[],
): ((n: number) => readonly MappingPeriod[]) => {
  const { made, gone } = boundsOf(periods, Number.POSITIVE_INFINITY);
  let last: (Pick<Use, "principal" | "role"> & { before: number; after: number }) | undefined;
  let found: readonly MappingPeriod[] = [];
  return (n) => {
    const [firstAt, lastAt] = [uses.firstAt(n), uses.lastAt(n)];
    const { principal, role } = uses.texts(n);
    const before = countBefore(made, lastAt);
    const after = countBefore(gone, firstAt + 1);
    const isAlike =
      last?.before === before && last.after === after && last.role === role && last.principal === principal;
    if (isAlike) return found;
    last = { principal, role, before, after };
    found = couldBeOf({ principal, role, firstAt, lastAt }, periods);
    return found;
  };
};

/**
 * Ascribes an identity's uses to its mappings, `periods` being all of them that are known. One use belongs to the only mapping that could stand then, or to the one whose role the record names; else to all of them, possibly.
 */
export const ascribe = (
  uses: Uses,
  periods: readonly MappingPeriod[],
): ReadonlyMap<MappingPeriod, MappingUses> => {
  const certain = new Map<MappingPeriod, number[]>(periods.map((period) => [period, []]));
  const possible = new Map<MappingPeriod, number[]>(periods.map((period) => [period, []]));
  const candidatesOf = candidatesIn(uses, periods);
  for (let n = 0; n < uses.length; n++) {
    const candidates = candidatesOf(n);
    // The same role mapped again under a new row is still the same access.
    const [first] = candidates;
    const into = candidates.every(({ roleOid }) => roleOid === first?.roleOid) ? certain : possible;
    for (const candidate of candidates) into.get(candidate)?.push(n);
  }
  return new Map(
    periods.map((period) => [
      period,
      {
        certain: lineOf(uses, certain.get(period) ?? []),
        possible: lineOf(uses, possible.get(period) ?? []),
      },
    ]),
  );
};

/** The newest use before `now`, without looking at anything later. */
export const lastUseBefore = ({ uses, ...line }: UseLine, now: Instant): LastUse | undefined => {
  const index = countBefore(line.firstAt, now) - 1;
  const newest = line.newest[index];
  const firstAt = line.firstAt[index];
  if (newest === undefined || firstAt === undefined) return undefined;
  const at = uses.lastAt(newest);
  // A use that reaches beyond `now` proves no more than its own beginning.
  return { at: at < now ? at : firstAt, eventId: uses.firstEventId(newest) };
};
