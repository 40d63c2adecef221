// Starts a private PostgreSQL 16 that is gone without a trace when it is stopped or when its starter ends.
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { AuditError } from "../../lib/errors.ts";
import { copyBinaries, installedBinaries } from "./binaries.ts";
import { builtOnce, entriesBelow, ownDirectory } from "./cache.ts";
import { guard } from "./guard.ts";
import { launch, onFreePort, serverEnv, shutDown } from "./server-process.ts";

const run = promisify(execFile);

export type PostgresOptions = {
  /** Where the server's files live while it runs. As root it must be reachable by `nobody`. Default: the temp folder. */
  readonly baseDir?: string;
  /** Name of the bootstrap superuser. */
  readonly superuser?: string;
  /** Server settings on top of ours, as `-c name=value`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Listen on a free port of 127.0.0.1 too, with a random password for the superuser. */
  readonly tcp?: boolean;
};

export type Postgres = {
  readonly socketDir: string;
  readonly socketPath: string;
  readonly superuser: string;
  /** Reaches database `postgres` as superuser through the unix socket; no password. */
  readonly url: string;
  /** The same through 127.0.0.1, password included; only with `tcp`. */
  readonly tcpUrl: string | undefined;
  stop(): Promise<void>;
};

type Owner = { readonly uid: number; readonly gid: number } | undefined;

// Throw-away data: nothing is synced. The last one ends backends of clients that vanished.
const defaults = {
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  autovacuum: "off",
  max_connections: "200",
  timezone: "UTC",
  log_timezone: "UTC",
  lc_messages: "C",
  client_connection_check_interval: "500",
};
const socketName = ".s.PGSQL.5432";
const longestSocketPath = 103; // sockaddr_un holds 104 bytes on macOS, 108 on Linux, one of them a NUL

/**
 * Starts a server of its own and resolves when it takes connections. Local connections are trusted, which is safe as the
 * socket lies in a folder that only the server's user may enter.
 * Throws AuditError `config` when the binaries are missing, no folder suits, or the server does not come up.
 */
export const startPostgres = async (options: PostgresOptions = {}): Promise<Postgres> => {
  const superuser = options.superuser ?? "rdsadmin";
  const owner = await serverUser();
  const base = scratchBase(options.baseDir, owner);
  const scratch = mkdtempSync(join(base, "dsqlpg-"));
  try {
    if (owner) chmodSync(scratch, 0o711);
    const data = ownedBy(owner, join(scratch, "data"));
    const socketDir = ownedBy(owner, join(scratch, "s"));
    const { native, template } = await prepared(base, scratch, superuser, owner);
    cpSync(template, data, { recursive: true });
    rmSync(join(data, ".whole"), { force: true });
    if (owner) for (const { path } of entriesBelow(data)) chownSync(path, owner.uid, owner.gid);
    const start = (port: number) => {
      const settings = { ...defaults, ...options.settings, listen_addresses: port ? "127.0.0.1" : "" };
      const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
      const place = ["-D", data, "-k", socketDir, "-p", "5432"];
      if (port) place.splice(-1, 1, String(port));
      return launch(join(native, "bin/postgres"), [...place, ...flags], { ...owner, cwd: scratch });
    };
    const { child, port } = options.tcp ? await onFreePort(start) : { child: await start(0), port: 0 };
    const release = guard(child, scratch);
    let stopped: Promise<void> | undefined;
    const stop = () => {
      stopped ??= shutDown(child).then(() => {
        rmSync(scratch, { recursive: true, force: true });
        release();
      });
      return stopped;
    };
    const url = `postgres://${encodeURIComponent(superuser)}@${encodeURIComponent(socketDir)}${port ? `:${port}` : ""}/postgres`;
    const socketPath = join(socketDir, port ? socketName.replace("5432", String(port)) : socketName);
    try {
      const tcpUrl = port ? await withPassword(url, superuser, port) : undefined;
      return { socketDir, socketPath, superuser, url, tcpUrl, stop };
    } catch (cause) {
      await stop();
      throw cause;
    }
  } catch (cause) {
    rmSync(scratch, { recursive: true, force: true });
    if (cause instanceof AuditError) throw cause;
    const words = cause instanceof Error ? cause.message.trim().split("\n").at(-1) : String(cause);
    throw new AuditError("config", `PostgreSQL could not be prepared: ${words}`, {
      cause,
      hint: `it works below ${base} (TMPDIR chooses), as a user that the machine knows by name`,
    });
  }
};

/** PostgreSQL refuses to run as root, so there it runs as `nobody`; undefined means as we are. */
const serverUser = async (): Promise<Owner> => {
  if (process.getuid?.() !== 0) return undefined;
  const [uid, gid] = await Promise.all([run("id", ["-u", "nobody"]), run("id", ["-g", "nobody"])]);
  return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
};

/** The folder to work in: short enough for a socket's path, and open to the server's user up to the root. */
const scratchBase = (baseDir: string | undefined, owner: Owner): string => {
  const candidates = (baseDir === undefined ? [tmpdir(), "/tmp"] : [baseDir]).map((path) => resolve(path));
  const fits = candidates.find((path) => {
    if (Buffer.byteLength(join(path, "dsqlpg-XXXXXX", "s", socketName)) > longestSocketPath) return false;
    mkdirSync(path, { recursive: true });
    for (let up = path; owner; up = dirname(up)) {
      if ((statSync(up).mode & 0o001) === 0) return false;
      if (up === dirname(up)) break;
    }
    return true;
  });
  if (fits !== undefined) return fits;
  throw new AuditError("config", `PostgreSQL cannot work below ${candidates.join(" or ")}`, {
    hint: "set TMPDIR to a folder with a short path that every user may enter, such as /tmp",
  });
};

const ownedBy = (owner: Owner, directory: string): string => {
  mkdirSync(directory, { mode: 0o700 });
  if (owner) chownSync(directory, owner.uid, owner.gid);
  return directory;
};

/** The readable binaries and an initialised data folder to copy, kept between starts where the place can be trusted. */
const prepared = async (base: string, scratch: string, superuser: string, owner: Owner) => {
  const { native: source, version } = installedBinaries();
  const shared = join(base, `dsql-audit-postgres-${version}-${process.getuid?.() ?? "user"}`);
  const root = ownDirectory(shared, owner ? 0o755 : 0o700) ? shared : scratch;
  const native = await builtOnce(root, "native", async (empty) => copyBinaries(source, empty));
  const template = await builtOnce(root, `data-${encodeURIComponent(superuser)}`, async (empty) => {
    const fresh = ownedBy(owner, join(scratch, "template"));
    const flags = [
      "-A",
      "trust",
      "--auth-host=scram-sha-256",
      "-U",
      superuser,
      "--no-sync",
      "--locale=C",
      "-E",
      "UTF8",
    ];
    await run(join(native, "bin/initdb"), ["-D", fresh, "--wal-segsize=1", ...flags], {
      ...owner,
      cwd: scratch,
      env: serverEnv,
    });
    cpSync(fresh, empty, { recursive: true });
    rmSync(fresh, { recursive: true });
  });
  return { native, template };
};

/** Any user of this machine reaches a TCP port, so it asks for a password. */
const withPassword = async (url: string, superuser: string, port: number): Promise<string> => {
  const password = randomBytes(18).toString("base64url");
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`alter role ${pg.escapeIdentifier(superuser)} password ${pg.escapeLiteral(password)}`);
  await client.end();
  return `postgres://${encodeURIComponent(superuser)}:${password}@127.0.0.1:${port}/postgres`;
};
