// What DSQL takes and refuses of PostgreSQL's SQL, on the stand-in.
import { beforeAll, describe, expect, it } from "vitest";
import { adminKey, sharedStandIn } from "../../support/stand-in.ts";

const shared = sharedStandIn();
const admin = { user: "admin", accessKeyId: adminKey };

const once = async (sql: string) => {
  const client = await shared.connect(admin);
  return client.query(sql);
};

beforeAll(async () => {
  await once("CREATE ROLE app WITH LOGIN");
  await once("create table public.theirs (id int)");
});

describe("DSQL refuses", () => {
  const notSupported = (message: string) => ({ severity: "ERROR", code: "0A000", message });
  it.each([
    ["GRANT USAGE ON SCHEMA public TO app", "feature not supported on system entity"],
    ['REVOKE ALL ON SCHEMA other, "public" FROM app', "feature not supported on system entity"],
    ["ALTER ROLE admin NOLOGIN", "feature not supported on system entity"],
    ['DROP ROLE IF EXISTS app, "admin"', "feature not supported on system entity"],
    ["GRANT CONNECT ON DATABASE postgres TO app", "unsupported object type in GRANT"],
    ["SET statement_timeout = 5", 'setting configuration parameter "statement_timeout" not supported'],
    ["SET LOCAL lock_timeout TO 5", 'setting configuration parameter "lock_timeout" not supported'],
    ["SET SESSION my.thing = 5", 'setting configuration parameter "my.thing" not supported'],
    ["SET ROLE app", 'setting configuration parameter "role" not supported'],
    [
      "SET SESSION AUTHORIZATION app",
      'setting configuration parameter "session_authorization" not supported',
    ],
    ["CREATE INDEX i ON t (id)", "unsupported mode. please use CREATE INDEX ASYNC."],
    ["CREATE UNIQUE INDEX CONCURRENTLY i ON t (id)", "CONCURRENTLY not supported for CREATE INDEX"],
    ["CREATE DATABASE d", "unsupported statement: Createdb"],
    [
      "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ begin return 1; end $$",
      "CREATE FUNCTION with language plpgsql not supported",
    ],
    [
      "CREATE FUNCTION f() RETURNS int AS 'select 1' LANGUAGE 'plpgsql'",
      "CREATE FUNCTION with language plpgsql not supported",
    ],
    ["CREATE EXTENSION pg_trgm", "unsupported statement: CreateExtension"],
    ["CREATE POLICY p ON t", "unsupported statement: CreatePolicy"],
    ["CREATE TRIGGER p AFTER INSERT ON t EXECUTE FUNCTION f()", "unsupported statement: CreateTrig"],
    ["CREATE TEMP TABLE t (id int)", "unsupported statement: Create"],
    ["TRUNCATE t", "unsupported statement: Truncate"],
    ["DO $$ begin end $$", "unsupported statement: Do"],
    [
      "BEGIN; CREATE TABLE d1 (id int); CREATE TABLE d2 (id int)",
      "multiple ddl statements not supported in a transaction",
    ],
    [
      "CREATE TABLE d1 (id int); GRANT SELECT ON d1 TO app",
      "multiple ddl statements not supported in a transaction",
    ],
    [
      "CREATE TABLE d1 (id int); INSERT INTO d1 VALUES (1)",
      "ddl and dml are not supported in the same transaction",
    ],
    [
      "BEGIN; DELETE FROM public.theirs; DROP TABLE public.theirs",
      "ddl and dml are not supported in the same transaction",
    ],
    [
      "CREATE TABLE d1 (id int); WITH x AS (INSERT INTO d1 VALUES (1) RETURNING id) SELECT * FROM x",
      "ddl and dml are not supported in the same transaction",
    ],
  ])("%s", async (sql, message) => {
    await expect(once(sql)).rejects.toMatchObject(notSupported(message));
  });

  it("a second DDL statement in prepared form too, with its parameters", async () => {
    const client = await shared.connect(admin);
    await client.query("create table dml_first (id int, name text)");
    await client.query("begin");
    await client.query({ text: "create table second_ddl (id int)", name: "prepared" });
    await expect(client.query("insert into dml_first values ($1, $2)", [1, "x"])).rejects.toMatchObject(
      notSupported("ddl and dml are not supported in the same transaction"),
    );
    await expect(client.query("select 1")).rejects.toMatchObject({ code: "25P02" });
    await client.query("rollback");
    await client.query("insert into dml_first values ($1, $2)", [1, "x"]);
  });
});

describe("after a refusal", () => {
  it("the rest of the message counts for nothing", async () => {
    const client = await shared.connect(admin);
    await expect(client.query("set role app; begin; create table unreached (id int)")).rejects.toMatchObject({
      code: "0A000",
    });
    await client.query("create table reached (id int)");
    await client.query("create table reached_too (id int)");
    await expect(
      client.query("begin; create table a1 (id int); create table a2 (id int); commit"),
    ).rejects.toMatchObject({
      code: "0A000",
    });
    await client.query("rollback");
    expect((await client.query("select to_regclass('a1') as a1")).rows).toEqual([{ a1: null }]);
  });
});

describe("DSQL does", () => {
  it.each([
    "SET search_path = a, b",
    "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
    "SET TIME ZONE 'UTC'",
    "SET enable_seqscan = off",
    "BEGIN READ ONLY; SELECT 1; COMMIT",
    "BEGIN; SET LOCAL ROLE admin; COMMIT",
    "BEGIN; CREATE TABLE one_a (id int); COMMIT; BEGIN; CREATE TABLE one_b (id int); COMMIT",
    "CREATE FUNCTION one_f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'select 1'",
    "CREATE FUNCTION one_g() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO app",
    "GRANT SELECT ON ALL TABLES IN SCHEMA public TO app",
    "SELECT 'grant usage on schema public to x; create table x()' /* drop role admin */",
  ])("%s", async (sql) => {
    await once(sql);
  });

  it("CREATE INDEX ASYNC", async () => {
    const client = await shared.connect(admin);
    await client.query("create table indexed (id int)");
    await client.query(
      "create unique index async -- in the background\n if not exists indexed_id on indexed (id)",
    );
    expect((await client.query("select to_regclass('indexed_id')::text as i")).rows).toEqual([
      { i: "indexed_id" },
    ]);
  });

  it("one DDL statement after another was taken back to a savepoint, and counts through the rest", async () => {
    const client = await shared.connect(admin);
    const run = async (...statements: string[]) => {
      for (const sql of statements) await client.query(sql);
    };
    await run("begin", "savepoint a", "create table taken_back (id int)", "rollback to savepoint a");
    await run("savepoint b", "create table stays (id int)", "release b");
    await expect(client.query("create table third (id int)")).rejects.toMatchObject({
      message: "multiple ddl statements not supported in a transaction",
    });
    await run("rollback transaction to a", "create table after_all (id int)", "commit");
    expect(
      (await client.query("select to_regclass('taken_back') as a, to_regclass('after_all')::text as b")).rows,
    ).toEqual([{ a: null, b: "after_all" }]);
    await run(
      "begin",
      "create table chained (id int)",
      "commit and chain",
      "create table chained_too (id int)",
      "commit",
    );
  });
});
