// A fresh, empty table on the embedded DynamoDB for one test file.
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { openTable, type Table } from "../../lib/store/table/table.ts";
import { type LocalDynamoDb, startDynamoDb } from "../../local/store/dynamodb.ts";

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
      return openTable({ client: database.client, name, sleep: (ms) => sleep(ms), random: Math.random });
    },
    stop: database.stop,
  };
};
