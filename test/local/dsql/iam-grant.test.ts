// What the stand-in's admin may do, and AWS IAM GRANT and REVOKE.
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
