// The catalog of real servers: how many statements, what a refusal does, what a session of DSQL shows.
import pg from "pg";
import { describe, expect, it } from "vitest";
import { connect } from "../../lib/dsql/connect.ts";
import { readCatalog, readCatalogFrom, versionNumber } from "../../lib/dsql/read-catalog.ts";
import type { Queryable } from "../../lib/dsql/read-only.ts";
import { cluster } from "../support/catalogs.ts";
import { sharedPostgres } from "../support/postgres.ts";

const shared = sharedPostgres();
const ports = { random: () => 0, sleep: async () => {} };

/** Counts statements, and refuses those that a test names. */
const watched = (client: Queryable, refuse: RegExp | undefined, code = "42501") => {
  const texts: string[] = [];
  const query: Queryable["query"] = (statement) => {
    texts.push(statement.text);
    if (!refuse?.test(statement.text)) return client.query(statement);
    // A real refusal: the server aborts the transaction with it.
    return client.query({
      text: `do $$ begin raise exception 'refused' using errcode = '${code}', hint = 'ask'; end $$`,
      values: [],
    });
  };
  return { texts, client: { query, ...(client.pipeline && { pipeline: true }) } };
};

describe.each([true, false])("readCatalogFrom (pipelined: %s)", (pipeline) => {
  const withClient = async (
    work: (client: pg.Client, database: { query(sql: string): Promise<unknown> }) => Promise<void>,
  ) => {
    const database = await shared.freshDatabase();
    const client = new pg.Client({ connectionString: database.url, pipeline });
    await client.connect();
    try {
      await work(client, database);
    } finally {
      await client.end();
    }
  };

  it("takes as many statements for much as for little", () =>
    withClient(async (client, database) => {
      const few = watched(client, undefined);
      await readCatalogFrom(few.client, { cluster });
      await database.query(
        "do $$ begin for i in 1..60 loop execute format('create table t%s (a int)', i); end loop; end $$",
      );
      const many = watched(client, undefined);
      const catalog = await readCatalogFrom(many.client, { cluster });
      expect(catalog.sections.relations).toMatchObject({ status: "read", rows: { length: 60 } });
      expect(many.texts).toEqual(few.texts);
    }));

  it("makes one refused section unreadable with its reason, and reads all others", () =>
    withClient(async (client, database) => {
      await database.query("create table t (a int)");
      const { sections } = await readCatalogFrom(watched(client, /pg_proc|pg_default_acl/).client, {
        cluster,
      });
      const refused = { status: "unreadable", reason: "refused (42501). Hint: ask", code: "42501" };
      expect(sections.functions).toEqual(refused);
      expect(sections.defaultPrivileges).toEqual(refused);
      expect(sections.relations).toMatchObject({ status: "read", rows: [{ name: "t" }] });
      expect(sections.database).toMatchObject({ status: "read", rows: { length: 1 } });
    }));

  it("keeps ACL entries as unknown text where the roles are refused", () =>
    withClient(async (client, database) => {
      await database.query("create table t (a int); grant select on t to public");
      const { sections } = await readCatalogFrom(watched(client, /pg_roles/).client, { cluster });
      expect(sections.roles.status).toBe("unreadable");
      const [row] = sections.relations.status === "read" ? sections.relations.rows : [];
      expect(row?.acl?.entries).toEqual([]);
      expect(row?.acl?.unknown).toHaveLength(2);
    }));

  it("makes rows of an unknown shape unreadable", () =>
    withClient(async (client, database) => {
      await database.query(
        "create schema sys; create view sys.iam_pg_role_mappings as select 1 as iam_oid, 'x' as arn, 'y' as pg_role_oid, 'z' as pg_role_name, 2 as grantor_pg_role_oid",
      );
      const { sections } = await readCatalogFrom(client, { cluster });
      expect(sections.mappings).toMatchObject({ status: "unreadable", code: null });
      expect(sections.schemas).toMatchObject({ status: "read", rows: [{ name: "public" }] });
    }));

  it("throws a conflict, for the whole reading to start over, and leaves no transaction open", () =>
    withClient(async (client) => {
      await expect(
        readCatalogFrom(watched(client, /pg_class c\s+where/, "40001").client, { cluster }),
      ).rejects.toMatchObject({ code: "query" });
      const { rows } = await client.query(
        "select count(*)::int as n from pg_stat_activity where pid = pg_backend_pid() and xact_start < query_start",
      );
      expect(rows).toEqual([{ n: 0 }]);
      expect((await readCatalogFrom(client, { cluster })).sections.relations.status).toBe("read");
    }));

  it("has no mappings on a PostgreSQL that is no DSQL", () =>
    withClient(async (client) => {
      const { sections } = await readCatalogFrom(client, { cluster });
      expect(sections.mappings).toEqual({ status: "read", rows: [] });
    }));
});

describe("readCatalog", () => {
  it("logs in anew for each attempt and tells so first", async () => {
    const database = await shared.freshDatabase();
    let told = 0;
    const gotIn: boolean[] = [];
    const onAttempt = async () => {
      told += 1;
      return async (connected: boolean) => void gotIn.push(connected);
    };
    const catalog = await readCatalog({ kind: "url", url: database.url }, ports, { onAttempt });
    expect([told, catalog.serverVersion]).toEqual([1, 160014]);
    await readCatalog({ kind: "url", url: "postgres://me@127.0.0.1:1/db" }, ports, { onAttempt }).catch(
      () => {},
    );
    expect(gotIn).toEqual([true, false]);
    expect(catalog.cluster).toMatch(new RegExp(`^postgres://.*/${database.name}$`));
  });

  it("says where it could not connect, why, and what to do, and never the password", async () => {
    const fault = await readCatalog({ kind: "url", url: "postgres://me:s3cret@127.0.0.1:1/db" }, ports).catch(
      (e: unknown) => e,
    );
    expect(fault).toMatchObject({ code: "connect", hint: "Nothing listens there: check host and port." });
    expect(String(fault)).toContain("127.0.0.1:1/db");
    expect(JSON.stringify(fault) + String(fault)).not.toContain("s3cret");
  });

  it.each(["nonsense", "http://x", "postgres://[::1"])("refuses the URL %s", async (url) => {
    await expect(readCatalog({ kind: "url", url }, ports)).rejects.toMatchObject({ code: "usage" });
  });

  it("gives up on a server that does not answer", async () => {
    const { createServer } = await import("node:net");
    const silent = createServer(() => {}).listen(0, "127.0.0.1");
    await new Promise((done) => silent.once("listening", done));
    const { port } = silent.address() as { port: number };
    const timeouts = { connectMs: 200, queryMs: 200 };
    await expect(
      connect({ kind: "url", url: `postgres://me@127.0.0.1:${port}/db` }, timeouts),
    ).rejects.toMatchObject({
      code: "connect",
      cause: { code: "ETIMEDOUT" },
    });
    silent.close();
  });
});

describe("versionNumber", () => {
  it.each([
    ["16.14", 160014],
    ["15.18 (Debian 15.18-0+deb12u1)", 150018],
    ["17beta1", 170000],
    ["16", 160000],
    ["devel", 0],
  ])("reads %s", (text, expected) => {
    expect(versionNumber(text)).toBe(expected);
  });
});
