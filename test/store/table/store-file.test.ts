// The embedded store as a file: how it is made and found, what is refused, and what is never written to.
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { items, storeFolder } from "../../support/store-folder.ts";

const { at, open, fill, contents } = storeFolder();

describe("a store file", () => {
  it("keeps what was written when it is opened again, and is one file at rest, for its owner alone", async () => {
    await fill(500);
    expect(readdirSync(at.folder)).toEqual(["a store.db"]);
    expect(statSync(at.file).mode & 0o777).toBe(0o600);
    const store = await open();
    expect(await items(store)).toBe(500);
    await store.close();
  });

  it("is neither made nor changed by reading", async () => {
    await expect(open()).rejects.toMatchObject({ code: "not-found", message: /there is no store in/ });
    expect(readdirSync(at.folder)).toEqual([]);
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
    for (const path of [join(at.folder, "not/there/yet.db"), join(at.folder, "empty.db")]) {
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
    symlinkSync(at.file, join(at.folder, "link.db"));
    const store = await open(false, join(at.folder, "link.db"));
    expect(await items(store)).toBe(1);
    await store.table.put({ pk: "p", sk: "more" });
    await store.close();
    expect(readdirSync(at.folder).sort()).toEqual(["a store.db", "link.db"]);
  });
});

describe("what is no store", () => {
  const withPragma = (sql: string) => (): void => {
    const database = new DatabaseSync(at.file);
    database.exec(sql);
    database.close();
  };
  const cases: readonly (readonly [string, () => void, RegExp])[] = [
    ["a folder", () => mkdirSync(at.file), /is a folder, and a store is one file/],
    [
      "a store of release 0.1.0",
      () => {
        mkdirSync(at.file);
        writeFileSync(join(at.file, "CURRENT"), "MANIFEST-000001\n");
      },
      /is a store of release 0\.1\.0/,
    ],
    ["a text", () => writeFileSync(at.file, "Dear diary\n"), /some other kind of file/],
    ["a long text", () => writeFileSync(at.file, "x".repeat(5_000)), /some other kind of file/],
    [
      "the head of a database and no more",
      () => writeFileSync(at.file, "SQLite format 3\0"),
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
        expect((error as Error).message).toContain(at.file);
      }
      expect(contents()).toEqual(before);
    },
  );

  it("refuses a pipe without waiting for it", async () => {
    execFileSync("sh", ["-c", 'mkfifo "$0"', at.file]);
    await expect(open()).rejects.toMatchObject({ code: "bad-file", message: /is not a file/ });
  });

  it("says that a damaged store is damaged", async () => {
    await fill(500);
    const bytes = readFileSync(at.file);
    bytes.fill(0xaa, 4_096, 200_000);
    writeFileSync(at.file, bytes);
    await expect(open().then(items)).rejects.toMatchObject({ code: "bad-file", message: /is damaged/ });
  });
});
