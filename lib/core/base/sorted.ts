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

/** Is it in order already? Saves sorting what mostly is. */
export const isSortedBy = (numbers: Uint32Array, compare: (a: number, b: number) => number): boolean => {
  for (let n = 1; n < numbers.length; n++)
    if (compare(numbers[n - 1] ?? 0, numbers[n] ?? 0) > 0) return false;
  return true;
};

/** Compares by code units: the same order on every machine. */
export const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
