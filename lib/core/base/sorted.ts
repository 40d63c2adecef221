// Questions to sorted lists.

import type { Instant } from "./time.ts";

/** How many of the sorted instants are before `at`. */
export const countBefore = (sorted: ArrayLike<Instant>, at: Instant): number => {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? Number.POSITIVE_INFINITY) < at) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** Compares by code units: the same order on every machine. */
export const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
