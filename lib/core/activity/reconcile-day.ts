// Compares what was counted in a stretch with what the record holds: equal, or the minutes and events that differ.
import type { Instant } from "../base/time.ts";

/** Event ids, or what stands for them, by minute. */
export type EventsByMinute = ReadonlyMap<Instant, ReadonlySet<string>>;

type MinuteDifference = {
  readonly minute: Instant;
  /** In the record and not counted: to be ingested. */
  readonly missing: readonly string[];
  /** Counted and not in the record: EventBridge brought it, the trail did not, or the files are incomplete. */
  readonly surplus: readonly string[];
};

export type DayComparison = {
  readonly equal: boolean;
  readonly recorded: number;
  readonly counted: number;
  readonly differences: readonly MinuteDifference[];
};

const sizeOf = (events: EventsByMinute): number => {
  let size = 0;
  for (const ids of events.values()) size += ids.size;
  return size;
};

/** The minutes that differ, sorted. Keys of the two sides must be made the same way. */
export const compareMinutes = (record: EventsByMinute, store: EventsByMinute): DayComparison => {
  const none: ReadonlySet<string> = new Set();
  const differences: MinuteDifference[] = [];
  for (const minute of [...new Set([...record.keys(), ...store.keys()])].sort((a, b) => a - b)) {
    const recorded = record.get(minute) ?? none;
    const counted = store.get(minute) ?? none;
    const missing = [...recorded.difference(counted)].sort();
    const surplus = [...counted.difference(recorded)].sort();
    if (missing.length || surplus.length) differences.push({ minute, missing, surplus });
  }
  return {
    equal: differences.length === 0,
    recorded: sizeOf(record),
    counted: sizeOf(store),
    differences,
  };
};
