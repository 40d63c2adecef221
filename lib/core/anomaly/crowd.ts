// What all others do today, and how much less strange that makes what one of them does.
import type { Principal } from "../base/ids.ts";
import { FEW, LEAST_CROWD, TAIL_BITS } from "./constants.ts";
import type { DayFigures } from "./day-figures.ts";
import type { DayContext } from "./estate.ts";
import { isEventDay } from "./event-day.ts";
import type { Kind } from "./habits.ts";
import { isOfDatabase, type Raw, type RawSigns, usualOf } from "./raw-signs.ts";
import { FOREIGN_NETWORK, type SignRule } from "./sign-rule.ts";

/** What principals of a kind show today: how many reached a level of a sign, how many showed one value. */
export type Today = {
  readonly active: (kind: Kind, rule: SignRule) => number;
  readonly others: (raw: Raw, who: Who, level: number) => number;
  readonly sharing: (raw: Raw, who: Who) => number;
  /** As `others`, without those who show what a crowd shows: that explains itself, and nothing else. */
  readonly apart: (raw: Raw, who: Who, level: number) => number;
};
type Who = { readonly principal: Principal; readonly kind: Kind };

/** What is compared with each other: a sign of a kind of principal and, where what is seen has a mark, of the same mark. */
const keyOf = ({ rule, reached }: Raw, kind: Kind): string =>
  reached.among === undefined ? `${rule.id} ${kind}` : `${rule.id} ${kind} ${reached.among}`;

const countOthers = (
  reached: ReadonlyMap<Principal, number> | undefined,
  level: number,
  principal: Principal,
): number => {
  let others = 0;
  for (const [other, its] of reached ?? []) if (other !== principal && its >= level) others++;
  return others;
};

export const todayOf = (context: DayContext, days: readonly DayFigures[], raw: RawSigns): Today => {
  const active = { here: { person: 0, machine: 0 }, database: { person: 0, machine: 0 } };
  const levels = new Map<string, Map<Principal, number>>();
  const values = new Map<string, Set<Principal>>();
  const shown: { key: string; value: string | undefined; level: number; principal: Principal }[] = [];
  for (const figures of days) {
    const { principal } = figures;
    for (const [seen, usual] of [
      [active.here, context],
      [active.database, context.database()],
    ] as const)
      if (usual.ownOf(principal).tenure > 0) seen[usual.kindOf(principal)]++;
    for (const one of raw(figures, days)) {
      const { rule, reached } = one;
      if (reached.level <= 0 || reached.bits !== undefined) continue;
      const kind = usualOf(context, rule).kindOf(principal);
      const key = keyOf(one, kind);
      const known = levels.get(key) ?? new Map<Principal, number>();
      known.set(principal, Math.max(reached.level, known.get(principal) ?? 0));
      levels.set(key, known);
      if (rule.measure === "categorical")
        shown.push({ key, value: reached.value, level: reached.level, principal });
      if (reached.value === undefined) continue;
      const sharing = values.get(`${key} ${reached.value}`) ?? new Set<Principal>();
      values.set(`${key} ${reached.value}`, sharing.add(principal));
    }
  }
  const alone = new Map<string, Map<Principal, number>>();
  for (const { key, value, level, principal } of shown) {
    if (value !== undefined && (values.get(`${key} ${value}`)?.size ?? 0) >= LEAST_CROWD) continue;
    const known = alone.get(key) ?? new Map<Principal, number>();
    known.set(principal, Math.max(level, known.get(principal) ?? 0));
    alone.set(key, known);
  }
  return {
    active: (kind, rule) => active[isOfDatabase(rule) ? "database" : "here"][kind],
    apart: (one, { kind, principal }, level) => countOthers(alone.get(keyOf(one, kind)), level, principal),
    others: (one, { kind, principal }, level) => countOthers(levels.get(keyOf(one, kind)), level, principal),
    sharing: (one, { kind, principal }) => {
      const all = values.get(`${keyOf(one, kind)} ${one.reached.value}`);
      return all ? all.size - (all.has(principal) ? 1 : 0) : 0;
    },
  };
};

/** At least as likely as it is for the others: so many of all active ones do it today. */
const crowded = (context: DayContext, today: Today, raw: Raw, who: Who): number => {
  const { rule, reached } = raw;
  const isGraded = rule.measure === "graded";
  if (!isGraded && !rule.isShared) return 0;
  // What befalls the estate at one time befalls people and machines alike.
  const kinds: readonly Kind[] = reached.among === undefined ? [who.kind] : ["person", "machine"];
  // Of what is shared by nature only those count who show something of their own: one network behind many is a campaign.
  const ofKind = (kind: Kind, level: number): number =>
    (isGraded ? today.others : today.apart)(raw, { ...who, kind }, level);
  const sum = (of: (kind: Kind) => number): number => kinds.reduce((total, kind) => total + of(kind), 0);
  const others = (level: number): number => sum((kind) => ofKind(kind, level));
  const active = sum((kind) => today.active(kind, rule));
  const same = others(reached.level);
  const isEvent = kinds.some((kind) =>
    isEventDay(today.active(kind, rule), context.pool.peers(rule, kind, "all"), (level) =>
      ofKind(kind, level),
    ),
  );
  if (!isEvent) return isGraded && same >= 2 ? same / (active + 1) : 0;
  // One of those whom an event has caught: who stands above all of them has the tail of anything beyond what was seen.
  let top = reached.level;
  while (top > 0 && others(top) === 0) top--;
  return ((same + 1) / (active + 2)) * 2 ** (-(reached.level - top) * TAIL_BITS);
};

/**
 * A few of many in one place that is new to each of them are no move of the estate: thieves come from one place, too, and
 * not always from one that nobody else uses.
 */
const isCampaign = ({ rule, reached }: Raw, sharing: number, active: number): boolean =>
  (rule.isShared === true || (rule.isPlace === true && reached.level >= FOREIGN_NETWORK)) &&
  sharing <= FEW &&
  sharing * FEW <= active;

/** What everybody does today is not strange: at least as many as do it, and as much likelier as more of them do it than usual. */
export const discounted = (context: DayContext, today: Today, raw: Raw, who: Who, chance: number): number => {
  const { rule, reached } = raw;
  const { kind } = who;
  const { pool } = context;
  const active = today.active(kind, rule);
  const sharing = reached.value === undefined ? 0 : today.sharing(raw, who);
  const apart = isCampaign(raw, sharing + 1, active) ? sharing : 0;
  let result = Math.max(chance, crowded(context, today, raw, who));
  if (rule.measure === "categorical" && sharing >= 2 && !apart)
    result = Math.max(result, sharing / (active + 1));
  if (rule.isRolledOut && reached.value !== undefined)
    result = Math.max(result, context.spreadingOf(kind, reached.value, active));
  if (rule.measure === "graded" || rule.isPlace || rule.isRolledOut) {
    const peers = pool.peers(rule, kind, "all");
    let ratio = 1;
    for (let level = 1; level <= reached.level; level++) {
      const others =
        rule.measure === "categorical" && sharing < LEAST_CROWD - 1
          ? today.apart(raw, who, level)
          : today.others(raw, who, level) - apart;
      if (others < 2) continue;
      const usual = (active * (peers.atLeast(level) + 0.5)) / (peers.days + 1) + 1;
      ratio = Math.max(ratio, (others + 1) / usual);
    }
    result *= ratio;
  }
  return Math.min(1, result);
};
