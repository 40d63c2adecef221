// Joins the signs of an episode into one weight, and says from which weight on it is worth a finding.
import { LEAST_THRESHOLD } from "./constants.ts";
import type { SignGroup } from "./sign-rule.ts";

const WEEKS = 4;

export type Weighed = { readonly detector: string; readonly group: SignGroup; readonly bits: number };

/**
 * Fisher's rule for independent p-values (R. A. Fisher, Statistical Methods for Research Workers, section 21.1): the
 * chance that `count` independent signs carry `bits` together, in bits again. Two signs of 6 bits make 8.8.
 */
export const joined = (bits: number, count: number): number => {
  let term = 1;
  let sum = 1;
  for (let i = 1; i < count; i++) {
    term *= (bits * Math.LN2) / i;
    sum += term;
  }
  return bits - Math.log2(sum);
};

/** The weight of signs: the strongest of each group, joined; the number of groups that weighs most counts. */
export const weightOf = (signs: readonly Weighed[]): number => {
  const strongest = new Map<SignGroup, number>();
  for (const { group, bits } of signs) strongest.set(group, Math.max(bits, strongest.get(group) ?? 0));
  let sum = 0;
  let weight = 0;
  for (const [i, bits] of [...strongest.values()].sort((a, b) => b - a).entries()) {
    sum += bits;
    weight = Math.max(weight, joined(sum, i + 1));
  }
  return weight;
};

/**
 * From which weight on an episode is a finding: so that an average week of the last four would show about `wanted` false
 * ones of each kind of principal and group of signs. `activeDays`: principal-days of those four weeks, over `days` days.
 */
export const thresholdOf = (activeDays: number, days: number, wanted: number): number => {
  const perWeek = (activeDays / Math.max(1, Math.min(days, WEEKS * 7))) * 7;
  return Math.max(LEAST_THRESHOLD, Math.log2(Math.max(1, perWeek) / wanted));
};

/** By how much the threshold is exceeded: each step of two bits is four times as rare. */
export const severityOf = (weight: number, threshold: number): "low" | "medium" | "high" =>
  weight >= threshold + 4 ? "high" : weight >= threshold + 2 ? "medium" : "low";
