// How often days reached each level of a sign: of one principal, and of all of its kind. Everything here is counted.

import type { Principal } from "../base/ids.ts";
import { HORIZON_DAYS, LEAST_WEIGHT, MOST_WEIGHT } from "./constants.ts";
import { type FirstTimes, firstTimesIn, isJudged, memo } from "./first-times.ts";
import type { DayRecord, Habits, Kind, Tenure } from "./habits.ts";
import { type CountedRule, ownLevels, pooledLevel } from "./learned-level.ts";
import { LEVELS } from "./sign-rule.ts";

/** Days, and how many of them reached each level or more. */
export type Counts = {
  readonly days: number;
  readonly atLeast: (level: number) => number;
  readonly top: number;
};

/** No days. */
export const NONE: Counts = { days: 0, atLeast: () => 0, top: 0 };

const countsOf = (levels: Iterable<number>): Counts => {
  const reached = Array<number>(LEVELS + 1).fill(0);
  let days = 0;
  let top = 0;
  for (const level of levels) {
    days++;
    if (level > top) top = level;
    reached[level] = (reached[level] ?? 0) + 1;
  }
  for (let level = LEVELS - 1; level >= 0; level--)
    reached[level] = (reached[level] ?? 0) + (reached[level + 1] ?? 0);
  return { days, atLeast: (level) => reached[level] ?? 0, top };
};

export type Pool = FirstTimes & {
  /** Of all principals of the kind in one tenure class, or in all of them. */
  readonly peers: (rule: CountedRule, kind: Kind, tenure: Tenure | "all") => Counts;
  readonly own: (rule: CountedRule, principal: Principal) => Counts;
  /** How many own days the peers' rate is worth at this level: the more alike they are, the more. */
  readonly weight: (rule: CountedRule, kind: Kind, level: number) => number;
  /** What of `peers` are days of the principal itself. */
  readonly share: (rule: CountedRule, kind: Kind, tenure: Tenure | "all", principal: Principal) => Counts;
  /** Of the principal itself: its active days but the first, and the highest level that any of them reached. */
  readonly past: (rule: CountedRule, principal: Principal) => { readonly days: number; readonly top: number };
  /** All active days within the horizon but each principal's first. */
  readonly days: number;
};

/** Beta-binomial by the method of moments: how alike the principals are, from who reached the level how often. */
const weightOf = (all: readonly Counts[], level: number): number => {
  const told = all.filter(({ days }) => days >= 2);
  const n = told.reduce((sum, { days }) => sum + days, 0);
  const k = told.reduce((sum, counts) => sum + counts.atLeast(level), 0);
  if (k < 2 || k === n) return MOST_WEIGHT;
  const rate = k / n;
  const spread =
    told.reduce((sum, counts) => sum + (counts.atLeast(level) - counts.days * rate) ** 2, 0) /
    (rate * (1 - rate));
  const pairs = told.reduce((sum, { days }) => sum + days * (days - 1), 0);
  const alike = (spread - n) / pairs;
  return alike <= 0 ? MOST_WEIGHT : Math.min(MOST_WEIGHT, Math.max(LEAST_WEIGHT, 1 / alike - 1));
};

/** The pool as of the end of yesterday; `kinds` says what each principal is now. */
export const poolOf = (
  principals: ReadonlyMap<Principal, Habits>,
  kinds: ReadonlyMap<Principal, Kind>,
  today: number,
): Pool => {
  const within = ({ day }: DayRecord): boolean => day >= today - HORIZON_DAYS && day < today;
  const records = [...principals.values()].flatMap(({ days }) => days.filter(within));
  const byClass = Map.groupBy(records, ({ kind, tenure }) => `${kind} ${tenure}`);
  const ownDays = new Map([...principals].map(([principal, { days }]) => [principal, days.filter(within)]));
  const peersMade = memo<Counts>();
  const ownMade = memo<Counts>();
  const weights = memo<number>();
  const pasts = memo<ReturnType<Pool["past"]>>();
  const isOfClass = (record: DayRecord, kind: Kind, tenure: Tenure | "all"): boolean =>
    record.kind === kind && (tenure === "all" ? isJudged(record) : record.tenure === tenure);
  const classOf = (kind: Kind, tenure: Tenure | "all"): readonly DayRecord[] =>
    tenure === "all"
      ? ([1, 2, 3] as const).flatMap((one) => byClass.get(`${kind} ${one}`) ?? [])
      : (byClass.get(`${kind} ${tenure}`) ?? []);
  const own: Pool["own"] = (rule, principal) =>
    ownMade(`${rule.id} ${principal}`, () => {
      const days = (ownDays.get(principal) ?? []).filter(({ tenure }) =>
        rule.habitFree ? tenure > 0 : tenure === 3,
      );
      return days.length ? countsOf(ownLevels(days, rule, today)) : NONE;
    });
  return {
    ...firstTimesIn(ownDays, kinds, today),
    peers: (rule, kind, tenure) =>
      peersMade(`${rule.id} ${kind} ${tenure}`, () =>
        countsOf(classOf(kind, tenure).map((record) => pooledLevel(record, rule, today))),
      ),
    own,
    share: (rule, kind, tenure, principal) =>
      countsOf(
        (ownDays.get(principal) ?? [])
          .filter((record) => isOfClass(record, kind, tenure))
          .map((record) => pooledLevel(record, rule, today)),
      ),
    weight: (rule, kind, level) =>
      weights(`${rule.id} ${kind} ${level}`, () => {
        const ofKind = [...kinds]
          .filter(([, its]) => its === kind)
          .map(([principal]) => own(rule, principal));
        return weightOf(ofKind, level);
      }),
    past: (rule, principal) =>
      pasts(`${rule.id} ${principal}`, () => {
        const levels = ownLevels((ownDays.get(principal) ?? []).filter(isJudged), rule, today);
        return { days: levels.length, top: Math.max(0, ...levels) };
      }),
    days: records.filter(({ tenure }) => tenure > 0).length,
  };
};
