// Joins the signs of one principal into episodes: unusual connections until 24 hours of quiet.
import type { Principal } from "../base/ids.ts";
import { DAY, type Instant } from "../base/time.ts";
import type { NamedSign } from "./sign.ts";

export type Episode = {
  readonly principal: Principal;
  /** By weight, the strongest first. */
  readonly signs: readonly NamedSign[];
  readonly firstAt: Instant;
  readonly lastAt: Instant;
  readonly bits: number;
};

/** This long without an unusual connection ends an episode. */
export const QUIET_MS = DAY;

/** An ended episode is closed by itself after this long. */
export const CLOSE_AFTER_MS = 14 * DAY;

const strongestFirst = (a: NamedSign, b: NamedSign): number =>
  b.bits - a.bits ||
  a.firstAt - b.firstAt ||
  (a.detector < b.detector ? -1 : a.detector > b.detector ? 1 : 0);

/** Several signs of one detector add up only as far as its strongest: ten new networks are not ten proofs. */
const weightOf = (signs: readonly NamedSign[]): number => {
  const best = new Map<string, number>();
  for (const { detector, bits } of signs) best.set(detector, Math.max(bits, best.get(detector) ?? 0));
  return [...best.values()].reduce((sum, bits) => sum + bits, 0);
};

/** All episodes, by principal and time, whatever the order of the signs. */
export const episodesOf = (signs: readonly NamedSign[]): readonly Episode[] => {
  const episodes: Episode[] = [];
  for (const [principal, own] of Map.groupBy(signs, (sign) => sign.principal)) {
    const runs: { signs: NamedSign[]; firstAt: Instant; lastAt: Instant }[] = [];
    for (const sign of own.toSorted((a, b) => a.firstAt - b.firstAt || a.lastAt - b.lastAt)) {
      const run = runs.at(-1);
      if (run && sign.firstAt - run.lastAt < QUIET_MS) {
        run.signs.push(sign);
        run.lastAt = Math.max(run.lastAt, sign.lastAt);
      } else runs.push({ signs: [sign], firstAt: sign.firstAt, lastAt: sign.lastAt });
    }
    for (const run of runs) {
      episodes.push({
        principal,
        signs: run.signs.toSorted(strongestFirst),
        firstAt: run.firstAt,
        lastAt: run.lastAt,
        bits: weightOf(run.signs),
      });
    }
  }
  return episodes.toSorted(
    (a, b) => (a.principal < b.principal ? -1 : a.principal > b.principal ? 1 : 0) || a.firstAt - b.firstAt,
  );
};
