// Carries a table of the embedded DynamoDB over into a store file: a store of release 0.1.0, or what the stack leaves.
import { existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { paginateScan } from "@aws-sdk/client-dynamodb";
import { AuditError } from "../../lib/errors.ts";
import { fromAttributes } from "../../lib/store/table/attribute-values.ts";
import type { Patience } from "../../lib/store/table/sqlite/connection.ts";
import { openSqliteTable } from "../../lib/store/table/sqlite/sqlite-table.ts";
import type { Table } from "../../lib/store/table/table.ts";
import { type LocalDynamoDb, startDynamoDb } from "./dynamodb.ts";

/** The table's name in every such folder. */
const TABLE = "dsql-audit";

const copyItems = async ({ client }: LocalDynamoDb, table: Table): Promise<number> => {
  let copied = 0;
  for await (const { Items = [] } of paginateScan({ client }, { TableName: TABLE })) {
    await table.putMany(Items.map(fromAttributes));
    copied += Items.length;
  }
  return copied;
};

/**
 * Copies every item of the store `folder` into the new store `file`, which is there whole or not at all. Returns how many
 * items that were. The folder is left as it is. AuditError: "not-found", "conflict" (the file is there already).
 */
export const convertStore = async (folder: string, file: string, patience: Patience): Promise<number> => {
  if (!existsSync(join(folder, "CURRENT"))) {
    throw new AuditError("not-found", `${folder} is not a store of release 0.1.0`, {
      hint: "Such a store is a folder, .dsql-audit by default, with a file CURRENT in it.",
    });
  }
  if (existsSync(file)) {
    throw new AuditError("conflict", `${file} is there already`, {
      hint: "Name a file that is not there yet: nothing is mixed into another store.",
    });
  }
  const draft = `${file}.converting`;
  for (const part of ["", "-wal", "-shm", "-journal"]) rmSync(`${draft}${part}`, { force: true });
  const database = await startDynamoDb({ folder });
  try {
    const { table, close } = await openSqliteTable({ file: draft, mayCreate: true, ...patience });
    const copied = await copyItems(database, table).finally(close);
    renameSync(draft, file);
    return copied;
  } finally {
    await database.stop();
  }
};
