// Fresh, empty tables for one test file: in DynamoDB, as in AWS, and in SQLite, as on one machine.
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openDynamoDbTable } from "../../lib/store/table/dynamodb/dynamodb-table.ts";
import { openSqliteTable } from "../../lib/store/table/sqlite/sqlite-table.ts";
import type { Table } from "../../lib/store/table/table.ts";
import { type LocalDynamoDb, startDynamoDb } from "../../local/store/dynamodb.ts";

const patience = { sleep: (ms: number) => sleep(ms), random: Math.random };

/** Starts one database; `fresh` makes a new table in it each time. */
export const testTables = async (): Promise<{
  database: LocalDynamoDb;
  fresh: () => Promise<Table>;
  stop: () => Promise<void>;
}> => {
  const database = await startDynamoDb();
  return {
    database,
    fresh: async () => {
      const name = `t-${randomUUID()}`;
      await database.createTable(name);
      return openDynamoDbTable({ client: database.client, name, ...patience });
    },
    stop: database.stop,
  };
};

/** A store file of its own each time, in a folder that `stop` removes. */
export const sqliteTables = (): { fresh: () => Promise<Table>; stop: () => Promise<void> } => {
  const folder = mkdtempSync(join(tmpdir(), "sqlite-"));
  const opened: (() => Promise<void>)[] = [];
  return {
    fresh: async () => {
      const file = join(folder, `${randomUUID()}.db`);
      const { table, close } = await openSqliteTable({ file, mayCreate: true, ...patience });
      opened.push(close);
      return table;
    },
    stop: async () => {
      for (const close of opened) await close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

/** Fills a store file and closes it again, for commands to open. */
export const fillStore = async <T>(file: string, fill: (table: Table) => Promise<T>): Promise<T> => {
  const { table, close } = await openSqliteTable({ file, mayCreate: true, ...patience });
  try {
    return await fill(table);
  } finally {
    await close();
  }
};
