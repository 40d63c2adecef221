// For how many days each kind of what is kept of people stays, and why none may be kept for less.
import { HORIZON_DAYS } from "../anomaly/constants.ts";
import { DORMANT_DAYS } from "./dormant-window.ts";

type RetentionPlan = {
  readonly default: number;
  readonly min: number;
  readonly max: number;
  /** What it would take to keep it shorter, as the end of a sentence. */
  readonly because: string;
  /** 0 is taken as well: as long as the table. */
  readonly forever?: true;
};

/** Habits are worked out over their horizon and the month that it rests on. */
const HABIT_DAYS = HORIZON_DAYS + 30;
/** So long items live at most where they expire by themselves, and so far back uses are looked at. */
const LONGEST = 400;
/** What comes before the window of verdicts: proof comes late, and days are whole. */
const MARGIN_DAYS = 10;

export const retentionPlans = {
  activityDays: {
    default: LONGEST,
    min: HABIT_DAYS,
    max: 3650,
    because: `what is usual for a principal is worked out from ${HABIT_DAYS} days`,
  },
  findingDays: {
    default: LONGEST,
    min: HABIT_DAYS,
    max: LONGEST,
    because: `what somebody acknowledged counts as usual when ${HABIT_DAYS} days are worked out anew`,
  },
  noticeDays: {
    default: LONGEST,
    min: 30,
    max: LONGEST,
    because: "what went out while nobody listened is told again from them",
  },
  actDays: {
    default: 0,
    min: LONGEST,
    max: 3650,
    because: "who accepted a finding has to be known for as long as the finding is",
    forever: true,
  },
} as const satisfies Readonly<Record<string, RetentionPlan>>;

export type RetentionName = keyof typeof retentionPlans;
/** Days by name; `actDays` 0: as long as the table. */
export type RetentionDays = Readonly<Record<RetentionName, number>>;

export const retentionNames = Object.keys(retentionPlans) as readonly RetentionName[];

export const defaultRetention: RetentionDays = {
  activityDays: retentionPlans.activityDays.default,
  findingDays: retentionPlans.findingDays.default,
  noticeDays: retentionPlans.noticeDays.default,
  actDays: retentionPlans.actDays.default,
};

/** Why it cannot be kept so long, as a sentence without its end; undefined: it can. */
export const retentionProblem = (
  name: RetentionName,
  days: number,
  dormantDays = DORMANT_DAYS,
): string | undefined => {
  const { min, max, because, forever }: RetentionPlan = retentionPlans[name];
  if (forever && days === 0) return undefined;
  const least = name === "activityDays" ? Math.max(min, dormantDays + MARGIN_DAYS) : min;
  const never = forever ? "0 (as long as the table), or " : "";
  if (!Number.isInteger(days) || days > max)
    return `${name} is ${never}a whole number from ${least} to ${max}`;
  if (days >= least) return undefined;
  const why = least > min ? `dormantDays is ${dormantDays}, and takes ${MARGIN_DAYS} days more` : because;
  return `${name} is ${days}, and has to be ${never}${least} at least: ${why}`;
};
