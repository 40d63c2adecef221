// One real PostgreSQL 16 per test file: started with the first test, stopped after the last.
import pg from "pg";
import { afterAll, beforeAll } from "vitest";
import { type Postgres, type PostgresOptions, startPostgres } from "../../local/postgres/postgres.ts";

type TestDatabase = {
  readonly name: string;
  readonly url: string;
  /** Runs one statement (or several without values) as superuser on a connection of its own. */
  query(sql: string, values?: unknown[]): Promise<pg.QueryResult>;
};

export type SharedPostgres = {
  server(): Postgres;
  /** A new, empty database. Roles belong to the whole server: give those of each test their own names. */
  freshDatabase(): Promise<TestDatabase>;
  /** The url of `database` as another role; through the socket nobody is asked for a password. */
  urlAs(role: string, database?: string): string;
};

/** To be called at the top of a test file or of a describe block. */
export const sharedPostgres = (options: PostgresOptions = {}): SharedPostgres => {
  let running: Postgres | undefined;
  let count = 0;
  beforeAll(async () => {
    running = await startPostgres(options);
  });
  afterAll(async () => {
    await running?.stop();
  });
  const server = () => {
    if (!running) throw new Error("the server runs in tests and hooks only");
    return running;
  };
  const urlAs = (role: string, database = "postgres") => {
    const url = new URL(server().url);
    url.username = encodeURIComponent(role);
    url.pathname = `/${encodeURIComponent(database)}`;
    return url.href;
  };
  const freshDatabase = async () => {
    const name = `test_${++count}`;
    await queryOnce(server().url, `create database ${name}`);
    const url = urlAs(server().superuser, name);
    return { name, url, query: (sql: string, values?: unknown[]) => queryOnce(url, sql, values) };
  };
  return { server, freshDatabase, urlAs };
};

const queryOnce = async (url: string, sql: string, values?: unknown[]): Promise<pg.QueryResult> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await client.query(sql, values);
  } finally {
    await client.end();
  }
};
