// The embedded store as a file that others use too: processes that write at once or are killed, and whoever may only read.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { items, storeFolder } from "../../support/store-folder.ts";

const { at, open, fill } = storeFolder();
const script = fileURLToPath(new URL("../../support/store-process.ts", import.meta.url));

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
    expect(readdirSync(at.folder)).toEqual(["a store.db"]);
  });

  it("is made once by many that begin at the same moment", async () => {
    const stores = await Promise.all(Array.from({ length: 5 }, () => open(true)));
    const won = await Promise.all(stores.map(({ table }) => table.putIfAbsent({ pk: "p", sk: "1" })));
    expect(won.filter(Boolean)).toHaveLength(1);
    for (const store of stores) await store.close();
    expect(readdirSync(at.folder)).toEqual(["a store.db"]);
  });

  it("says who is in the way when another process does not let go, and goes on when it does", async () => {
    const store = await open(true);
    await store.table.put({ pk: "p", sk: "1" });
    const other = new DatabaseSync(at.file);
    other.exec("begin immediate");
    const writes = [2, 3].map((n) => store.table.put({ pk: "p", sk: `${n}` }));
    for (const result of await Promise.allSettled(writes)) {
      expect(result).toMatchObject({
        status: "rejected",
        reason: { code: "conflict", message: `another process is writing to the store ${at.file}` },
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
      const writer = spawn(process.execPath, [script, "write", at.file], {
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
      const database = new DatabaseSync(at.file, { readOnly: true });
      expect(database.prepare("pragma integrity_check").all()).toEqual([{ integrity_check: "ok" }]);
      database.close();
      const next = await open();
      expect(await next.table.putIfAbsent({ pk: "p", sk: "next" })).toBe(true);
      await next.close();
      expect(readdirSync(at.folder)).toEqual(["a store.db"]);
      rmSync(at.file);
    }
  }, 60_000);
});

describe("a store that may only be read", () => {
  const asNobody = (): string =>
    execFileSync(process.execPath, [script, "read", at.file], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    });
  const lock = (): void => {
    for (const name of readdirSync(at.folder)) chmodSync(join(at.folder, name), 0o444);
    chmodSync(at.folder, 0o555);
  };
  const denied = /^denied: the store .* may only be read, and this command has to write to it$/m;

  it("is read, and says that it cannot be written", async () => {
    await fill(200);
    lock();
    const said = asNobody();
    expect(said).toMatch(/^200 read$/m);
    expect(said).toMatch(denied);
    expect(readdirSync(at.folder)).toEqual(["a store.db"]);
  });

  it("is read where a copy was made while others had it open", async () => {
    const store = await open(true);
    await store.table.putMany(Array.from({ length: 9 }, (_, n) => ({ pk: "p", sk: `${n}` })));
    const copies = join(at.folder, "copies");
    mkdirSync(copies);
    for (const name of readdirSync(at.folder).filter((one) => one.startsWith("a store.db")))
      copyFileSync(join(at.folder, name), join(copies, name));
    await store.close();
    Object.assign(at, { folder: copies, file: join(copies, "a store.db") });
    lock();
    expect(asNobody()).toMatch(/^9 read$/m);
  });

  it("says so when it was left in the middle of a write and cannot be mended there", async () => {
    const store = await open(true);
    await store.table.put({ pk: "p", sk: "1" });
    const copies = join(at.folder, "copies");
    mkdirSync(copies);
    for (const name of ["a store.db", "a store.db-wal"])
      copyFileSync(join(at.folder, name), join(copies, name));
    await store.close();
    Object.assign(at, { folder: copies, file: join(copies, "a store.db") });
    lock();
    expect(asNobody()).toMatch(
      /^bad-file: .* was left in the middle of a write, and cannot be mended here$/m,
    );
    chmodSync(at.folder, 0o755);
    expect(existsSync(`${at.file}-shm`)).toBe(false);
  });

  it("cannot be made below what is no folder", async () => {
    writeFileSync(at.file, "a file");
    await expect(open(true, join(at.file, "store.db"))).rejects.toMatchObject({
      code: "denied",
      message: /cannot be (?:made|reached)/,
    });
  });
});
