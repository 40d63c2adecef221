// Adds up connections of many stretches at once, in columns: kinds that recur are told apart once, by a number.
import type { Instant } from "../base/time.ts";
import type { Tally } from "./activity.ts";
import { type EventIds, eventIds } from "./event-ids.ts";
import { type Kind, kindNumbers } from "./kind-numbers.ts";
import type { TallyTable } from "./tally-table.ts";

export type TallySums = {
  /** The kind that a tally counts: one object for all tallies of equal texts. */
  readonly kindOf: (tally: Tally) => Kind;
  /** Adds one connection of a kind to the sums of its stretch; its event is the one in a row of `ids`. */
  readonly add: (kind: Kind, at: Instant, ids: EventIds, row: number) => void;
  /** What was added up: the same as `mergeTallies` of each stretch. Nothing is added after it. */
  readonly table: () => TallyTable;
};

const FIRST_ROWS = 1_024;

/** Spreads stretches and kinds, which come one after the other, over the slots. */
const hashOf = (stretch: number, kind: number): number => {
  const mixed = Math.imul(stretch, 0x9e37_79b1) ^ Math.imul(kind, 0x85eb_ca6b);
  return (mixed ^ (mixed >>> 15)) >>> 0;
};

/** `unit`: the length of a stretch. */
export const tallySums = (unit: number): TallySums => {
  const numbers = kindNumbers();
  let rows = 0;
  let kinds = new Uint32Array(FIRST_ROWS);
  let count = new Uint32Array(FIRST_ROWS);
  let firstAt = new Float64Array(FIRST_ROWS);
  let lastAt = new Float64Array(FIRST_ROWS);
  const firstEventIds = eventIds(FIRST_ROWS);
  /** Rows, each plus one, by what they sum up: twice as many slots as there may be rows. 0 is an empty slot. */
  let slots = new Uint32Array(2 * FIRST_ROWS);

  const stretchOf = (at: Instant): number => Math.floor(at / unit);
  /** The slot of a row, or the empty one where it belongs. */
  const slotOf = (stretch: number, kind: number): number => {
    const mask = slots.length - 1;
    let slot = hashOf(stretch, kind) & mask;
    for (;;) {
      const row = (slots[slot] ?? 0) - 1;
      if (row < 0 || (kinds[row] === kind && stretchOf(firstAt[row] ?? 0) === stretch)) return slot;
      slot = (slot + 1) & mask;
    }
  };
  const grow = (): void => {
    const doubled = <T extends Uint32Array | Float64Array>(column: T, empty: T): T => {
      empty.set(column);
      return empty;
    };
    kinds = doubled(kinds, new Uint32Array(2 * rows));
    count = doubled(count, new Uint32Array(2 * rows));
    firstAt = doubled(firstAt, new Float64Array(2 * rows));
    lastAt = doubled(lastAt, new Float64Array(2 * rows));
    slots = new Uint32Array(2 * slots.length);
    for (let row = 0; row < rows; row++)
      slots[slotOf(stretchOf(firstAt[row] ?? 0), kinds[row] ?? 0)] = row + 1;
  };

  return {
    kindOf: numbers.kindOf,
    add: ({ number }, at, ids, from) => {
      if (rows === kinds.length) grow();
      const slot = slotOf(stretchOf(at), number);
      const row = (slots[slot] ?? 0) - 1;
      if (row < 0) {
        kinds[rows] = number;
        count[rows] = 1;
        firstAt[rows] = at;
        lastAt[rows] = at;
        firstEventIds.copy(rows, ids, from);
        slots[slot] = ++rows;
        return;
      }
      const first = firstAt[row] ?? 0;
      if (at < first || (at === first && ids.get(from) < firstEventIds.get(row))) {
        firstAt[row] = at;
        firstEventIds.copy(row, ids, from);
      }
      if (at > (lastAt[row] ?? 0)) lastAt[row] = at;
      count[row] = (count[row] ?? 0) + 1;
    },
    table: () => ({
      length: rows,
      kinds: numbers.all(),
      ranks: numbers.ranks(),
      kind: kinds.slice(0, rows),
      count: count.slice(0, rows),
      firstAt: firstAt.slice(0, rows),
      lastAt: lastAt.slice(0, rows),
      firstEventIds,
    }),
  };
};
