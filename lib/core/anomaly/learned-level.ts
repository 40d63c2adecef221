// What a day counts as in later days: the level that it reached, or what was learned from it where it was found strange.
import { HOLD_DAYS, LEAST_CROWD } from "./constants.ts";
import type { DayRecord } from "./habits.ts";
import type { SignRule } from "./sign-rule.ts";

/** What of a sign says how its days are counted. */
export type CountedRule = Pick<SignRule, "id" | "measure" | "habitFree" | "leastTop">;

const isHeld = (record: DayRecord, today: number): boolean =>
  record.flagged === true && !record.acknowledged && today - record.day < HOLD_DAYS;

/** The level that peers count for a day. A machine's flagged novelty is learned by acknowledgement only. */
export const pooledLevel = (record: DayRecord, { id, measure }: CountedRule, today: number): number => {
  const raw = record.levels[id] ?? 0;
  if (record.acknowledged) return raw;
  const level = record.learned?.[id] ?? raw;
  if (measure === "graded" || !record.flagged) return level;
  return record.kind === "person" && !isHeld(record, today) ? level : 0;
};

/**
 * The levels that the principal itself counts, of its days; not of those on hold. What was found of it on three days or more
 * is its habit, whatever it is, and speaks of no other.
 */
export const ownLevels = (days: readonly DayRecord[], rule: CountedRule, today: number): number[] => {
  const found = days.filter(
    (record) => record.flagged && !record.acknowledged && (record.levels[rule.id] ?? 0) > 0,
  );
  const isHabit = rule.measure !== "graded" && found.length >= LEAST_CROWD;
  return days.flatMap((record) => {
    if (isHabit) return record.levels[rule.id] ?? 0;
    if (isHeld(record, today)) return [];
    if (record.flagged && !record.acknowledged) return pooledLevel(record, rule, today);
    return record.learned?.[rule.id] ?? record.levels[rule.id] ?? 0;
  });
};
