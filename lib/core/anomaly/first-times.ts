// Days on which principals did for the first time what they had never done: what peers say of one that is known for as long.

import type { Principal } from "../base/ids.ts";
import { EARLY_TENURE_DAYS, FULL_TENURE_DAYS } from "./constants.ts";
import { type DayRecord, type Kind, type Tenure, tenureOf } from "./habits.ts";
import { type CountedRule, pooledLevel } from "./learned-level.ts";
import { LEVELS } from "./sign-rule.ts";

/** Days, and how many of them were like that. */
export type Count = { readonly days: number; readonly reached: number };

export type FirstTimes = {
  /** Days of the kind's principals that had never reached a level before, and how many of these did. */
  readonly firstTimes: (rule: CountedRule, kind: Kind, level: number, knownFor: number) => Count;
  /** What of `firstTimes` are days of the principal itself. */
  readonly shareOfFirstTimes: (
    rule: CountedRule,
    principal: Principal,
    level: number,
    knownFor: number,
  ) => Count;
  /** Whether any other principal of the kind has been known for long enough to speak of one that was for so many days. */
  readonly hasPeers: (principal: Principal, kind: Kind, knownFor: number) => boolean;
};

/** A principal's first day tells nothing of what is usual. */
export const isJudged = ({ tenure }: DayRecord): boolean => tenure > 0;

/** How many days a principal must have been known for before a day of it speaks for one of a tenure. */
const LEAST_KNOWN: Readonly<Record<Tenure, number>> = {
  0: 0,
  1: 0,
  2: EARLY_TENURE_DAYS,
  3: FULL_TENURE_DAYS,
};

/**
 * For each level: the days before which their principal had never reached it, in at least `least` days, and how many of
 * them did. One pass: a day counts for all levels above the principal's highest so far.
 */
const firstTimesOf = (
  all: readonly (readonly DayRecord[])[],
  levelOf: (record: DayRecord) => number,
  least: number,
): ((level: number) => Count) => {
  const daysAbove = Array<number>(LEVELS + 1).fill(0);
  const reached = Array<number>(LEVELS + 2).fill(0);
  const add = (into: number[], at: number, count: number): void => {
    into[at] = (into[at] ?? 0) + count;
  };
  for (const records of all) {
    let top = 0;
    let known = 0;
    for (const record of records) {
      if (!isJudged(record)) continue;
      const level = levelOf(record);
      if (known++ >= least) {
        add(daysAbove, top + 1, 1);
        if (level > top) {
          add(reached, top + 1, 1);
          add(reached, level + 1, -1);
        }
      }
      top = Math.max(top, level);
    }
  }
  for (let level = 1; level <= LEVELS; level++) {
    add(daysAbove, level, daysAbove[level - 1] ?? 0);
    add(reached, level, reached[level - 1] ?? 0);
  }
  return (level) => ({ days: daysAbove[level] ?? 0, reached: reached[level] ?? 0 });
};

/** What was made for a key is given again: `make` is called once for each. */
export const memo = <T>(): ((key: string, make: () => T) => T) => {
  const made = new Map<string, T>();
  return (key, make) => {
    const known = made.get(key);
    if (known !== undefined) return known;
    const value = make();
    made.set(key, value);
    return value;
  };
};

/** `ownDays`: of each principal the days within the horizon, sorted; `kinds` says what each is now. */
export const firstTimesIn = (
  ownDays: ReadonlyMap<Principal, readonly DayRecord[]>,
  kinds: ReadonlyMap<Principal, Kind>,
  today: number,
): FirstTimes => {
  const firsts = memo<(level: number) => Count>();
  const speaking = memo<ReadonlySet<Principal>>();
  return {
    firstTimes: (rule, kind, level, knownFor) =>
      firsts(`${rule.id} ${kind} ${tenureOf(knownFor)}`, () =>
        firstTimesOf(
          [...ownDays].filter(([principal]) => kinds.get(principal) === kind).map(([, days]) => days),
          (record) => pooledLevel(record, rule, today),
          LEAST_KNOWN[tenureOf(knownFor)],
        ),
      )(level),
    shareOfFirstTimes: (rule, principal, level, knownFor) =>
      firstTimesOf(
        [ownDays.get(principal) ?? []],
        (record) => pooledLevel(record, rule, today),
        LEAST_KNOWN[tenureOf(knownFor)],
      )(level),
    hasPeers: (principal, kind, knownFor) => {
      const tenure = tenureOf(knownFor);
      const known = speaking(`${kind} ${tenure}`, () => {
        const speaks = ([one, days]: readonly [Principal, readonly DayRecord[]]): boolean =>
          kinds.get(one) === kind && days.filter(isJudged).length > LEAST_KNOWN[tenure];
        return new Set([...ownDays].filter(speaks).map(([one]) => one));
      });
      return known.size > (known.has(principal) ? 1 : 0);
    },
  };
};
