// Both tables against the one contract: DynamoDB by dynalite, and SQLite in a file.
import { afterAll, beforeAll } from "vitest";
import { sqliteTables, testTables } from "../../support/table.ts";
import { keepsTheContract } from "./contract.ts";

let dynamoDb: Awaited<ReturnType<typeof testTables>>;
const sqlite = sqliteTables();
beforeAll(async () => {
  dynamoDb = await testTables();
});
afterAll(async () => {
  await sqlite.stop();
  await dynamoDb.stop();
});

keepsTheContract("DynamoDB", () => dynamoDb.fresh());
keepsTheContract("SQLite", () => sqlite.fresh());
