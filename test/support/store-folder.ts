// A folder of its own for each test, with a store's file in it.
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import { openSqliteTable, type SqliteTable } from "../../lib/store/table/sqlite/sqlite-table.ts";
import { fillStore } from "./table.ts";

/** Where the folder and the file of the current test are; a test may go on elsewhere. */
export const storeFolder = () => {
  const at = { folder: "", file: "" };
  let made = "";
  beforeEach(() => {
    made = mkdtempSync(join(tmpdir(), "store-file-"));
    chmodSync(made, 0o755);
    Object.assign(at, { folder: made, file: join(made, "a store.db") });
  });
  afterEach(() => {
    chmodSync(made, 0o755);
    chmodSync(at.folder, 0o755);
    rmSync(made, { recursive: true, force: true });
  });

  const open = (mayCreate = false, path = at.file): Promise<SqliteTable> =>
    openSqliteTable({ file: path, mayCreate, sleep: async () => {}, random: () => 0 });
  const fill = (count: number): Promise<void> =>
    fillStore(at.file, (table) =>
      table.putMany(
        Array.from({ length: count }, (_, n) => ({ pk: "p", sk: `${n}`, bytes: new Uint8Array(2_000) })),
      ),
    );
  /** Everything that is in the folder, byte for byte. */
  const contents = (): Record<string, string> =>
    Object.fromEntries(
      readdirSync(at.folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .map((path) => [path, `${statSync(path).mtimeMs} ${readFileSync(path).toString("base64")}`]),
    );
  return { at, open, fill, contents };
};

export const items = async ({ table }: SqliteTable): Promise<number> =>
  (await Array.fromAsync(table.query({ pk: "p" }))).length;
