import { beforeAll, describe, expect, it } from "vitest";
import { adminKey, roleArn, roleSession, sharedStandIn } from "../../support/stand-in.ts";

const shared = sharedStandIn();
const admin = { user: "admin", accessKeyId: adminKey };
const app = { user: "app", accessKeyId: "ASIAAPP" };
const appArn = roleArn("App");

const once = async (sql: string) => {
  const client = await shared.connect(admin);
  return client.query(sql);
};
const mappings = async (role: string) =>
  (
    await shared.asAdmin("select arn from sys.iam_pg_role_mappings where pg_role_name = $1 order by 1", [
      role,
    ])
  ).rows.map(({ arn }) => arn);

beforeAll(async () => {
  shared.addKey(app.accessKeyId, roleSession("App"));
  await once("CREATE ROLE app WITH LOGIN");
  await once(`AWS IAM GRANT app TO '${appArn}'`);
});

describe("admin", () => {
  it("is DSQL's admin by oid, makes roles and is no superuser", async () => {
    const { rows } = await shared.asAdmin(
      "select oid, rolsuper, rolcreaterole, rolcreatedb, rolbypassrls from pg_roles where rolname = current_user",
    );
    expect(rows).toEqual([
      { oid: 15579, rolsuper: false, rolcreaterole: true, rolcreatedb: false, rolbypassrls: false },
    ]);
  });

  it("reads tables of a role only after granting itself that role", async () => {
    await once("create schema authorization_test");
    await once("create role owner_role login");
    await once("grant usage, create on schema authorization_test to owner_role");
    shared.addKey("ASIAOWNER", roleSession("Owner"));
    await once(`aws iam grant owner_role to '${roleArn("Owner")}'`);
    const owner = await shared.connect({ user: "owner_role", accessKeyId: "ASIAOWNER" });
    await owner.query("create table authorization_test.t (id int)");
    const client = await shared.connect(admin);
    await expect(client.query("select * from authorization_test.t")).rejects.toMatchObject({ code: "42501" });
    await client.query("grant owner_role to admin");
    await client.query("select * from authorization_test.t");
  });

  it("alone may create in schema public", async () => {
    const client = await shared.connect(app);
    await expect(client.query("create table public.mine (id int)")).rejects.toMatchObject({
      code: "42501",
      message: "permission denied for schema public",
    });
    await once("create table public.theirs (id int)");
  });

  it("cannot touch what holds the mappings", async () => {
    const client = await shared.connect(admin);
    await expect(client.query("select * from sys.__iam_trust")).rejects.toMatchObject({ code: "42501" });
    await expect(client.query("drop view sys.iam_pg_role_mappings")).rejects.toMatchObject({ code: "42501" });
    await expect(client.query("select set_config('statement_timeout', '5', false)")).rejects.toMatchObject({
      code: "42501",
    });
  });
});

describe("AWS IAM GRANT and REVOKE", () => {
  it("fill the view with its six columns", async () => {
    const { rows, fields } = await shared.asAdmin(
      "select * from sys.iam_pg_role_mappings where pg_role_name = 'app'",
    );
    expect(fields.map(({ name }) => name)).toEqual([
      ...["iam_oid", "arn", "pg_role_oid", "pg_role_name", "grantor_pg_role_oid", "grantor_pg_role_name"],
    ]);
    expect(rows).toEqual([
      {
        ...{ iam_oid: 26398, arn: appArn, pg_role_oid: expect.any(Number), pg_role_name: "app" },
        ...{ grantor_pg_role_oid: 15579, grantor_pg_role_name: "admin" },
      },
    ]);
  });

  it("belong to their transaction", async () => {
    const client = await shared.connect(admin);
    await client.query("begin");
    await client.query(`AWS IAM GRANT app TO '${roleArn("Undone")}'`);
    await client.query("rollback");
    expect(await mappings("app")).toEqual([appArn]);
  });

  it("work as prepared statements, with comments, in any case, and for names with anything in them", async () => {
    const client = await shared.connect(admin);
    const hostile = `Odd"; drop -- 'role`;
    const arn = roleArn("with--dashes/It's");
    await client.query(`create role ${client.escapeIdentifier(hostile)} login`);
    const sql = `/* a /* b */ */ aws  iam GRANT ${client.escapeIdentifier(hostile)}\n to ${client.escapeLiteral(arn)} -- end`;
    await client.query({ text: sql, name: "prepared" });
    expect(await mappings(hostile)).toEqual([arn]);
    await client.query(
      `aws iam revoke ${client.escapeIdentifier(hostile)} from ${client.escapeLiteral(arn)};`,
    );
    expect(await mappings(hostile)).toEqual([]);
    await client.query(`drop role ${client.escapeIdentifier(hostile)}`);
  });

  it("follow a role that is renamed, and keep it from being dropped", async () => {
    const client = await shared.connect(admin);
    await client.query("create role before_rename login");
    await client.query(`AWS IAM GRANT before_rename TO '${appArn}'`);
    await client.query(`AWS IAM GRANT before_rename TO '${roleArn("Other")}'`);
    await client.query("alter role before_rename rename to after_rename");
    expect(await mappings("after_rename")).toEqual([appArn, roleArn("Other")]);
    await shared.connect({ ...app, user: "after_rename" });
    const dependent = {
      code: "2BP01",
      message: 'role "after_rename" cannot be dropped because some objects depend on it',
      detail: expect.stringContaining("sys.iam_pg_role_mappings"),
    };
    await expect(client.query("drop role after_rename")).rejects.toMatchObject(dependent);
    await client.query(`AWS IAM REVOKE after_rename FROM '${appArn}'`);
    await expect(client.query("drop role after_rename")).rejects.toMatchObject(dependent);
    await client.query(`AWS IAM REVOKE after_rename FROM '${roleArn("Other")}'`);
    await client.query("drop role after_rename");
  });

  it.each([
    ["AWS IAM GRANT nobody TO 'arn:aws:iam::111122223333:role/x'", "42704", 'role "nobody" does not exist'],
    [
      "AWS IAM GRANT app TO 'arn:aws:sts::111122223333:assumed-role/x/y'",
      "22023",
      "IAM role must look like an IAM ARN",
    ],
    ["AWS IAM GRANT app TO 'App'", "22023", "IAM role must look like an IAM ARN"],
    [`AWS IAM GRANT app TO '${appArn}'`, "42710", `IAM role "${appArn}" already exists`],
    [
      `AWS IAM REVOKE app FROM '${roleArn("Never")}'`,
      "42704",
      `IAM role "${roleArn("Never")}" does not exist`,
    ],
    ["AWS IAM GRANT app TO app", "42601", 'syntax error at or near "IAM"'],
    ["AWS IAM GRANT app FROM 'arn:aws:iam::111122223333:role/x'", "42601", 'syntax error at or near "IAM"'],
    ["AWS IAM", "42601", 'syntax error at or near "IAM"'],
  ])("refuse %s", async (sql, code, message) => {
    await expect(once(sql)).rejects.toMatchObject({ severity: "ERROR", code, message });
  });

  it("refuse a role without LOGIN", async () => {
    const client = await shared.connect(admin);
    await client.query("create role no_login");
    await expect(client.query(`AWS IAM GRANT no_login TO '${appArn}'`)).rejects.toMatchObject({
      code: "22023",
      message: "role no_login must have the LOGIN attribute",
    });
  });

  it("are for admin only, also by what stands behind them", async () => {
    const client = await shared.connect(app);
    const denied = { code: "42501", message: "permission denied to grant IAM trust with role app" };
    await expect(client.query(`AWS IAM GRANT app TO '${roleArn("Mine")}'`)).rejects.toMatchObject(denied);
    await expect(client.query(`AWS IAM REVOKE app FROM '${appArn}'`)).rejects.toMatchObject(denied);
    await expect(client.query(`call sys.__iam_grant('app', '${roleArn("Mine")}', '')`)).rejects.toMatchObject(
      denied,
    );
    expect(await mappings("app")).toEqual([appArn]);
  });
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
