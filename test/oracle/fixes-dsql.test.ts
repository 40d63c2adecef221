// The fixes that are printed for Aurora DSQL, run line by line as `admin` on the stand-in; what it refuses is not printed.
import { describe, expect, it } from "vitest";
import { type Catalog, rowsOf } from "../../lib/core/catalog/catalog.ts";
import { exampleFacts } from "../../lib/core/findings/example-facts.ts";
import type { Facts } from "../../lib/core/findings/facts.ts";
import type { Observation } from "../../lib/core/findings/finding.ts";
import { judgeWith } from "../../lib/core/findings/judge.ts";
import { auditView } from "../../lib/core/findings/view.ts";
import { explain } from "../../lib/core/iam/explain-principal.ts";
import { waysIn } from "../../lib/core/iam/ways-in.ts";
import { accessEngine } from "../../lib/core/privileges/effective.ts";
import { findObject } from "../../lib/core/privileges/find-object.ts";
import { planFor } from "../../lib/core/remediation/plan.ts";
import { leftoverRole } from "../../lib/detectors/over-privileged/leftover-role.ts";
import { privilegeExceedsArchetype } from "../../lib/detectors/over-privileged/privilege-exceeds-archetype.ts";
import { readCatalogFrom } from "../../lib/dsql/read-catalog.ts";
import { cluster } from "../support/catalogs.ts";
import { adminKey, roleArn, sharedStandIn } from "../support/stand-in.ts";

const standIn = sharedStandIn();
const judge = judgeWith([privilegeExceedsArchetype, leftoverRole]);

/** On a login of its own, as changed privileges reach old connections late. */
const read = async (): Promise<Catalog> =>
  readCatalogFrom(await standIn.connect({ user: "admin", accessKeyId: adminKey }), {
    cluster,
    serverKind: "dsql",
  });
const findings = async (): Promise<readonly Observation[]> => {
  const plain = exampleFacts({});
  const facts: Facts = { ...plain, snapshot: { catalog: await read(), takenAt: plain.now, seq: 1 } };
  return judge(auditView(facts)).observations;
};
const runLines = async (admin: { query(sql: string): Promise<unknown> }, title: string, fix: string) => {
  for (const line of fix.split("\n").filter((one) => !one.startsWith("--")))
    await admin.query(line).catch((error: Error) => {
      throw new Error(`${title}\n${fix}\n${line}: ${error.message}`);
    });
};
const isSentence = (fix: string): boolean => fix.split("\n").every((line) => line.startsWith("--"));

const estate = [
  "create role app_owner", "create role deputy", "create role api_readonly", "create role other", "create role writers",
  "create schema api", "create schema app", "grant app_owner to admin", "grant deputy to admin", "grant create on schema app to app_owner",
  "grant usage on schema app to deputy", "grant usage on schema app to api_readonly", "grant usage on schema app to app_owner", "grant create on schema app to deputy",
]; // biome-ignore format: one glance

describe("a fix for Aurora DSQL", () => {
  it("runs line by line as admin and ends its finding, for every kind of object", {
    timeout: 60_000,
  }, async () => {
    const admin = await standIn.connect({ user: "admin", accessKeyId: adminKey });
    const as = async (role: string, sql: string): Promise<void> => {
      await admin.query("begin");
      await admin.query(`set local role ${role}`);
      await admin.query(sql);
      await admin.query("commit");
    };
    for (const sql of estate) await admin.query(sql);
    for (const sql of [
      "create table app.orders (id int, note text)", "create view app.shown as select * from app.orders",
      "create sequence app.ticket", "create table app.lent (id int)",
      "grant insert, delete on app.orders to deputy with grant option",
      "grant update on app.lent to deputy with grant option",
      "grant delete on app.orders to api_readonly", "grant update (note) on app.orders to api_readonly",
      "grant insert on app.shown to api_readonly", "grant update on sequence app.ticket to api_readonly",
      "grant insert on app.lent to public", "grant truncate on app.lent to api_readonly with grant option",
    ]) await as("app_owner", sql); // biome-ignore format: one glance
    await as("deputy", "grant insert on app.orders to api_readonly");
    await admin.query("grant create on schema app to api_readonly");
    await admin.query("grant api_readonly to admin");
    await as("api_readonly", "grant truncate on app.lent to other");
    for (const sql of [
      "create table app.own (id int)", "create view app.ownview as select 1 as a", "create sequence app.ownseq",
      "create domain app.owndomain as int", "create function app.ownf(a int, b text) returns int language sql as 'select 1'",
    ]) await as("api_readonly", sql); // biome-ignore format: one glance
    await as("app_owner", "grant update on app.orders to writers");
    await admin.query("grant writers to api_readonly");

    const kinds = new Set<string>();
    // What a membership brings hides what a column alone gives: that is told once the first is gone.
    for (const round of [1, 2]) {
      for (const { id, title, fix = "" } of await findings()) {
        expect(isSentence(fix), `${round}: ${title}\n${fix}`).toBe(false);
        kinds.add(/^(?:ALTER (?:TABLE|VIEW|SEQUENCE|DOMAIN|FUNCTION)|REVOKE \w+)/m.exec(fix)?.[0] ?? fix);
        await runLines(admin, title, fix);
        const left = await findings();
        expect(
          left.some((one) => one.id === id),
          `${title}\n${fix}`,
        ).toBe(false);
      }
    }
    expect([...kinds]).toEqual(
      expect.arrayContaining([
        "ALTER TABLE", "ALTER VIEW", "ALTER SEQUENCE", "ALTER DOMAIN", "ALTER FUNCTION", "REVOKE writers",
        "REVOKE DELETE", "REVOKE INSERT", "REVOKE CREATE", "REVOKE TRUNCATE",
      ]),
    ); // biome-ignore format: one glance
    expect((await findings()).map(({ title }) => title)).toEqual([]);
  });

  it("ends a leftover with all that it owns and has passed on, as its plan does", async () => {
    const admin = await standIn.connect({ user: "admin", accessKeyId: adminKey });
    const as = async (role: string, ...statements: readonly string[]): Promise<void> => {
      for (const sql of statements)
        for (const line of ["begin", `set local role ${role}`, sql, "commit"]) await admin.query(line);
    };
    for (const sql of [
      "create role keeper", "create role friend", "create role crowd", 'create role "old; job" with login',
      "grant keeper to admin", 'grant "old; job" to admin', "create schema shed",
      "grant usage, create on schema shed to keeper", 'grant usage, create on schema shed to "old; job"',
      `aws iam grant "old; job" to '${roleArn("OldJob")}'`, 'grant crowd to "old; job"',
    ]) await admin.query(sql); // biome-ignore format: one glance
    await as("keeper", "create table shed.tools (id int)");
    await as("keeper", 'grant select on shed.tools to "old; job" with grant option');
    await as(
      '"old; job"',
      ...["create table shed.own (id int)", "grant select on shed.tools to friend"],
      ...["grant insert on shed.own to friend", "grant update on shed.own to public"],
      "alter default privileges in schema shed grant select on tables to friend",
    );
    const [leftover] = (await findings()).filter(({ detector }) => detector === "leftover-role");
    const { id = "", title = "", fix = "" } = leftover ?? {};
    expect(title).toMatch(/^old; job looks like a leftover/);
    const plan = planFor(await read(), [{ id, title, fix }]);
    expect(plan.doubts).toEqual([]);
    expect(plan.steps.at(-1)?.text).toBe('DROP ROLE "old; job";');
    expect(plan.expected && rowsOf(plan.expected, "roles").map(({ name }) => name)).not.toContain("old; job");
    await runLines(admin, title, fix);
    expect((await findings()).filter((one) => one.id === id)).toEqual([]);
  });

  it("leaves no way back to an owner that the server takes in no schema of the system", async () => {
    const admin = await standIn.connect({ user: "admin", accessKeyId: adminKey });
    for (const sql of [
      "create role shopkeeper",
      "grant shopkeeper to admin",
      "create table public.shelf (id int)",
    ])
      await admin.query(sql);
    const back = "ALTER TABLE public.shelf OWNER TO shopkeeper;";
    const { steps, doubts } = planFor(await read(), [{ id: "a", title: "a finding", fix: back }]);
    expect(steps.map(({ text }) => text)).toEqual([back]);
    expect(doubts).toEqual([`the server is expected to refuse: ${back}`]);
    await expect(admin.query(back)).rejects.toMatchObject({ code: "42501" });
  });

  it("is a sentence where DSQL refuses every statement", async () => {
    const admin = await standIn.connect({ user: "admin", accessKeyId: adminKey });
    await admin.query("create role mig with login");
    await expect(admin.query("grant create on schema public to mig")).rejects.toMatchObject({
      code: "0A000",
    });
    const engine = accessEngine(await read());
    for (const [name, said] of [
      ["schema public", "schema public"],
      ["database postgres", "the database"],
    ] as const) {
      const { completes } = explain(engine, "mig", "CREATE", findObject(engine, name), {
        ways: waysIn(engine.catalog, null),
      });
      expect(completes).toEqual([
        expect.stringMatching(new RegExp(`^-- Aurora DSQL grants nothing on ${said}:`)),
      ]);
    }
  });
});
