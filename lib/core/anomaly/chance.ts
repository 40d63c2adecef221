// How likely a level is for a principal, by its own days and those of its peers, and what it rests on.

import type { Principal } from "../base/ids.ts";
import { TAIL_BITS } from "./constants.ts";
import type { Count } from "./first-times.ts";
import type { Kind, Tenure } from "./habits.ts";
import type { CountedRule } from "./learned-level.ts";
import { NONE, type Pool } from "./pool.ts";

const NOBODY: Count = { days: 0, reached: 0 };

/** The chance of a level, with the counts that it rests on. */
export type Chance = {
  readonly chance: number;
  readonly own: Count;
  /**
   * Days of the other principals of the kind; or, where `isFirstTime`, only those before which their principal had never
   * reached the level. The chance counts the principal among its peers, people are told of the others.
   */
  readonly peers: Count;
  /** Whether anybody else of the kind can be compared with it. */
  readonly hasPeers: boolean;
  readonly isFirstTime: boolean;
};

const without = (all: Count, share: Count): Count => ({
  days: all.days - share.days,
  reached: all.reached - share.reached,
});

/**
 * How likely it is that an ordinary day of this principal reaches `level` or more. Who has never reached it is held against
 * the days of those who had never reached it either: how often the wild ones do says nothing of the steady. Who has, and whose
 * levels are ratios to its own record, is held against its own days and all of its peers. Where there are no peers, never is
 * held against all own days.
 */
export const chanceOf = (
  pool: Pool,
  rule: CountedRule,
  who: { readonly principal: Principal; readonly kind: Kind; readonly tenure: Tenure },
  level: number,
): Chance => {
  const peers = pool.peers(rule, who.kind, rule.habitFree ? "all" : who.tenure);
  const mine = rule.habitFree || who.tenure === 3 ? pool.own(rule, who.principal) : NONE;
  const reached = peers.atLeast(level);
  const own = mine.atLeast(level);
  const graded = rule.measure === "graded";
  // Beyond all that was seen a doubling is only half as likely: the heaviest tail that still has a mean.
  const beyond =
    graded && reached === 0 && own === 0
      ? Math.max(0, level - Math.max(peers.top, rule.leastTop ?? 0)) * TAIL_BITS
      : 0;
  const rateOf = (count: Count): number =>
    ((count.reached + (graded ? 1 : 0.5)) / (count.days + 1)) * 2 ** -beyond;
  // Levels that are ratios to the principal's own record tell steady from wild by themselves: all days compare.
  const isOfHabit = graded && !rule.habitFree;
  const past = pool.past(rule, who.principal);
  if (past.days > 0 && past.top < level && !isOfHabit) {
    const never = { days: past.days, reached: 0 };
    // Among its peers it is one of many; alone it has but its own days, and its first ones say as much as the later.
    const hasPeers = pool.hasPeers(who.principal, who.kind, past.days);
    const peers = hasPeers ? pool.firstTimes(rule, who.kind, level, past.days) : undefined;
    return {
      chance: rateOf(peers ?? never),
      own: never,
      peers: peers ? without(peers, pool.shareOfFirstTimes(rule, who.principal, level, past.days)) : NOBODY,
      hasPeers,
      isFirstTime: true,
    };
  }
  const all = { days: peers.days, reached };
  const weight = pool.weight(rule, who.kind, level);
  const share = pool.share(rule, who.kind, rule.habitFree ? "all" : who.tenure, who.principal);
  return {
    chance: (own + weight * rateOf(all)) / (mine.days + weight),
    own: { days: mine.days, reached: own },
    peers: without(all, { days: share.days, reached: share.atLeast(level) }),
    hasPeers: all.days > share.days,
    isFirstTime: false,
  };
};
