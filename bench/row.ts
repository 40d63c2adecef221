// One measured figure, and what it is held against.

export type BenchRow = {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly target?: { readonly op: "<=" | ">="; readonly value: number };
  readonly note?: string;
};

/** A benchmark file exports this. */
export type Bench = { readonly name: string; readonly run: () => Promise<BenchRow[]> };

/** The middle of an odd or even number of values. */
export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
};
