// The rules of signs that refusals give beside their number: what followed them, and where they came from.
import type { Tally } from "../activity/activity.ts";
import { clientFamily } from "../activity/client-family.ts";
import type { Principal } from "../base/ids.ts";
import { HOUR, iso } from "../base/time.ts";
import { fineNetwork, isNamedNetwork } from "./coarse-network.ts";
import { LEAST_CROWD, LEAST_REFUSALS } from "./constants.ts";
import { hourOfDay } from "./day-figures.ts";
import type { HabitFigures } from "./habits.ts";
import { howOften } from "./in-words.ts";
import type { Reached, SignRule, Surroundings } from "./sign-rule.ts";
import { bringsNewNetworks, isUsualPlace, strangeness } from "./strange-network.ts";

/** In half-doublings, from one refusal on. */
const refusalLevel = (refused: number): number => Math.min(23, Math.round(1 + 2 * Math.log2(refused)));

const countOf = (tallies: readonly Tally[]): number => tallies.reduce((sum, { count }) => sum + count, 0);
const firstOf = (tallies: readonly Tally[]): number => Math.min(...tallies.map(({ firstAt }) => firstAt));
const lastOf = (tallies: readonly Tally[]): number => Math.max(...tallies.map(({ lastAt }) => lastAt));
const isRefused = ({ outcome }: Tally): boolean => outcome === "refused";

/**
 * The mark of refusals of one hour, which others explain by theirs of the same mark: an outage explains no other hour, and
 * those from where principals usually come explain none from elsewhere.
 */
const markOf = (hour: number, isUsual: boolean): string => `${hour} ${isUsual ? "usual" : "strange"}`;

/** Tells refusals from where a principal usually comes from those from elsewhere; each network is looked at once. */
const usualPlaces = (
  principal: Principal,
  own: HabitFigures,
  { isUsedByOthers }: Surroundings,
): ((tally: Tally) => boolean) => {
  const known = new Map<string, boolean>();
  return (tally) => {
    const network = fineNetwork(tally.network);
    const isUsual = known.get(network) ?? isUsualPlace(network, principal, own, isUsedByOthers);
    known.set(network, isUsual);
    return isUsual;
  };
};

/** Whether any hour of time may hold many: two clock hours in a row are looked at. */
const hasMany = (refusedByHour: readonly number[]): boolean =>
  refusedByHour.some((count, hour) => count + (refusedByHour[hour + 1] ?? 0) >= LEAST_REFUSALS);

/** Refusals by clock hour; where those of two clock hours lie within one hour of time, both of them under the first. */
const withinHours = (refused: readonly Tally[]): [number, Tally[]][] => {
  const byHour = Map.groupBy(refused, ({ firstAt }) => hourOfDay(firstAt));
  return [...byHour].flatMap(([hour, seen]): [number, Tally[]][] => {
    const next = byHour.get(hour + 1);
    const isOne = next !== undefined && lastOf(next) - firstOf(seen) <= HOUR;
    return [[hour, seen], ...(isOne ? [[hour, [...seen, ...next]] as [number, Tally[]]] : [])];
  });
};

/** Where no mapping stood at the last refusal: never, or revoked. Nothing where one did, or it is not known. */
const barredBy = (
  principal: Principal,
  refused: readonly Tally[],
  { mappingAt }: Surroundings,
): { readonly mapping?: "never" | "revoked" } => {
  const state = mappingAt(principal, lastOf(refused), "refused");
  return state === "never" || state === "revoked" ? { mapping: state } : {};
};

/** Many refusals within one hour, each such hour by itself; those from strange places also without the others. */
export const manyRefused: SignRule["reached"] = ({ principal, tallies, refusedByHour }, own, around) => {
  if (!hasMany(refusedByHour)) return [];
  const isUsual = usualPlaces(principal, own, around);
  return withinHours(tallies.filter(isRefused)).flatMap(([hour, seen]) => {
    const strange = seen.filter((tally) => !isUsual(tally));
    return [
      { mark: markOf(hour, true), of: seen },
      { mark: markOf(hour, false), of: strange },
    ].flatMap(({ mark, of }): Reached[] => {
      const refused = countOf(of);
      if (refused < LEAST_REFUSALS) return [];
      const lastAt = lastOf(of);
      const then = tallies.some((tally) => !isRefused(tally) && tally.lastAt >= lastAt);
      return [
        {
          level: refusalLevel(refused),
          among: mark,
          firstAt: firstOf(of),
          lastAt,
          eventIds: of.map(({ firstEventId }) => firstEventId).slice(0, 5),
          what: `was refused ${howOften(refused)} in one hour${then ? " and then let in" : ""}`,
          // Whoever was not let in may still be: only what the day shows so far was looked at.
          evidence: {
            ...{ refused, thenAllowed: then },
            ...(!then && { lastAttemptAt: iso(lastOf(tallies)), ...barredBy(principal, of, around) }),
          },
        },
      ];
    });
  });
};

/** Let in from the same network after a refusal, and within an hour of the last one. */
const letInAfter = (refused: readonly Tally[], all: readonly Tally[], network: string): Tally | undefined => {
  const [first, last] = [firstOf(refused), lastOf(refused)];
  return all.find(
    (tally) =>
      !isRefused(tally) &&
      tally.lastAt > first &&
      tally.firstAt <= last + HOUR &&
      fineNetwork(tally.network) === network,
  );
};

/** Many refusals in one hour, and then a success from the same network: rarer than the refusals alone. */
export const refusedThenLetIn: SignRule = {
  id: "refused-then-let-in",
  detector: "failed-attempts",
  group: "refusals",
  measure: "graded",
  habitFree: true,
  leastTop: 5,
  reached: ({ principal, tallies, refusedByHour }, own, around) => {
    if (!hasMany(refusedByHour)) return [];
    const refused = tallies.filter((tally) => isRefused(tally) && isNamedNetwork(tally.network));
    const byNetwork = Map.groupBy(refused, (tally) => fineNetwork(tally.network));
    const groups = [...byNetwork].flatMap(([network, its]) =>
      withinHours(its).map(([hour, seen]) => ({ network, hour, seen })),
    );
    const isUsual = usualPlaces(principal, own, around);
    return groups.flatMap(({ network, hour, seen }): Reached[] => {
      const count = countOf(seen);
      const then = count < LEAST_REFUSALS ? undefined : letInAfter(seen, tallies, network);
      if (!then) return [];
      return [
        {
          level: refusalLevel(count),
          among: markOf(hour, seen.every(isUsual)),
          firstAt: firstOf(seen),
          lastAt: Math.max(lastOf(seen), then.firstAt),
          eventIds: [...seen.slice(0, 4), then].map(({ firstEventId }) => firstEventId),
          what: `was refused ${howOften(count)} in one hour and then let in, from ${network}`,
          evidence: { refused: count, thenAllowed: true, network },
        },
      ];
    });
  },
};

/** Once or twice is a token that ran out, also on a journey. */
const LEAST_ELSEWHERE = LEAST_CROWD;

const ONLY_REFUSED = 1;
const THEN_LET_IN = 2;

/**
 * Refused from a network that the principal never used, and then let in from it. Refusals alone are counted, and are no sign:
 * how often they come says how strange it is when many are refused from one place. Nor is it one where such networks are habit.
 */
export const refusedElsewhere: SignRule = {
  id: "refused-elsewhere",
  detector: "failed-attempts",
  // It holds that the network is new: of the two, one counts.
  group: "network",
  measure: "categorical",
  habitFree: true,
  leastLevel: THEN_LET_IN,
  isShared: true,
  reached: ({ principal, tallies, refusedByHour }, own, { isUsedByOthers }) => {
    if (!refusedByHour.some((count) => count > 0)) return [];
    const strange = tallies.filter(
      (tally) =>
        isRefused(tally) &&
        isNamedNetwork(tally.network) &&
        !own.isKnown("networks", fineNetwork(tally.network)),
    );
    const isHabit = (network: string): boolean =>
      bringsNewNetworks(own, strangeness(network, principal, own, isUsedByOthers));
    return [...Map.groupBy(strange, ({ network }) => fineNetwork(network))].map(
      ([network, seen]): Reached => {
        const then = letInAfter(seen, tallies, network);
        const count = countOf(seen);
        return {
          level: then && count >= LEAST_ELSEWHERE && !isHabit(network) ? THEN_LET_IN : ONLY_REFUSED,
          value: network,
          among: markOf(hourOfDay(firstOf(seen)), isHabit(network)),
          firstAt: firstOf(seen),
          lastAt: Math.max(lastOf(seen), then?.firstAt ?? 0),
          eventIds: [...seen.slice(0, 4), ...(then ? [then] : [])].map(({ firstEventId }) => firstEventId),
          what: `was refused ${howOften(count)} from ${network}, a network that it never used, and then let in`,
          evidence: { refused: count, thenAllowed: then !== undefined, network },
        };
      },
    );
  },
};

/** Refused with a client that neither the principal nor its kind uses: counted only, for refusals of many with one client. */
export const refusedClient: SignRule = {
  id: "refused-client",
  detector: "failed-attempts",
  group: "client",
  measure: "categorical",
  habitFree: true,
  leastLevel: THEN_LET_IN,
  reached: ({ tallies, refusedByHour }, own, { kind, isFamilyOfKind }) => {
    if (!refusedByHour.some((count) => count > 0)) return [];
    const strange = tallies.filter((tally) => {
      const family = clientFamily(tally.client);
      const isNamed = family !== "unknown" && family !== "…";
      return isRefused(tally) && isNamed && !own.isKnown("families", family) && !isFamilyOfKind(family, kind);
    });
    if (!strange.length) return [];
    return [
      {
        level: ONLY_REFUSED,
        firstAt: firstOf(strange),
        lastAt: lastOf(strange),
        eventIds: [],
        what: "was refused with a client that nobody uses",
        evidence: {},
      },
    ];
  },
};
