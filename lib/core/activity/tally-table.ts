// Tallies as columns of numbers: some forty bytes each, where as objects they are three hundred. What many of them have in
// common, their texts, stands once for all.
import type { Principal } from "../base/ids.ts";
import { isSortedBy } from "../base/sorted.ts";
import { floorTo, type Instant } from "../base/time.ts";
import type { Tally } from "./activity.ts";
import { type ActivityIndex, indexOfTimelines, type Timeline } from "./activity-index.ts";
import { type EventIds, eventIds } from "./event-ids.ts";

/** Rows in any order; those that begin at one instant lie in one stretch. */
export type TallyTable = {
  readonly length: number;
  /** The texts of each kind; its numbers mean nothing. */
  readonly kinds: readonly Tally[];
  /** By kind: its place in the order of all kinds. */
  readonly ranks: Uint32Array;
  /** By row. */
  readonly kind: Uint32Array;
  readonly count: Uint32Array;
  readonly firstAt: Float64Array;
  readonly lastAt: Float64Array;
  readonly firstEventIds: EventIds;
};

const textsAt = ({ kinds, kind }: TallyTable, row: number): Tally => {
  const texts = kinds[kind[row] ?? -1];
  if (!texts) throw new RangeError(`no row ${row}`);
  return texts;
};

const tallyAt = (table: TallyTable, row: number): Tally => ({
  ...textsAt(table, row),
  count: table.count[row] ?? 0,
  firstAt: table.firstAt[row] ?? 0,
  lastAt: table.lastAt[row] ?? 0,
  firstEventId: table.firstEventIds.get(row),
});

/** How many connections the table counts. */
export const connectionsIn = ({ count }: TallyTable): number => count.reduce((sum, one) => sum + one, 0);

/** When the stretches of length `unit` begin that tallies lie in, sorted. */
export const stretchesOf = ({ firstAt }: TallyTable, unit: number): Float64Array =>
  Float64Array.from(new Set(firstAt.map((at) => floorTo(unit, at)))).sort();

/** The rows of all tables in one; of equal times those of the earlier table come first. */
export const joinedTables = (tables: readonly TallyTable[]): TallyTable => {
  const [only] = tables;
  if (only && tables.length === 1) return only;
  const length = tables.reduce((sum, table) => sum + table.length, 0);
  const joined = {
    length,
    kinds: tables.flatMap(({ kinds }) => kinds),
    ranks: new Uint32Array(tables.reduce((sum, { kinds }) => sum + kinds.length, 0)),
    kind: new Uint32Array(length),
    count: new Uint32Array(length),
    firstAt: new Float64Array(length),
    lastAt: new Float64Array(length),
    firstEventIds: eventIds(length),
  };
  let row = 0;
  let kinds = 0;
  for (const table of tables) {
    const before = kinds;
    joined.ranks.set(
      table.ranks.map((rank) => rank + before),
      before,
    );
    joined.kind.set(
      table.kind.map((kind) => kind + before),
      row,
    );
    joined.count.set(table.count, row);
    joined.firstAt.set(table.firstAt, row);
    joined.lastAt.set(table.lastAt, row);
    for (let n = 0; n < table.length; n++) joined.firstEventIds.set(row + n, table.firstEventIds.get(n));
    row += table.length;
    kinds += table.kinds.length;
  }
  return joined;
};

/** The rows of each principal, in no order. */
const rowsByPrincipal = (table: TallyTable): ReadonlyMap<Principal, Uint32Array> => {
  const { length } = table;
  const counts = new Map<Principal, number>();
  const principalOf = (row: number): Principal => textsAt(table, row).principal;
  for (let row = 0; row < length; row++)
    counts.set(principalOf(row), (counts.get(principalOf(row)) ?? 0) + 1);
  const rows = new Map([...counts].map(([principal, count]) => [principal, new Uint32Array(count)]));
  for (let row = length - 1; row >= 0; row--) {
    const principal = principalOf(row);
    const left = (counts.get(principal) ?? 0) - 1;
    counts.set(principal, left);
    (rows.get(principal) as Uint32Array)[left] = row;
  }
  return rows;
};

/** The same answers as `activityIndex` gives of the table's tallies; each is made anew when it is asked for. */
export const tableIndex = (table: TallyTable): ActivityIndex => {
  const { firstAt, lastAt, kind, ranks } = table;
  const at = (column: Float64Array, row: number): Instant => column[row] ?? 0;
  const rankOf = (row: number): number => ranks[kind[row] ?? 0] ?? 0;
  const compare = (a: number, b: number): number =>
    at(firstAt, a) - at(firstAt, b) || at(lastAt, a) - at(lastAt, b) || rankOf(a) - rankOf(b);
  const timeline = (own: Uint32Array): Timeline => {
    const rows = isSortedBy(own, compare) ? own : own.sort(compare);
    const tally = (n: number): Tally => tallyAt(table, rows[n] ?? -1);
    return {
      length: rows.length,
      firstAt: (n) => at(firstAt, rows[n] ?? -1),
      lastAt: (n) => at(lastAt, rows[n] ?? -1),
      texts: (n) => textsAt(table, rows[n] ?? -1),
      count: (n) => table.count[rows[n] ?? -1] ?? 0,
      tally,
      tallies: () => Array.from(rows, (_, n) => tally(n)),
    };
  };
  return indexOfTimelines(
    new Map([...rowsByPrincipal(table)].map(([principal, rows]) => [principal, timeline(rows)])),
  );
};
