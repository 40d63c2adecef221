// What the benchmarks measured, read out of README's table: the one place where these figures stand.

/** What a month's cost is worked out from. */
export type MeasuredFigures = {
  /** Connects for one write unit at 100 a second, where two pollers always collide, adding up included. */
  readonly busyEventsPerWriteUnit: number;
  /** The same at one connect a minute: each minute is written and added up by itself. */
  readonly quietEventsPerWriteUnit: number;
  /** CPU time of parsing and adding up 1,000 connects, in ms. */
  readonly parseMsPerThousand: number;
  readonly unchangedSnapshot: { readonly write: number; readonly read: number };
  /** Of a snapshot that differs by one grant, at most. */
  readonly changedSnapshotWrite: number;
  /** What hourly snapshots of a year with five changes a day take in the table, in MB. */
  readonly historyMegabytesPerYear: number;
  /** The time of one evaluation at 400 days, in s; the slowest of all runs where they differ. */
  readonly evaluationSeconds: number;
  /** Dollars of DynamoDB for a month of one evaluation a minute. */
  readonly evaluationsPerMonth: number;
};

/** The cell "measured" of the row of this figure. Throws where README has no such row, or a number is not where it was. */
const cellOf = (readme: string, figure: string): string => {
  const row = readme
    .split("\n")
    .map((line) => line.split(" | ").map((cell) => cell.replace(/^\| |\|$/g, "").trim()))
    .find(([name]) => name === figure);
  if (row?.[1] === undefined) throw new Error(`README has no figure "${figure}"`);
  return row[1];
};

/** The number of the first group; undefined groups throw, as `cellOf` does. */
const numberIn = (readme: string, figure: string, pattern: RegExp): number => {
  const found = pattern.exec(cellOf(readme, figure))?.[1];
  if (found === undefined) throw new Error(`README's figure "${figure}" does not read as ${pattern}`);
  return Number(found);
};

const UNCHANGED = "unchanged snapshot (20,000 grants)";
const EVALUATION = "time, memory with the heap of a function of 256 MB";

/** Throws where the table of README.md lacks one of the figures. */
export const measuredFigures = (readme: string): MeasuredFigures => ({
  busyEventsPerWriteUnit: numberIn(
    readme,
    "events per write unit at 100 a second, folding included",
    /\((\d+) where two pollers/,
  ),
  quietEventsPerWriteUnit: numberIn(readme, "the same at one a minute", /^([\d.]+)$/),
  parseMsPerThousand: numberIn(readme, "the same, 1,000 connects", /^(?:[\d.]+ to )?([\d.]+) ms of CPU$/),
  unchangedSnapshot: {
    write: numberIn(readme, UNCHANGED, /^(\d+) write units/),
    read: numberIn(readme, UNCHANGED, /(\d+) read units?$/),
  },
  changedSnapshotWrite: numberIn(readme, "one grant changed", /^at most (\d+) write units$/),
  historyMegabytesPerYear: numberIn(readme, "a year, hourly, 5 changes a day", /^([\d.]+) MB/),
  evaluationSeconds: numberIn(readme, EVALUATION, /([\d.]+) s;/),
  evaluationsPerMonth: numberIn(
    readme,
    "detection of one cluster, a month, an evaluation a minute",
    /^\$([\d.]+)$/,
  ),
});
