// The embedded store as a file: what is refused, what is never written to, and what survives.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openSqliteTable, type SqliteTable } from "../../../lib/store/table/sqlite/sqlite-table.ts";
import { fillStore } from "../../support/table.ts";

let folder = "";
let file = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "store-file-"));
  chmodSync(folder, 0o755);
  file = join(folder, "a store.db");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (mayCreate = false, path = file, random = (): number => 0): Promise<SqliteTable> =>
  openSqliteTable({ file: path, mayCreate, sleep: async () => {}, random });
const items = async ({ table }: SqliteTable): Promise<number> =>
  (await Array.fromAsync(table.query({ pk: "p" }))).length;
const fill = (count: number): Promise<void> =>
  fillStore(file, (table) =>
    table.putMany(
      Array.from({ length: count }, (_, n) => ({ pk: "p", sk: `${n}`, bytes: new Uint8Array(2_000) })),
    ),
  );
/** Everything that is in the folder, byte for byte. */
const contents = (): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path, `${statSync(path).mtimeMs} ${readFileSync(path).toString("base64")}`]),
  );
const script = fileURLToPath(new URL("../../support/store-process.ts", import.meta.url));

describe("a store file", () => {
  it("keeps what was written when it is opened again, and is one file at rest, for its owner alone", async () => {
    await fill(500);
    expect(readdirSync(folder)).toEqual(["a store.db"]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const store = await open();
    expect(await items(store)).toBe(500);
    await store.close();
  });

  it("is neither made nor changed by reading", async () => {
    await expect(open()).rejects.toMatchObject({ code: "not-found", message: /there is no store in/ });
    expect(readdirSync(folder)).toEqual([]);
    await fill(50);
    const before = contents();
    const store = await open();
    expect(await items(store)).toBe(50);
    expect(await store.table.get({ pk: "p", sk: "none" })).toBeUndefined();
    expect(contents()).toEqual(before);
    await store.close();
    expect(contents()).toEqual(before);
  });

  it("is made in folders that are not there yet, and in a file without a byte in it", async () => {
    for (const path of [join(folder, "not/there/yet.db"), join(folder, "empty.db")]) {
      if (path.endsWith("empty.db")) writeFileSync(path, "");
      await expect(open(false, path)).rejects.toMatchObject({ code: "not-found" });
      const store = await open(true, path);
      await store.table.put({ pk: "p", sk: "1" });
      await store.close();
      const again = await open(false, path);
      expect(await items(again)).toBe(1);
      await again.close();
    }
  });

  it("is found through a link", async () => {
    await fill(1);
    symlinkSync(file, join(folder, "link.db"));
    const store = await open(false, join(folder, "link.db"));
    expect(await items(store)).toBe(1);
    await store.table.put({ pk: "p", sk: "more" });
    await store.close();
    expect(readdirSync(folder).sort()).toEqual(["a store.db", "link.db"]);
  });
});

describe("what is no store", () => {
  const withPragma = (sql: string) => (): void => {
    const database = new DatabaseSync(file);
    database.exec(sql);
    database.close();
  };
  const cases: readonly (readonly [string, () => void, RegExp])[] = [
    ["a folder", () => mkdirSync(file), /is a folder, and a store is one file/],
    [
      "a store of release 0.1.0",
      () => {
        mkdirSync(file);
        writeFileSync(join(file, "CURRENT"), "MANIFEST-000001\n");
      },
      /is a store of release 0\.1\.0/,
    ],
    ["a text", () => writeFileSync(file, "Dear diary\n"), /some other kind of file/],
    ["a long text", () => writeFileSync(file, "x".repeat(5_000)), /some other kind of file/],
    [
      "the head of a database and no more",
      () => writeFileSync(file, "SQLite format 3\0"),
      /some other kind of file/,
    ],
    [
      "another program's database",
      withPragma("create table diary (entry)"),
      /SQLite database of another program/,
    ],
    [
      "another program's database with an id",
      withPragma("pragma application_id = 252006674; create table item (x); pragma user_version = 1"),
      /SQLite database of another program/,
    ],
    [
      "a store of a newer release",
      withPragma("pragma application_id = 0x44535141; pragma user_version = 2; create table item (x)"),
      /written by a newer release \(format 2, this release reads up to 1\)/,
    ],
    [
      "a store without its table",
      withPragma("pragma application_id = 0x44535141; pragma user_version = 1; create table other (x)"),
      /its table is missing/,
    ],
  ];
  it.each(cases)(
    "refuses %s by name, for reading and for writing, and leaves it as it is",
    async (_, make, message) => {
      make();
      const before = contents();
      for (const mayCreate of [false, true]) {
        const error = await open(mayCreate).then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        expect(error).toMatchObject({ code: "bad-file", hint: expect.stringMatching(/\w/) });
        expect((error as Error).message).toMatch(message);
        expect((error as Error).message).toContain(file);
      }
      expect(contents()).toEqual(before);
    },
  );

  it("refuses a pipe without waiting for it", async () => {
    execFileSync("sh", ["-c", 'mkfifo "$0"', file]);
    await expect(open()).rejects.toMatchObject({ code: "bad-file", message: /is not a file/ });
  });

  it("says that a damaged store is damaged", async () => {
    await fill(500);
    const bytes = readFileSync(file);
    bytes.fill(0xaa, 4_096, 200_000);
    writeFileSync(file, bytes);
    await expect(open().then(items)).rejects.toMatchObject({ code: "bad-file", message: /is damaged/ });
  });
});

describe("a store and other processes", () => {
  it("lets others read while one writes, and writers take turns", async () => {
    const first = await open(true);
    await first.table.put({ pk: "p", sk: "1" });
    const second = await open();
    expect(await items(second)).toBe(1);
    for (let n = 2; n < 50; n++) {
      expect(await [first, second][n % 2]?.table.putIfAbsent({ pk: "p", sk: `${n}` })).toBe(true);
      expect(await [second, first][n % 2]?.table.putIfAbsent({ pk: "p", sk: `${n}` })).toBe(false);
    }
    expect(await items(first)).toBe(49);
    await first.close();
    expect(await items(second)).toBe(49);
    await second.close();
    expect(readdirSync(folder)).toEqual(["a store.db"]);
  });

  it("is made once by many that begin at the same moment", async () => {
    const stores = await Promise.all(Array.from({ length: 5 }, () => open(true)));
    const won = await Promise.all(stores.map(({ table }) => table.putIfAbsent({ pk: "p", sk: "1" })));
    expect(won.filter(Boolean)).toHaveLength(1);
    for (const store of stores) await store.close();
    expect(readdirSync(folder)).toEqual(["a store.db"]);
  });

  it("says who is in the way when another process does not let go, and goes on when it does", async () => {
    const store = await open(true);
    await store.table.put({ pk: "p", sk: "1" });
    const other = new DatabaseSync(file);
    other.exec("begin immediate");
    const writes = [2, 3].map((n) => store.table.put({ pk: "p", sk: `${n}` }));
    for (const result of await Promise.allSettled(writes)) {
      expect(result).toMatchObject({
        status: "rejected",
        reason: { code: "conflict", message: `another process is writing to the store ${file}` },
      });
    }
    expect(await items(store)).toBe(1);
    other.exec("rollback");
    other.close();
    await store.table.put({ pk: "p", sk: "4" });
    expect(await items(store)).toBe(2);
    await store.close();
  });

  it("opens whole after its writer was killed, with everything that the writer was told is stored", async () => {
    for (const after of [1, 40, 400]) {
      const writer = spawn(process.execPath, [script, "write", file], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const ended = once(writer, "exit");
      let told = 0;
      writer.stdout.on("data", (chunk) => {
        told = Math.max(told, ...String(chunk).trimEnd().split("\n").map(Number));
        if (told >= 20 * after) writer.kill("SIGKILL");
      });
      await ended;
      const reader = await open();
      const found = await items(reader);
      await reader.close();
      expect(found).toBeGreaterThanOrEqual(told);
      const database = new DatabaseSync(file, { readOnly: true });
      expect(database.prepare("pragma integrity_check").all()).toEqual([{ integrity_check: "ok" }]);
      database.close();
      const next = await open();
      expect(await next.table.putIfAbsent({ pk: "p", sk: "next" })).toBe(true);
      await next.close();
      expect(readdirSync(folder)).toEqual(["a store.db"]);
      rmSync(file);
    }
  }, 60_000);
});

describe("a store that may only be read", () => {
  const asNobody = (): string =>
    execFileSync(process.execPath, [script, "read", file], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    });
  const lock = (): void => {
    for (const name of readdirSync(folder)) chmodSync(join(folder, name), 0o444);
    chmodSync(folder, 0o555);
  };
  afterEach(() => chmodSync(folder, 0o755));
  const denied = /^denied: the store .* may only be read, and this command has to write to it$/m;

  it("is read, and says that it cannot be written", async () => {
    await fill(200);
    lock();
    const said = asNobody();
    expect(said).toMatch(/^200 read$/m);
    expect(said).toMatch(denied);
    expect(readdirSync(folder)).toEqual(["a store.db"]);
  });

  it("is read where a copy was made while others had it open", async () => {
    const store = await open(true);
    await store.table.putMany(Array.from({ length: 9 }, (_, n) => ({ pk: "p", sk: `${n}` })));
    const copies = join(folder, "copies");
    mkdirSync(copies);
    for (const name of readdirSync(folder).filter((one) => one.startsWith("a store.db")))
      copyFileSync(join(folder, name), join(copies, name));
    await store.close();
    [folder, file] = [copies, join(copies, "a store.db")];
    lock();
    expect(asNobody()).toMatch(/^9 read$/m);
  });

  it("says so when it was left in the middle of a write and cannot be mended there", async () => {
    const store = await open(true);
    await store.table.put({ pk: "p", sk: "1" });
    const copies = join(folder, "copies");
    mkdirSync(copies);
    for (const name of ["a store.db", "a store.db-wal"]) copyFileSync(join(folder, name), join(copies, name));
    await store.close();
    [folder, file] = [copies, join(copies, "a store.db")];
    lock();
    expect(asNobody()).toMatch(
      /^bad-file: .* was left in the middle of a write, and cannot be mended here$/m,
    );
    chmodSync(folder, 0o755);
    expect(existsSync(`${file}-shm`)).toBe(false);
  });

  it("cannot be made below what is no folder", async () => {
    writeFileSync(file, "a file");
    await expect(open(true, join(file, "store.db"))).rejects.toMatchObject({
      code: "denied",
      message: /cannot be (?:made|reached)/,
    });
  });
});
