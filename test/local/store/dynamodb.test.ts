import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openDynamoDbTable } from "../../../lib/store/table/dynamodb/dynamodb-table.ts";
import { startDynamoDb } from "../../../local/store/dynamodb.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "store-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = async () => {
  const database = await startDynamoDb({ folder });
  await database.createTable("table");
  const table = openDynamoDbTable({
    client: database.client,
    name: "table",
    sleep: async () => {},
    random: () => 0,
  });
  return { database, table };
};

describe("the embedded database", () => {
  it("keeps what was written when it starts again", async () => {
    const first = await open();
    await first.table.put({ pk: "a", sk: "b", v: 1 });
    await first.database.stop();
    const second = await open();
    expect(await second.table.get({ pk: "a", sk: "b" })).toMatchObject({ v: 1 });
    await second.database.stop();
  });

  it("turns a second opener of the same folder away with a clear message", async () => {
    const { database } = await open();
    await expect(startDynamoDb({ folder })).rejects.toMatchObject({
      code: "conflict",
      message: /in use by process/,
    });
    await database.stop();
  });

  it("takes over from a process that died", async () => {
    writeFileSync(join(folder, "process-id"), "999999999");
    const { database } = await open();
    await database.stop();
  });
});
