// The file of an earlier release: this release reads it as it is, and goes on writing to it.
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openSqliteTable } from "../../../lib/store/table/sqlite/sqlite-table.ts";
import { embeddedItems } from "./embedded-items.ts";

/** Never made anew: a later release has to read it as it is. */
const fixture = join(import.meta.dirname, "../../fixtures/store-file-1.db");
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "stored-file-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("reads every item of a file of format 1, in order, by both ways, and writes the next", async () => {
  const file = join(folder, "store.db");
  copyFileSync(fixture, file);
  const { table, close } = await openSqliteTable({
    file,
    mayCreate: false,
    sleep: async () => {},
    random: () => 0,
  });
  for (const item of embeddedItems) expect(await table.get(item)).toEqual(item);
  const ofA = embeddedItems.filter(({ pk }) => pk === "CLUSTER#a");
  expect(await Array.fromAsync(table.query({ pk: "CLUSTER#a" }))).toEqual(ofA);
  expect(await Array.fromAsync(table.query({ pk: "CLUSTER#a", byTime: true }))).toEqual([ofA[1], ofA[0]]);
  expect(readFileSync(file).equals(readFileSync(fixture))).toBe(true);
  expect(await table.putIfAbsent({ pk: "CLUSTER#a", sk: "SNAPSHOT#0000000001" })).toBe(false);
  expect(await table.putIfAbsent({ pk: "CLUSTER#a", sk: "SNAPSHOT#0000000003" })).toBe(true);
  await close();
});
