// What readings of trail files counted, added up.
import type { IngestCounts } from "./activity.ts";

export type CountSums = Omit<IngestCounts, "rejected">;

/** Before anything was read. */
export const noCounts: IngestCounts = {
  ...{ records: 0, connections: 0, counted: 0, duplicates: 0, ignored: 0, tooOld: 0 },
  rejected: [],
};

/** What several readings come to. */
export const addCounts = (parts: readonly CountSums[]): CountSums => {
  const { rejected: _, ...none } = noCounts;
  const total: { -readonly [key in keyof CountSums]: number } = { ...none };
  for (const part of parts)
    for (const key of Object.keys(total) as (keyof CountSums)[]) total[key] += part[key];
  return total;
};

/** The same with what could not be read. */
export const addIngests = (...parts: readonly IngestCounts[]): IngestCounts => ({
  ...addCounts(parts),
  rejected: parts.flatMap(({ rejected }) => rejected),
});
