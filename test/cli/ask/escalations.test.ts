// escalations and tomorrow, on a live server: what is shown is what the server would allow.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cliIn } from "../../support/cli.ts";
import { sharedPostgres } from "../../support/postgres.ts";

const shared = sharedPostgres();
let folder = "";
let url = "";
const cli = cliIn(
  () => folder,
  () => Date.parse("2026-11-01T00:00:00Z"),
);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "dsql-audit-"));
  const database = await shared.freshDatabase();
  url = database.url;
  await database.query(`
    create role esc_reader; create role esc_app login; create role esc_loader;
    grant esc_reader to esc_app with admin true, inherit false, set false;
    create schema esc; grant create on schema esc to esc_app;
    alter default privileges for role esc_loader in schema esc grant select on tables to esc_reader`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("escalations", () => {
  it("tells what a role could become and make, and by which path", async () => {
    const { code, json } = await cli(["escalations", "--role", "esc_app", "--url", url, "--json"]);
    expect(code).toBe(0);
    expect(json()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ role: "esc_app", how: "admin-option", target: "esc_reader" }),
        expect.objectContaining({ role: "esc_app", how: "create-in-schema", kind: "schema" }),
      ]),
    );
  });

  it("is a sentence each for people, the role first, and names a role that there is not", async () => {
    const { out } = await cli(["escalations", "--url", url]);
    expect(out).toContain("  esc_app can grant itself role esc_reader (ADMIN OPTION)\n");
    expect(out).toContain("  esc_app can create objects in schema esc\n");
    expect(out).toContain("Not looked at: ");
    const wrong = await cli(["escalations", "--role", "nobody", "--url", url]);
    expect(wrong.code).toBe(1);
    expect(wrong.err).toContain("no role nobody");
  });

  it("follows views upon views with their owners' rights, and stops at security_invoker", async () => {
    const { url: own, query } = await shared.freshDatabase();
    await query(`
      create role v_owner; create role v_mid; create role v_user login;
      create schema va authorization v_owner; create schema vb; grant usage on schema vb to public;
      create table va.t (id int); alter table va.t owner to v_owner;
      create table va.u (id int); alter table va.u owner to v_owner;
      create view vb.low as select * from va.t; alter view vb.low owner to v_owner; grant insert, select on vb.low to v_mid;
      create view vb.high as select * from vb.low; alter view vb.high owner to v_mid; grant insert on vb.high to v_user;
      create view vb.mine with (security_invoker) as select * from va.u; alter view vb.mine owner to v_owner;
      grant insert on vb.mine to v_user;
      create view vb.joined as select t.id from va.t join va.u using (id); alter view vb.joined owner to v_owner;
      grant select, insert on vb.joined to v_user`);
    await query("set role v_user; insert into vb.high values (1)");
    await expect(query("set role v_user; insert into vb.mine values (1)")).rejects.toMatchObject({
      code: "42501",
    });
    await expect(query("set role v_user; insert into vb.joined values (1)")).rejects.toMatchObject({
      code: "55000",
    });
    const { json } = await cli(["escalations", "--role", "v_user", "--url", own, "--json"]);
    const rows = (
      json() as { how: string; target: string; reaches: string; as: string; privileges: string[] }[]
    )
      .filter(({ how }) => how === "view")
      .map(({ target, reaches, as, privileges }) => [target, reaches, as, privileges.join()].join(" "));
    expect(rows.toSorted()).toEqual([
      "vb.high va.t v_owner INSERT",
      "vb.joined va.t v_owner SELECT",
      "vb.joined va.u v_owner SELECT",
    ]);
    const { out } = await cli(["escalations", "--role", "v_user", "--url", own]);
    expect(out).toContain(
      "v_user can insert into va.t (INSERT) through view vb.high, with the rights of v_owner\n",
    );
  });
});

describe("tomorrow", () => {
  it("tells what the next table will allow", async () => {
    const { code, json } = await cli(["tomorrow", "--role", "esc_reader", "--url", url, "--json"]);
    expect(code).toBe(0);
    expect(json()).toContainEqual(
      expect.objectContaining({
        creator: "esc_loader",
        kind: "table",
        schema: "esc",
        role: "esc_reader",
        privilege: "SELECT",
      }),
    );
  });
});
