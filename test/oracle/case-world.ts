// Small estates from test/fixtures/cases/privileges, each made on a real server, and commands asked of it in process.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll } from "vitest";
import { type Postgres, startPostgres } from "../../local/postgres/postgres.ts";
import { type CliRun, cliIn } from "../support/cli.ts";

const fixtures = join(import.meta.dirname, "../fixtures/cases/privileges");
const MINUTE = 60_000;
const FIRST = Date.parse("2026-03-01T02:00:00Z");

/** When the n-th snapshot of a case is taken (1 is the first), as ISO text. */
export const snapshotTime = (n: number): string => new Date(FIRST + n * MINUTE).toISOString();

export type CaseWorld = {
  /** One command line; the present is a minute after the last snapshot. */
  readonly cli: (args: string | readonly string[]) => Promise<CliRun>;
  /** The same, asked of the live database. */
  readonly live: (...args: readonly string[]) => Promise<CliRun>;
  readonly url: string;
  /** A minute passes. */
  readonly later: () => void;
  /** One script as superuser, or as `role`. */
  readonly query: (sql: string, role?: string) => Promise<pg.QueryResult>;
};

const queryOnce = async (url: string, sql: string): Promise<pg.QueryResult> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await client.query(sql);
  } finally {
    await client.end();
  }
};

/** Roles belong to the whole server: the next case must not meet those of the last. */
const dropRoles = async (server: Postgres, database: string, url: string): Promise<void> => {
  const { rows } = await queryOnce(
    url,
    "select format('%I', rolname) as name from pg_roles where oid >= 16384",
  );
  const names = rows.map(({ name }: { name: string }) => name).join(", ");
  await queryOnce(server.url, `drop database ${database} with (force)`);
  // What is left of them belongs to the server: privileges on parameters.
  if (names) await queryOnce(server.url, `drop owned by ${names}`);
  if (names) await queryOnce(server.url, `drop role ${names}`);
};

/** To be called at the top of a test file: gives what makes a case's world, hands it to `ask` and takes it down. */
export const caseWorlds = (): ((name: string, ask: (world: CaseWorld) => Promise<void>) => Promise<void>) => {
  let server: Postgres | undefined;
  let count = 0;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server?.stop());
  return async (name, ask) => {
    if (!server) throw new Error("the server runs in tests only");
    const script = readFileSync(join(fixtures, `${name}.sql`), "utf8");
    const folder = mkdtempSync(join(tmpdir(), "case-"));
    count += 1;
    const database = `case_${count}`;
    await queryOnce(server.url, `create database ${database}`);
    const urlAs = (role: string): string => {
      const url = new URL(server?.url ?? "");
      url.username = encodeURIComponent(role);
      url.pathname = `/${database}`;
      return url.href;
    };
    const url = urlAs(server.superuser);
    let now = FIRST;
    const cli = cliIn(
      () => folder,
      () => now,
    );
    try {
      for (const [i, part] of script.split(/^--snapshot$/m).entries()) {
        if (i > 0) {
          now += MINUTE;
          const taken = await cli(["snapshot", "--url", url]);
          if (taken.code !== 0) throw new Error(taken.err);
        }
        await queryOnce(url, part);
      }
      now += MINUTE;
      await ask({
        cli,
        live: (...args) => cli([...args, "--url", url]),
        url,
        later: () => {
          now += MINUTE;
        },
        query: (sql, role) => queryOnce(role === undefined ? url : urlAs(role), sql),
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
      await dropRoles(server, database, url);
    }
  };
};
