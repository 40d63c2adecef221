// The SQL of an embedded store, each statement prepared once per connection.
import type { DatabaseSync, SQLOutputValue, StatementSync } from "node:sqlite";
import type { ItemColumns } from "./item-columns.ts";

export type Row = ItemColumns & {
  readonly pk: Uint8Array;
  readonly sk: Uint8Array;
  readonly taken_at: Uint8Array | null;
  readonly size: number;
};

/** Half-open, on the sort key's bytes; `tie`: within one taken_at, the sort key from which on (or before which). */
export type Stretch = {
  readonly pk: Uint8Array;
  readonly from: Uint8Array;
  readonly until: Uint8Array;
  readonly tie: Uint8Array;
};

export type Statements = {
  readonly get: (pk: Uint8Array, sk: Uint8Array) => Row | undefined;
  readonly sizeOf: (pk: Uint8Array, sk: Uint8Array) => number | undefined;
  readonly insert: (row: Row) => boolean;
  readonly put: (row: Row) => void;
  readonly remove: (pk: Uint8Array, sk: Uint8Array) => void;
  /** Rows as they come; stop reading whenever enough have. */
  readonly scan: (order: ScanOrder, stretch: Stretch) => Iterable<Row>;
};

export type ScanOrder = "sk" | "sk backward" | "time" | "time backward";

const COLUMNS = "pk, sk, taken_at, attributes, bytes, size";
const insertSql = /* sql */ `
insert into item (${COLUMNS}) values ($pk, $sk, $taken_at, $attributes, $bytes, $size)
on conflict (pk, sk) do`;

const scanSql: Record<ScanOrder, string> = {
  sk: `select ${COLUMNS} from item where pk = $pk and sk >= $from and sk < $until order by sk`,
  "sk backward": `select ${COLUMNS} from item where pk = $pk and sk >= $from and sk < $until order by sk desc`,
  time: `select ${COLUMNS} from item
    where pk = $pk and (taken_at, sk) >= ($from, $tie) and taken_at < $until order by taken_at, sk`,
  "time backward": `select ${COLUMNS} from item
    where pk = $pk and taken_at >= $from and (taken_at, sk) < ($until, $tie) order by taken_at desc, sk desc`,
};

type Output = Record<string, SQLOutputValue>;

/** Bound by name; the columns are what `schema.ts` declares in a strict table. */
export const prepareStatements = (database: DatabaseSync): Statements => {
  const prepared = new Map<string, StatementSync>();
  const of = (sql: string): StatementSync => {
    const statement = prepared.get(sql) ?? database.prepare(sql);
    prepared.set(sql, statement);
    return statement;
  };
  const rowOf = (output: Output | undefined): Row | undefined => output as unknown as Row | undefined;
  return {
    get: (pk, sk) => rowOf(of(`select ${COLUMNS} from item where pk = $pk and sk = $sk`).get({ pk, sk })),
    sizeOf: (pk, sk) => rowOf(of("select size from item where pk = $pk and sk = $sk").get({ pk, sk }))?.size,
    insert: (row) => of(`${insertSql} nothing`).run(row).changes === 1,
    put: (row) => {
      of(`${insertSql} update set taken_at = excluded.taken_at, attributes = excluded.attributes,
        bytes = excluded.bytes, size = excluded.size`).run(row);
    },
    remove: (pk, sk) => {
      of("delete from item where pk = $pk and sk = $sk").run({ pk, sk });
    },
    // SQLite takes no value that its statement does not name, and only time has ties.
    scan: (order, { tie, ...stretch }) =>
      of(scanSql[order]).iterate(
        order.startsWith("time") ? { ...stretch, tie } : stretch,
      ) as unknown as Iterable<Row>,
  };
};
