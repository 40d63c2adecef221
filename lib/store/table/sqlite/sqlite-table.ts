// The table in one SQLite file: the embedded store.
import { type Attributes, fromAttributes, toAttribute, toAttributes, toKey } from "../attribute-values.ts";
import { DamagedItem } from "../damaged-item.ts";
import { lastOfEachKey } from "../distinct-keys.ts";
import { assertItem, assertKey, readUnits, writeUnits } from "../item-rules.ts";
import { sameNumber } from "../numbers.ts";
import { createSpent, type Spent } from "../spent.ts";
import type { Item, Key, Table } from "../table.ts";
import { TIME_ATTRIBUTE } from "../table-definition.ts";
import type { Patience } from "./connection.ts";
import { type Database, openDatabase } from "./database.ts";
import { fromColumns, toColumns } from "./item-columns.ts";
import { queryPages } from "./query-pages.ts";
import type { Row, Statements } from "./statements.ts";

export type SqliteTableOptions = Patience & {
  readonly file: string;
  /** Makes the file where there is none. */
  readonly mayCreate: boolean;
};
export type SqliteTable = { readonly table: Table; readonly close: () => Promise<void> };

/** DynamoDB's calls in batches, so that `consumed` means the same. */
const BATCH_GET = 100;
const BATCH_WRITE = 25;

const bytesOf = (text: string): Uint8Array => Buffer.from(text);
const textOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString();

const rowOf = (attributes: Attributes): Row => ({
  pk: bytesOf(attributes.pk?.S ?? ""),
  sk: bytesOf(attributes.sk?.S ?? ""),
  taken_at: attributes[TIME_ATTRIBUTE]?.S === undefined ? null : bytesOf(attributes[TIME_ATTRIBUTE].S),
  size: assertItem(attributes, TIME_ATTRIBUTE),
  ...toColumns(attributes),
});

/** The index of times is a column beside the attributes: what it passes over or puts elsewhere would be hidden. */
const isInItsPlace = ({ taken_at }: Row, attributes: Attributes): boolean =>
  (taken_at === null ? undefined : textOf(taken_at)) === attributes[TIME_ATTRIBUTE]?.S;

const attributesOf = (row: Row): Attributes => {
  const key = { pk: textOf(row.pk), sk: textOf(row.sk) };
  let attributes: Attributes;
  try {
    attributes = fromColumns(row);
  } catch (cause) {
    throw new DamagedItem(key.pk, key.sk, "its row is damaged", cause);
  }
  if (!isInItsPlace(row, attributes))
    throw new DamagedItem(key.pk, key.sk, "its time in the index is not its own");
  return { ...attributes, ...toKey(key) };
};
const itemOf = (row: Row): Item => fromAttributes(attributesOf(row));

const isStill = (row: Row | undefined, attribute: string, expected: string | number | undefined): boolean => {
  const stored = row && attributesOf(row)[attribute];
  if (expected === undefined) return stored === undefined;
  const { S, N } = toAttribute(expected);
  return N === undefined
    ? stored?.S !== undefined && stored.S === S
    : stored?.N !== undefined && sameNumber(stored.N, N);
};

/** A key whose bytes SQLite compares. */
const keyOf = (key: Key): readonly [Uint8Array, Uint8Array] => {
  assertKey(toKey(key), "a key");
  return [bytesOf(key.pk), bytesOf(key.sk)];
};

/** The parts of the port that write, each within a transaction of the queue. */
const writes = (database: Database, spent: Spent) => {
  /** Billed by what is written or by what it replaces, whichever is larger. */
  const put = (statements: Statements, row: Row): number => {
    const before = statements.sizeOf(row.pk, row.sk) ?? 0;
    statements.put(row);
    return writeUnits(Math.max(row.size, before));
  };
  const remove = (statements: Statements, pk: Uint8Array, sk: Uint8Array): number => {
    const before = statements.sizeOf(pk, sk);
    statements.remove(pk, sk);
    return before === undefined ? 1 : writeUnits(before);
  };
  /** `work` returns the units, or undefined where its condition does not hold. */
  const write = async (work: (statements: Statements) => number | undefined): Promise<boolean> => {
    const units = await database.write(work);
    if (units === undefined) spent.refused();
    else spent.write(units);
    return units !== undefined;
  };
  return {
    put: async (item: Item): Promise<void> => {
      const row = rowOf(toAttributes(item));
      await write((statements) => put(statements, row));
    },
    putIfAbsent: async (item: Item): Promise<boolean> => {
      const row = rowOf(toAttributes(item));
      return write((statements) => (statements.insert(row) ? writeUnits(row.size) : undefined));
    },
    putIf: async (item: Item, attribute: string, expected: string | number | undefined): Promise<boolean> => {
      const row = rowOf(toAttributes(item));
      return write((statements) =>
        isStill(statements.get(row.pk, row.sk), attribute, expected) ? put(statements, row) : undefined,
      );
    },
    putMany: async (items: readonly Item[]): Promise<void> => {
      const rows = lastOfEachKey(items).map((item) => rowOf(toAttributes(item)));
      if (!rows.length) return;
      const units = await database.write((statements) => rows.map((row) => put(statements, row)));
      for (let at = 0; at < units.length; at += BATCH_WRITE) {
        spent.write(units.slice(at, at + BATCH_WRITE).reduce((sum, one) => sum + one, 0));
      }
    },
    remove: async (key: Key): Promise<void> => {
      const [pk, sk] = keyOf(key);
      await write((statements) => remove(statements, pk, sk));
    },
    removeIf: async (key: Key, attribute: string, expected: string | number): Promise<boolean> => {
      const [pk, sk] = keyOf(key);
      return write((statements) =>
        isStill(statements.get(pk, sk), attribute, expected) ? remove(statements, pk, sk) : undefined,
      );
    },
  };
};

/** What DynamoDB bills for a look that finds nothing: as much as for one small item. */
const unitsOf = (row: Row | undefined, consistent: boolean): number => readUnits(row?.size ?? 1, consistent);

/**
 * Opens the store. Nothing is written before the first write, so who only asks needs no right to write. AuditError:
 * "not-found", "bad-file" (no store of ours), "denied", "conflict" (another process stays in the way).
 */
export const openSqliteTable = async ({
  file,
  mayCreate,
  ...patience
}: SqliteTableOptions): Promise<SqliteTable> => {
  const database = await openDatabase(file, mayCreate, patience);
  const spent = createSpent();
  const table: Table = {
    ...writes(database, spent),
    get: async (key, { consistent = false } = {}) => {
      const [pk, sk] = keyOf(key);
      const row = await database.read((statements) => statements.get(pk, sk));
      spent.read(unitsOf(row, consistent));
      return row && itemOf(row);
    },
    getMany: async (wanted) => {
      const found: Item[] = [];
      const keys = lastOfEachKey(wanted).map(keyOf);
      for (let at = 0; at < keys.length; at += BATCH_GET) {
        const rows = await database.read((statements) =>
          keys.slice(at, at + BATCH_GET).map(([pk, sk]) => statements.get(pk, sk)),
        );
        spent.read(rows.reduce((sum, row) => sum + unitsOf(row, false), 0));
        for (const row of rows) if (row) found.push(itemOf(row));
      }
      return found;
    },
    query: async function* (range) {
      for await (const rows of queryPages(database, range, spent)) yield* rows.map(itemOf);
    },
    consumed: spent.total,
  };
  return { table, close: database.close };
};
