// The signs of the running day, each with its bits: the chance of its level by own days and peers, and by what all others do today.
import { counted } from "../base/counted.ts";
import type { Principal } from "../base/ids.ts";
import type { Instant } from "../base/time.ts";
import { type Chance, chanceOf } from "./chance.ts";
import { LEAST_BITS, MOST_BITS } from "./constants.ts";
import { discounted, type Today, todayOf } from "./crowd.ts";
import type { DayFigures } from "./day-figures.ts";
import { withDeclared } from "./declared.ts";
import type { DayContext } from "./estate.ts";
import type { Kind } from "./habits.ts";
import { type Raw, type RawSigns, usualOf } from "./raw-signs.ts";
import type { SignGroup, SignRule } from "./sign-rule.ts";

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

/** Bits of a fact: nothing of the kind on all the days that were counted. */
const factBits = (rule: SignRule, days: number): number =>
  rule.isCertain ? MOST_BITS : Math.min(MOST_BITS, Math.log2(2 * (days + 1)));

/** "3 of 2,146", "none of its own 46" */
const shareOf = ({ days, reached }: Chance["own"], whose = ""): string =>
  `${reached === 0 ? "none" : reached.toLocaleString("en-US")} of ${whose}${days.toLocaleString("en-US")}`;

/**
 * "no such day is on record, neither in its own 46 days nor in 2,146 days of the other machines". What is on record, and not
 * what was: a day that was found strange is kept as it was learned.
 */
const inFigures = ({ own, peers, hasPeers, isFirstTime }: Chance, kind: Kind): string => {
  const others = `the other ${kind === "person" ? "people" : "machines"}`;
  const compared = hasPeers && peers.days > 0;
  const alone = hasPeers
    ? `${others} were like that from their first day on`
    : `no other ${kind} has been known for long enough to compare it with`;
  if (!own.days && !compared) return alone;
  const none = [
    ...(own.days ? [`its own ${counted(own.days, "day")}`] : []),
    ...(compared ? [`${counted(peers.days, "day")} of ${others}`] : []),
  ];
  const some = [
    ...(own.days ? [shareOf(own, "its own ")] : []),
    ...(compared ? [`${shareOf(peers)} of ${others}`] : []),
  ];
  // Whom nothing of the kind has ever been seen of is counted whole.
  const until = isFirstTime && compared && peers.reached > 0 ? ", each counted up to its first" : "";
  const isNone = own.reached === 0 && (!compared || peers.reached === 0);
  const said = isNone
    ? `no such day is on record${none.length > 1 ? `, neither in ${none.join(" nor in ")}` : ` in ${none.join()}`}`
    : `such days are on record: ${some.join(" and ")}${until}`;
  return compared ? said : `${said}; ${alone}`;
};

const signOf = (context: DayContext, today: Today, raw: Raw, principal: Principal): DaySign | undefined => {
  const { rule, reached } = raw;
  const around = usualOf(context, rule);
  const kind = around.kindOf(principal);
  const { tenure } = around.ownOf(principal);
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
    return sign(reached.bits ?? factBits(rule, around.pool.days), reached.what, {});
  if (reached.bits !== undefined) return sign(reached.bits, reached.what, {});
  if (reached.level < (rule.leastLevel ?? 1)) return undefined;
  const chance = chanceOf(around.pool, rule, { principal, kind, tenure }, reached.level);
  const bits = Math.min(
    MOST_BITS,
    -Math.log2(discounted(around, today, raw, { principal, kind }, chance.chance)),
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
