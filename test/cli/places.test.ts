// Where commands write and read when the place does not let them: each says what and where, none says "unexpected error".
import { spawnSync } from "node:child_process";
import {
  chmodSync, closeSync, copyFileSync, existsSync, lstatSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync,
  rmSync, statSync, symlinkSync, writeFileSync,
} from "node:fs"; // biome-ignore format: one glance
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { APPLICATION_ID, FORMAT } from "../../lib/store/table/sqlite/store-file.ts";
import { cliIn } from "../support/cli.ts";
import { fillWorld, NOW } from "../support/query-world.ts";
import { fillStore } from "../support/table.ts";

let folder: string;
const cli = cliIn(
  () => folder,
  () => NOW,
);
const bin = join(import.meta.dirname, "../../bin/dsql-audit.mjs");
const isFull = existsSync("/dev/full");

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "places-"));
  await fillStore(join(folder, "dsql-audit.db"), fillWorld);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const reading = ["history verify", "findings", "activity", "coverage", "clusters", "history", "privileges"];

describe("a file that a command writes", () => {
  it("goes through a link, which stays one, and leaves no draft", async () => {
    writeFileSync(join(folder, "real.html"), "old");
    symlinkSync(join(folder, "real.html"), join(folder, "link.html"));
    expect((await cli("report --out link.html")).code).toBe(0);
    expect(lstatSync(join(folder, "link.html")).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(folder, "real.html"), "utf8")).toContain("<!doctype html>");
    expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  it("is no folder, and lies below no file", async () => {
    mkdirSync(join(folder, "pages"));
    expect(await cli("report --out pages")).toMatchObject({
      code: 1,
      err: expect.stringContaining("is a folder"),
    });
    expect(await cli("history export --out real.html/x")).toMatchObject({
      code: 1,
      err: expect.stringMatching(/real\.html\/x could not be written\n/),
    });
  });

  it.skipIf(!isFull)(
    "is written to where it is a device, which is not replaced; a full disk is said",
    async () => {
      symlinkSync("/dev/full", join(folder, "full.html"));
      const { code, err } = await cli("report --out full.html");
      expect(code).toBe(1);
      expect(err).toContain("full.html could not be written: the disk is full");
      expect(statSync("/dev/full").isCharacterDevice()).toBe(true);
    },
  );

  it.skipIf(!isFull)(
    "is the output: a full disk is said, and is a failure",
    () => {
      const full = openSync("/dev/full", "w");
      const { status, stderr } = spawnSync(process.execPath, [bin, "findings"], {
        cwd: folder,
        stdio: ["ignore", full, "pipe"],
        encoding: "utf8",
      });
      closeSync(full);
      expect(stderr).toContain("error: the output could not be written: the disk is full");
      expect(status).toBe(1);
    },
    30_000,
  );
});

describe("a store that is not as it should be", () => {
  const foreign = (name: string, sql: string): void => {
    const database = new DatabaseSync(join(folder, name));
    database.exec(sql);
    database.close();
  };

  it.each(reading)("%s: of another program, damaged, or with tables that are not ours", async (command) => {
    const [other, alien, cut] = ["other.db", "alien.db", "cut.db"];
    rmSync(join(folder, other), { force: true });
    rmSync(join(folder, alien), { force: true });
    foreign(other, "create table x(a)");
    foreign(
      alien,
      `create table item(a); pragma application_id=${APPLICATION_ID}; pragma user_version=${FORMAT}`,
    );
    const whole = readFileSync(join(folder, "dsql-audit.db"));
    // The head of every page but the first.
    const isHead = (at: number): boolean => at >= 4_096 && at % 4_096 < 16;
    writeFileSync(
      join(folder, cut),
      whole.map((byte, at) => (isHead(at) ? 0xff : byte)),
    );
    for (const [file, says] of [
      [other, /other\.db is not a store: it is an SQLite database of another program/],
      [alien, /the store .*alien\.db is damaged: no such (?:column|table)/],
      [cut, /the store .*cut\.db is damaged/],
    ] as const) {
      const { code, out, err } = await cli(`${command} --store ${file}`);
      expect([code, out], `${file}: ${err}`).toEqual([1, ""]);
      expect(err).toMatch(says);
    }
  });

  it.each(reading)(
    "%s: that another process does not let go",
    async (command) => {
      copyFileSync(join(folder, "dsql-audit.db"), join(folder, "held.db"));
      const holder = new DatabaseSync(join(folder, "held.db"));
      holder.exec("pragma locking_mode = exclusive; begin exclusive");
      const { code, err } = await cli(`${command} --store held.db`);
      holder.exec("rollback");
      holder.close();
      expect(code).toBe(1);
      expect(err).toMatch(/another process is writing to the store .*held\.db\n.*Wait until it ends/);
    },
    20_000,
  );

  it("is read in a folder where nothing may be written, and left as it is", () => {
    const closed = join(folder, "closed");
    mkdirSync(closed);
    copyFileSync(join(folder, "dsql-audit.db"), join(closed, "dsql-audit.db"));
    for (const [path, mode] of [
      [folder, 0o755],
      [join(closed, "dsql-audit.db"), 0o444],
      [closed, 0o555],
    ] as const)
      chmodSync(path, mode);
    // Root may write anywhere: then the process is somebody else.
    const asAnother = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
    for (const [command, status] of [
      ["history verify", 0],
      ["findings", 0],
      ["detect", 1],
    ] as const) {
      const done = spawnSync(process.execPath, [bin, ...command.split(" ")], {
        cwd: closed,
        encoding: "utf8",
        ...asAnother,
      });
      expect(done.status, done.stderr).toBe(status);
      if (status) expect(done.stderr).toContain("may only be read, and this command has to write to it");
    }
    expect(readdirSync(closed)).toEqual(["dsql-audit.db"]);
    chmodSync(closed, 0o755);
  }, 60_000);
});
