// A PostgreSQL server of its own for the tests of one file, with one connection to it.
import pg from "pg";
import { afterAll, beforeAll } from "vitest";
import { type Postgres, startPostgres } from "../../local/postgres/postgres.ts";

/** Both answer from the first test on. */
export type OwnServer = { readonly client: () => pg.Client; readonly url: () => string };

/** Started before the tests of the file, stopped after them. */
export const ownServer = (): OwnServer => {
  let server: Postgres | undefined;
  let client: pg.Client;
  beforeAll(async () => {
    server = await startPostgres();
    client = new pg.Client({ connectionString: server.url });
    await client.connect();
  });
  afterAll(async () => {
    await client?.end();
    await server?.stop();
  });
  return { client: () => client, url: () => server?.url ?? "" };
};
