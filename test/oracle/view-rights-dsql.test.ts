// On the stand-in of Aurora DSQL: a view writes its owner's table for whoever may write the view, and that is told.
import { describe, expect, it } from "vitest";
import { accessEngine } from "../../lib/core/privileges/effective.ts";
import { escalations, notLookedAt } from "../../lib/core/privileges/escalation.ts";
import { findRole } from "../../lib/core/privileges/find-object.ts";
import { readCatalogFrom } from "../../lib/dsql/read-catalog.ts";
import type { Queryable } from "../../lib/dsql/read-only.ts";
import { escalationText } from "../../lib/wording/escalation-text.ts";
import { cluster } from "../support/catalogs.ts";
import { adminKey, sharedStandIn } from "../support/stand-in.ts";

const standIn = sharedStandIn();

describe("a view with its owner's rights", () => {
  it("is followed to the table, and named where its rule is refused", async () => {
    const admin = await standIn.connect({ user: "admin", accessKeyId: adminKey });
    const as = async (role: string, sql: string): Promise<void> => {
      for (const one of ["begin", `set local role ${role}`, sql, "commit"]) await admin.query(one);
    };
    for (const sql of [
      "create role app_owner", "create role rd", "grant app_owner to admin", "grant rd to admin", "create schema app", "create schema api",
      "grant usage on schema api to rd", "grant create, usage on schema app to app_owner", "grant create, usage on schema api to app_owner",
    ]) await admin.query(sql); // biome-ignore format: one glance
    await as("app_owner", "create table app.orders (id int)");
    await as("app_owner", "create view api.v as select * from app.orders");
    await as("app_owner", "grant insert on api.v to rd");
    await as("rd", "insert into api.v values (1)");
    await expect(as("rd", "insert into app.orders values (1)")).rejects.toMatchObject({ code: "42501" });
    await admin.query("rollback");

    const sentences = async (client: Queryable): Promise<string[]> => {
      const engine = accessEngine(await readCatalogFrom(client, { cluster, serverKind: "dsql" }));
      const told = escalations(engine, findRole(engine, "rd")).map((one) => escalationText("rd", one));
      return [...told, ...notLookedAt(engine)];
    };
    expect(await sentences(admin)).toContain(
      "rd can insert into app.orders (INSERT) through view api.v, with the rights of app_owner",
    );
    const refusing: Queryable = {
      query: (statement) =>
        admin.query(/pg_rewrite/.test(statement.text) ? { text: "select refused", values: [] } : statement),
    };
    const unfollowed = await sentences(refusing);
    expect(unfollowed).toContainEqual(
      expect.stringMatching(
        /^rd can insert into view api\.v \(INSERT\), which runs with the rights of app_owner: .* not known$/,
      ),
    );
    expect(unfollowed).toContainEqual(expect.stringMatching(/^Not followed: what views and rules reach/));
  });
});
