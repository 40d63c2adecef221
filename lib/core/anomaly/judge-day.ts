// The signs of the running day, each with its bits: the chance of its level by own days and peers, and by what all others do today.
import { counted } from "../base/counted.ts";
import type { Principal } from "../base/ids.ts";
import type { Instant } from "../base/time.ts";
import { FEW, LEAST_BITS, LEAST_CROWD, MOST_BITS, TAIL_BITS } from "./constants.ts";
import type { DayFigures } from "./day-figures.ts";
import { withDeclared } from "./declared.ts";
import type { DayContext } from "./estate.ts";
import { isEventDay } from "./event-day.ts";
import type { Kind } from "./habits.ts";
import { type Chance, chanceOf } from "./pool.ts";
import { FOREIGN_NETWORK, type Reached, type SignGroup, type SignRule } from "./sign-rule.ts";

/** One sign of one principal on one day. */
export type DaySign = {
  readonly detector: string;
  readonly group: SignGroup;
  readonly level: number;
  readonly bits: number;
  readonly firstAt: Instant;
  readonly lastAt: Instant;
  readonly eventIds: readonly string[];
  /** What was seen, without its subject. */
  readonly what: string;
  /** The same with the figures that make it strange. */
  readonly says: string;
  readonly value?: string;
  readonly evidence: Readonly<Record<string, unknown>>;
};

/** All that the days show, by principal and rule; kept for as long as the figures of a day stay the same. */
export type Raw = { readonly rule: SignRule; readonly reached: Reached };
/** `days`: all that the day shows so far, `figures` among them. */
export type RawSigns = (figures: DayFigures, days: readonly DayFigures[]) => readonly Raw[];

/**
 * Reads the signs of habit once for each state of a day: most principals look the same at each judgement. Facts are read
 * once for each moment, because what is known of mappings grows; without `moment` it stays as it is.
 */
export const rawSigns = (
  context: DayContext,
  rules: readonly SignRule[],
  moment: () => Instant = () => 0,
): RawSigns => {
  const known = new WeakMap<DayFigures, readonly Raw[]>();
  const told = new WeakMap<DayFigures, { readonly at: Instant; readonly all: readonly Raw[] }>();
  const facts = rules.filter(({ measure }) => measure === "fact");
  const habits = rules.filter(({ measure }) => measure !== "fact");
  const read = (figures: DayFigures, own: readonly SignRule[]): readonly Raw[] =>
    own.flatMap((rule) =>
      rule
        .reached(figures, context.ownOf(figures.principal), context.surroundingsOf(figures.principal))
        .map((reached) => ({ rule, reached })),
    );
  const alone = (figures: DayFigures): readonly Raw[] => {
    const at = moment();
    const before = told.get(figures);
    if (before?.at === at) return before.all;
    // On the first day there are no habits to differ from: facts only.
    const ofHabit =
      context.ownOf(figures.principal).tenure > 0 ? (known.get(figures) ?? read(figures, habits)) : [];
    known.set(figures, ofHabit);
    const all = [...ofHabit, ...read(figures, facts)];
    told.set(figures, { at, all });
    return all;
  };
  const among = rawTogether(context, rules);
  return (figures, days) => {
    if (figures.principal === context.facts.auditor) return [];
    const joint = among(days).get(figures.principal);
    return joint ? [...alone(figures), ...joint] : alone(figures);
  };
};

/** What several show only together; worked out once for each state of the whole day. */
const rawTogether = (
  context: DayContext,
  rules: readonly SignRule[],
): ((days: readonly DayFigures[]) => ReadonlyMap<Principal, readonly Raw[]>) => {
  const known = new WeakMap<readonly DayFigures[], ReadonlyMap<Principal, readonly Raw[]>>();
  return (days) => {
    const before = known.get(days);
    if (before) return before;
    const found = new Map<Principal, Raw[]>();
    const others = days.filter(({ principal }) => principal !== context.facts.auditor);
    for (const rule of rules) {
      for (const [principal, all] of rule.together?.(others, context.ownOf) ?? [])
        found.set(principal, [...(found.get(principal) ?? []), ...all.map((reached) => ({ rule, reached }))]);
    }
    known.set(days, found);
    return found;
  };
};

/** What principals of a kind show today: how many reached a level of a sign, how many showed one value. */
type Today = {
  readonly active: (kind: Kind) => number;
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

const todayOf = (context: DayContext, days: readonly DayFigures[], raw: RawSigns): Today => {
  const active = { person: 0, machine: 0 };
  const levels = new Map<string, Map<Principal, number>>();
  const values = new Map<string, Set<Principal>>();
  const shown: { key: string; value: string | undefined; level: number; principal: Principal }[] = [];
  for (const figures of days) {
    const { principal } = figures;
    const kind = context.kindOf(principal);
    if (context.ownOf(principal).tenure > 0) active[kind]++;
    for (const one of raw(figures, days)) {
      const { rule, reached } = one;
      if (reached.level <= 0 || reached.bits !== undefined) continue;
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
    active: (kind) => active[kind],
    apart: (one, { kind, principal }, level) => countOthers(alone.get(keyOf(one, kind)), level, principal),
    others: (one, { kind, principal }, level) => countOthers(levels.get(keyOf(one, kind)), level, principal),
    sharing: (one, { kind, principal }) => {
      const all = values.get(`${keyOf(one, kind)} ${one.reached.value}`);
      return all ? all.size - (all.has(principal) ? 1 : 0) : 0;
    },
  };
};

/** Bits of a fact: nothing of the kind on all the days that were counted. */
const factBits = (rule: SignRule, days: number): number =>
  rule.isCertain ? MOST_BITS : Math.min(MOST_BITS, Math.log2(2 * (days + 1)));

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
  const active = sum(today.active);
  const same = others(reached.level);
  const isEvent = kinds.some((kind) =>
    isEventDay(today.active(kind), context.pool.peers(rule, kind, "all"), (level) => ofKind(kind, level)),
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
const discounted = (context: DayContext, today: Today, raw: Raw, who: Who, chance: number): number => {
  const { rule, reached } = raw;
  const { kind } = who;
  const { pool } = context;
  const active = today.active(kind);
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

/** "none count", "one counts" */
const agrees = (days: number): string => (days === 1 ? "counts" : "count");

/**
 * "none of its own 46 days and none of 2,146 days of the other machines count as such a day, each up to its first such day".
 * What they count as, and not what they were: a day that was found strange counts as it was learned.
 */
const inFigures = ({ own, peers, hasPeers, isFirstTime }: Chance, kind: Kind): string => {
  const until = isFirstTime ? ", each up to its first such day" : "";
  const theirs = `${peers.reached === 0 ? "none" : peers.reached.toLocaleString("en-US")} of ${counted(peers.days, "day")} of the other ${kind === "person" ? "people" : "machines"}`;
  const mine = `${own.reached === 0 ? "none" : own.reached.toLocaleString("en-US")} of its own ${counted(own.days, "day")}`;
  if (!hasPeers) {
    const nobody = `no other ${kind} has been known for long enough to compare it with`;
    return own.days ? `${mine} ${agrees(own.reached)} as such a day; ${nobody}` : nobody;
  }
  if (!peers.days)
    return `${mine} ${agrees(own.reached)} as such a day; the other ${kind === "person" ? "people" : "machines"} were like that from their first day on`;
  if (!own.days) return `${theirs} ${agrees(peers.reached)} as such a day${until}`;
  return `${mine} and ${theirs} count as such a day${until}`;
};

const signOf = (context: DayContext, today: Today, raw: Raw, principal: Principal): DaySign | undefined => {
  const { rule, reached } = raw;
  const kind = context.kindOf(principal);
  const { tenure } = context.ownOf(principal);
  const sign = (bits: number, says: string, figures: object): DaySign => ({
    detector: rule.detector ?? rule.id,
    group: rule.group,
    level: reached.level,
    bits,
    firstAt: reached.firstAt,
    lastAt: reached.lastAt,
    eventIds: reached.eventIds,
    what: reached.what,
    says,
    ...(reached.value !== undefined && { value: reached.value }),
    evidence: { ...reached.evidence, ...figures },
  });
  if (rule.measure === "fact")
    return sign(reached.bits ?? factBits(rule, context.pool.days), reached.what, {});
  if (reached.bits !== undefined) return sign(reached.bits, reached.what, {});
  if (reached.level < (rule.leastLevel ?? 1)) return undefined;
  const chance = chanceOf(context.pool, rule, { principal, kind, tenure }, reached.level);
  const bits = Math.min(
    MOST_BITS,
    -Math.log2(discounted(context, today, raw, { principal, kind }, chance.chance)),
  );
  const { own, peers } = chance;
  return sign(bits, `${reached.what}; ${inFigures(chance, kind)}`, {
    ownDays: own.days,
    ownDaysLikeThis: own.reached,
    peerDays: peers.days,
    peerDaysLikeThis: peers.reached,
  });
};

/** The strongest sign of each detector, for each principal that shows one of at least 4 bits. */
export const judgeDay = (
  context: DayContext,
  days: readonly DayFigures[],
  raw: RawSigns,
): ReadonlyMap<Principal, readonly DaySign[]> => {
  const today = todayOf(context, days, raw);
  const found = new Map<Principal, DaySign[]>();
  for (const figures of days) {
    const strongest = new Map<string, DaySign>();
    const declared = context.facts.declaredOf?.(figures.principal);
    for (const one of raw(figures, days)) {
      const seen = signOf(context, today, one, figures.principal);
      const bits = seen && withDeclared(seen.bits, seen.group, one.reached, declared);
      if (!seen || bits === undefined || bits < LEAST_BITS) continue;
      const sign = { ...seen, bits };
      const known = strongest.get(sign.detector);
      if (!known || sign.bits > known.bits) strongest.set(sign.detector, sign);
    }
    if (strongest.size) found.set(figures.principal, [...strongest.values()]);
  }
  return found;
};
