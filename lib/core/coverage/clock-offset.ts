// By how much the auditor's clock and that of CloudTrail differ, told from its own logins: what it made and what came back.
import { type Instant, MINUTE } from "../base/time.ts";
import type { Canary } from "./coverage.ts";
import { MATCH_MS, type OwnLogin } from "./pair-logins.ts";

/** Further apart they are two logins and no wrong clock. */
const LARGEST_MS = 30 * MINUTE;
/** Offsets of one clock differ by what a login takes. */
const SAME_MS = MINUTE;

/** An attempt that nothing came back for, and the login that it was by all appearance. */
export type OffsetPair = { readonly attemptAt: Instant; readonly eventAt: Instant; readonly eventId: string };

/** Positive: the events are later than the attempts, so the auditor's clock is slow (or CloudTrail's fast). */
export type ClockOffset = { readonly offsetMs: number; readonly pairs: readonly OffsetPair[] };

const offsetOf = ({ attemptAt, eventAt }: OffsetPair): number => eventAt - attemptAt;

/** For each attempt the nearest login left over, each login once; both must be within half an hour. */
const nearest = (missed: readonly Canary[], surplus: readonly OwnLogin[]): OffsetPair[] => {
  const left = new Set(surplus.filter(({ admin }) => !admin));
  return missed
    .toSorted((a, b) => a.at - b.at)
    .flatMap(({ at }): OffsetPair[] => {
      const found = [...left]
        .filter((login) => Math.abs(login.at - at) <= LARGEST_MS && Math.abs(login.at - at) > MATCH_MS)
        .sort((a, b) => Math.abs(a.at - at) - Math.abs(b.at - at))[0];
      if (!found) return [];
      left.delete(found);
      return [{ attemptAt: at, eventAt: found.at, eventId: found.eventId }];
    });
};

/**
 * The largest group of pairs with one offset; undefined: there are fewer than two, and one alone may be anything, such as
 * a stranger's login beside one of the auditor's that never came back.
 */
export const clockOffset = (
  missed: readonly Canary[],
  surplus: readonly OwnLogin[],
): ClockOffset | undefined => {
  const pairs = nearest(missed, surplus);
  const groups = pairs.map((pair) =>
    pairs.filter((other) => Math.abs(offsetOf(other) - offsetOf(pair)) <= SAME_MS),
  );
  const best = groups.toSorted((a, b) => b.length - a.length)[0];
  if (!best || best.length < 2) return undefined;
  const offsets = best.map(offsetOf).sort((a, b) => a - b);
  return { offsetMs: offsets[Math.floor(offsets.length / 2)] ?? 0, pairs: best };
};
