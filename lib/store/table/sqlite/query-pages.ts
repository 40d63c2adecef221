// A range of the port read page by page, so that nobody is held up between two pages and memory stays bounded.
import { readUnits } from "../item-rules.ts";
import { type SortBounds, sortBounds } from "../sort-bounds.ts";
import type { Spent } from "../spent.ts";
import type { Range } from "../table.ts";
import type { Database } from "./database.ts";
import type { Row, ScanOrder, Statements, Stretch } from "./statements.ts";

/** As DynamoDB's pages. */
const PAGE_BYTES = 1024 * 1024;

/** No UTF-8 has this byte: it is after every key. */
const END = Uint8Array.of(0xff);
const START = new Uint8Array(0);

/** The least key after this one. */
const after = (bytes: Uint8Array): Uint8Array => Buffer.concat([bytes, Uint8Array.of(0)]);

/** The least bytes after everything that begins with these: UTF-8 never ends in 0xFF, so the last byte can be raised. */
const afterPrefix = (bytes: Uint8Array): Uint8Array => {
  const raised = Uint8Array.from(bytes);
  const last = raised.length - 1;
  raised[last] = (raised[last] ?? 0) + 1;
  return raised;
};

const bytesBetween = (bounds: SortBounds): { from: Uint8Array; until: Uint8Array } => {
  if (bounds.kind === "all") return { from: START, until: END };
  if (bounds.kind === "prefix") {
    const from = Buffer.from(bounds.prefix);
    return { from, until: afterPrefix(from) };
  }
  return {
    from: bounds.from === undefined ? START : Buffer.from(bounds.from),
    until: bounds.to === undefined ? END : after(Buffer.from(bounds.to)),
  };
};

const orderOf = ({ byTime = false, backward = false }: Range): ScanOrder =>
  byTime ? (backward ? "time backward" : "time") : backward ? "sk backward" : "sk";

/** What is left of a stretch behind its last row. */
const rest = (stretch: Stretch, { byTime, backward }: Range, last: Row): Stretch => {
  if (byTime && last.taken_at !== null) {
    return backward
      ? { ...stretch, until: last.taken_at, tie: last.sk }
      : { ...stretch, from: last.taken_at, tie: after(last.sk) };
  }
  return backward ? { ...stretch, until: last.sk } : { ...stretch, from: after(last.sk) };
};

const readPage = (
  statements: Statements,
  order: ScanOrder,
  stretch: Stretch,
  limit: number,
): { rows: Row[]; bytes: number; more: boolean } => {
  const rows: Row[] = [];
  let bytes = 0;
  for (const row of statements.scan(order, stretch)) {
    rows.push(row);
    bytes += row.size;
    if (rows.length >= limit || bytes >= PAGE_BYTES) return { rows, bytes, more: rows.length < limit };
  }
  return { rows, bytes, more: false };
};

/** An index entry holds the keys and their names. */
const indexBytes = ({ pk, sk, taken_at }: Row): number =>
  pk.length + sk.length + (taken_at?.length ?? 0) + "pksktakenAt".length;

export const queryPages = async function* (
  database: Database,
  range: Range,
  spent: Spent,
): AsyncGenerator<readonly Row[]> {
  const bounds = sortBounds(range);
  if (bounds === undefined) return;
  const order = orderOf(range);
  const consistent = range.consistent ?? false;
  let stretch: Stretch = { pk: Buffer.from(range.pk), ...bytesBetween(bounds), tie: START };
  let left = range.limit ?? Number.POSITIVE_INFINITY;
  for (let more = true; more && left > 0; ) {
    const page = await database.read((statements) => readPage(statements, order, stretch, left));
    const index = range.byTime ? page.rows.reduce((sum, row) => sum + indexBytes(row), 0) : 0;
    spent.read(readUnits(page.bytes, consistent) + readUnits(index, consistent));
    yield page.rows;
    const last = page.rows.at(-1);
    more = page.more && last !== undefined;
    left -= page.rows.length;
    if (last) stretch = rest(stretch, range, last);
  }
};
