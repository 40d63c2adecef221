import { execFileSync, spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { installedBinaries } from "../../../local/postgres/binaries.ts";
import { builtOnce, ownDirectory } from "../../../local/postgres/cache.ts";
import { type Postgres, startPostgres } from "../../../local/postgres/postgres.ts";
import { sharedPostgres } from "../../support/postgres.ts";

const ask = async (url: string, sql: string) => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(sql).finally(() => client.end());
  return rows;
};

describe("startPostgres", () => {
  const running: Postgres[] = [];
  const start = async (...args: Parameters<typeof startPostgres>) => {
    const server = await startPostgres(...args);
    running.push(server);
    return server;
  };
  afterEach(async () => {
    await Promise.all(running.splice(0).map((server) => server.stop()));
  });

  it("answers as a PostgreSQL 16 through the unix socket only", async () => {
    const { url, tcpUrl, socketPath } = await start();
    expect(
      await ask(
        url,
        "select current_setting('server_version_num')::int / 10000 as major, current_user as me",
      ),
    ).toEqual([{ major: 16, me: "rdsadmin" }]);
    expect(await ask(url, "show listen_addresses")).toEqual([{ listen_addresses: "" }]);
    expect(tcpUrl).toBeUndefined();
    expect(existsSync(socketPath)).toBe(true);
    expect(statSync(dirname(socketPath)).mode & 0o077).toBe(0);
  });

  it("takes another superuser and settings", async () => {
    const { url } = await start({ superuser: "Odd-name", settings: { work_mem: "1MB" } });
    expect(await ask(url, "select current_user as me, current_setting('work_mem') as mem")).toEqual([
      { me: "Odd-name", mem: "1MB" },
    ]);
  });

  it("listens on 127.0.0.1 on request, for those who know the password", async () => {
    const { tcpUrl = "", url } = await start({ tcp: true });
    expect(await ask(tcpUrl, "select host(inet_server_addr()) as host")).toEqual([{ host: "127.0.0.1" }]);
    expect(await ask(url, "select 1 as one")).toEqual([{ one: 1 }]);
    await expect(ask(tcpUrl.replace(/:[^:@]+@/, ":wrong@"), "select 1")).rejects.toMatchObject({
      code: "28P01",
    });
  });

  it("leaves nothing behind when it is stopped, also twice", async () => {
    const { socketDir, url, stop } = await start();
    await Promise.all([stop(), stop()]);
    expect(existsSync(dirname(socketDir))).toBe(false);
    await expect(ask(url, "select 1")).rejects.toThrow();
  });

  it("leaves nothing behind when its starter is killed", async () => {
    const script = `import { startPostgres } from ${JSON.stringify(join(import.meta.dirname, "../../../local/postgres/postgres.ts"))};
      console.log((await startPostgres()).socketDir); setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const socketDir = await new Promise<string>((found) =>
      child.stdout.once("data", (text) => found(`${text}`.trim())),
    );
    expect(existsSync(socketDir)).toBe(true);
    child.kill("SIGKILL");
    for (let i = 0; i < 100 && existsSync(dirname(socketDir)); i++) await wait(50);
    expect(existsSync(dirname(socketDir))).toBe(false);
    expect(execFileSync("ps", ["-eo", "args"], { encoding: "utf8" })).not.toContain(
      `${dirname(socketDir)}/data`,
    );
  });

  it("says what to do when a folder does not suit", async () => {
    const long = join(tmpdir(), "x".repeat(100));
    await expect(startPostgres({ baseDir: long })).rejects.toMatchObject({
      code: "config",
      hint: expect.stringMatching(/TMPDIR/),
    });
  });

  it.runIf(process.getuid?.() === 0)("refuses a folder that nobody but root may enter", async () => {
    const closed = mkdtempSync(join(tmpdir(), "closed-"));
    chmodSync(closed, 0o700);
    await expect(startPostgres({ baseDir: closed })).rejects.toMatchObject({ code: "config" });
    rmSync(closed, { recursive: true });
  });

  it("says what to do when no binaries are installed", () => {
    expect(() => installedBinaries("plan9-mips")).toThrow(
      expect.objectContaining({ code: "config", hint: expect.stringMatching(/npm ci/) }),
    );
  });

  it("reports the server's own words when it does not come up", async () => {
    await expect(startPostgres({ settings: { max_connections: "none" } })).rejects.toMatchObject({
      code: "config",
      message: expect.stringMatching(/invalid value for parameter "max_connections"/),
    });
  });
});

describe("the kept directories", () => {
  let root = "";
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "cache-test-"));
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  it("are built once, also by starts at the same time", async () => {
    let builds = 0;
    const build = async (empty: string) => {
      builds++;
      await wait(20);
      mkdirSync(join(empty, "bin"));
    };
    const both = await Promise.all([builtOnce(root, "a", build), builtOnce(root, "a", build)]);
    expect(both).toEqual([join(root, "a"), join(root, "a")]);
    expect(builds).toBe(2);
    await builtOnce(root, "a", build);
    expect(builds).toBe(2);
    expect(readdirSync(root)).toEqual(["a"]);
  });

  it("are built again when a file is missing", async () => {
    const build = async (empty: string) => execFileSync("touch", [join(empty, "file")]) && undefined;
    const kept = await builtOnce(root, "a", build);
    unlinkSync(join(kept, "file"));
    await builtOnce(root, "a", build);
    expect(readdirSync(kept)).toContain("file");
    expect(readdirSync(root)).toEqual(["a"]);
  });

  it("leave nothing behind when building fails", async () => {
    await expect(builtOnce(root, "a", () => Promise.reject(new Error("full")))).rejects.toThrow("full");
    expect(readdirSync(root)).toEqual([]);
  });

  it("are not trusted when others may write to them, or when they are links", () => {
    expect(ownDirectory(join(root, "mine"), 0o755)).toBe(true);
    chmodSync(join(root, "mine"), 0o777);
    expect(ownDirectory(join(root, "mine"), 0o755)).toBe(false);
    symlinkSync(root, join(root, "link"));
    expect(ownDirectory(join(root, "link"), 0o755)).toBe(false);
  });
});

describe("sharedPostgres", () => {
  const shared = sharedPostgres();

  it("gives databases that do not see each other", async () => {
    const [one, two] = [await shared.freshDatabase(), await shared.freshDatabase()];
    await one.query("create table t (id int)");
    expect((await two.query("select to_regclass('t') as t")).rows).toEqual([{ t: null }]);
  });

  it("lets a test connect as any role", async () => {
    const { query, name } = await shared.freshDatabase();
    await query('create role "some one" login');
    expect(await ask(shared.urlAs("some one", name), "select current_user as me")).toEqual([
      { me: "some one" },
    ]);
  });
});
