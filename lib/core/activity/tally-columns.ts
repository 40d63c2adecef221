// Gathers tallies into columns, one after the other, so that months of hours fit where days of objects did.
import type { Tally } from "./activity.ts";
import type { ActivityIndex } from "./activity-index.ts";
import { eventIds } from "./event-ids.ts";
import { kindNumbers } from "./kind-numbers.ts";
import { tableIndex } from "./tally-table.ts";

export type TallyColumns = {
  /** Takes over what the tallies say; they themselves are not held. */
  readonly add: (tallies: readonly Tally[]) => void;
  /** What `activityIndex` would make of all that was added, in that order. Nothing is added after it. */
  readonly index: () => ActivityIndex;
};

const FIRST_ROWS = 1_024;

export const tallyColumns = (): TallyColumns => {
  const numbers = kindNumbers();
  let rows = 0;
  let kind = new Uint32Array(FIRST_ROWS);
  let count = new Uint32Array(FIRST_ROWS);
  let firstAt = new Float64Array(FIRST_ROWS);
  let lastAt = new Float64Array(FIRST_ROWS);
  const firstEventIds = eventIds(FIRST_ROWS);
  const doubled = <T extends Uint32Array | Float64Array>(column: T, empty: T): T => {
    empty.set(column);
    return empty;
  };
  const addOne = (tally: Tally): void => {
    if (rows === kind.length) {
      kind = doubled(kind, new Uint32Array(2 * rows));
      count = doubled(count, new Uint32Array(2 * rows));
      firstAt = doubled(firstAt, new Float64Array(2 * rows));
      lastAt = doubled(lastAt, new Float64Array(2 * rows));
    }
    kind[rows] = numbers.kindOf(tally).number;
    count[rows] = tally.count;
    firstAt[rows] = tally.firstAt;
    lastAt[rows] = tally.lastAt;
    firstEventIds.set(rows, tally.firstEventId);
    rows += 1;
  };
  return {
    add: (tallies) => {
      for (const tally of tallies) addOne(tally);
    },
    index: () => {
      const kinds = numbers.all();
      return tableIndex({
        length: rows,
        kinds,
        // All alike: what begins and ends at one instant stays in the order in which it came.
        ranks: new Uint32Array(kinds.length),
        kind: kind.subarray(0, rows),
        count: count.subarray(0, rows),
        firstAt: firstAt.subarray(0, rows),
        lastAt: lastAt.subarray(0, rows),
        firstEventIds,
      });
    },
  };
};
