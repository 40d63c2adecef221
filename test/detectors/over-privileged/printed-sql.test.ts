// On a real PostgreSQL: the SQL that findings on too much access print runs as it stands, and clears them.
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { exampleFacts } from "../../../lib/core/findings/example-facts.ts";
import type { Observation } from "../../../lib/core/findings/finding.ts";
import { judgeWith } from "../../../lib/core/findings/judge.ts";
import { auditView } from "../../../lib/core/findings/view.ts";
import { detectors } from "../../../lib/detectors/index.ts";
import { readCatalog } from "../../../lib/dsql/read-catalog.ts";
import { sharedPostgres } from "../../support/postgres.ts";

const postgres = sharedPostgres();
const judge = judgeWith(detectors);
/** What the detector finds; of roles whose name ends in `_x` only, for roles are the whole server's. */
const found = async (url: string, id: string): Promise<readonly Observation[]> => {
  const catalog = await readCatalog({ kind: "url", url }, { sleep: (ms) => sleep(ms), random: Math.random });
  const facts = {
    ...exampleFacts({ mappings: [] }),
    snapshot: { catalog, takenAt: exampleFacts({}).now, seq: 1 },
  };
  return judge(auditView(facts)).observations.filter(
    ({ detector, subject: { role } }) => detector === id && (role === undefined || role.endsWith("_x")),
  );
};
const titles = (observations: readonly Observation[]): string[] =>
  observations.map(({ title, severity }) => `${severity}: ${title}`).toSorted();

describe("the SQL of over-privileged findings", () => {
  it("takes CREATE, tables and the way to their owner from an application's role", async () => {
    const { url, query } = await postgres.freshDatabase();
    await query(`
      create role make_keeper; create role make_app_x login; create role make_reader_x login;
      create schema shop; alter schema shop owner to make_keeper; create schema "My; shop";
      grant usage, create on schema "My; shop" to make_app_x; grant usage on schema shop to make_app_x, make_reader_x;
      create table shop.orders (id int); alter table shop.orders owner to make_app_x;
      create table shop.items (id int); alter table shop.items owner to make_keeper;
      grant select, insert on shop.items to make_reader_x;
      grant make_keeper to make_app_x with inherit false`);
    const before = await found(url, "ddl-in-application-role");
    expect(titles(before)).toEqual([
      "medium: make_app_x, which programs connect as, can alter and drop what make_keeper owns after SET ROLE: shop and shop.items",
      "medium: make_app_x, which programs connect as, can create objects in schema My; shop",
      "medium: make_app_x, which programs connect as, owns table shop.orders",
    ]);
    for (const { fix } of before) await query(fix ?? "");
    expect(titles(await found(url, "ddl-in-application-role"))).toEqual([]);
    const { rows } = await query(`select has_schema_privilege('make_app_x', 'My; shop', 'USAGE') as kept`);
    expect(rows).toEqual([{ kept: true }]);
  });

  it("takes from PUBLIC what PostgreSQL does not give by itself, and nothing else", async () => {
    const { url, query } = await postgres.freshDatabase();
    await query(`
      create role public_keeper_x; create role public_other_x;
      create schema open; grant usage on schema open to public; create schema closed;
      create table open.a (id int, note text); grant select, insert on open.a to public;
      create table closed.b (id int); grant select on closed.b to public;
      create table open.c (id int, note text); grant update (note) on open.c to public;
      create view open.v as select 1 as one; grant select on open.v to public;
      create sequence open.s; grant usage on sequence open.s to public;
      create function open.definer(a int) returns int language sql security definer as 'select 1';
      alter function open.definer(int) owner to public_keeper_x;
      create function open.invoker() returns int language sql as 'select 1'`);
    const before = await found(url, "public-access");
    expect(titles(before)).toEqual([
      "high: Everybody has INSERT, SELECT on table open.a (PUBLIC)",
      "high: Everybody has UPDATE on column open.c.note (PUBLIC)",
      "low: Everybody has SELECT on table closed.b (PUBLIC)",
      "medium: Everybody can call open.definer(a integer), which runs with the rights of public_keeper_x (PUBLIC)",
      "medium: Everybody has SELECT on view open.v (PUBLIC)",
      "medium: Everybody has USAGE on sequence open.s (PUBLIC)",
    ]);
    for (const { fix } of before) await query(fix ?? "");
    expect(titles(await found(url, "public-access"))).toEqual([]);
    const { rows } = await query(`
      select has_function_privilege('public_other_x', 'open.invoker()', 'EXECUTE') as invoker,
        has_function_privilege('public_other_x', 'open.definer(int)', 'EXECUTE') as definer`);
    expect(rows).toEqual([{ invoker: true, definer: false }]);
  });

  it("ends default privileges for everybody, in one schema and in all of them", async () => {
    const { url, query } = await postgres.freshDatabase();
    await query(`
      create role "default; keeper_x"; create role default_readonly; create schema app;
      alter default privileges for role "default; keeper_x" grant select, insert on tables to public;
      alter default privileges for role "default; keeper_x" in schema app grant usage on sequences to public;
      alter default privileges for role "default; keeper_x" in schema app grant select, delete on tables to default_readonly;
      alter default privileges for role "default; keeper_x" grant execute on functions to default_readonly`);
    const before = await found(url, "widening-default");
    expect(titles(before)).toEqual([
      "high: New tables and views that default; keeper_x makes in app will give DELETE to default_readonly",
      "high: New tables and views that default; keeper_x makes will give INSERT, SELECT to everybody (PUBLIC)",
      "medium: New sequences that default; keeper_x makes in app will give USAGE to everybody (PUBLIC)",
    ]);
    for (const { fix } of before) await query(fix ?? "");
    expect(titles(await found(url, "widening-default"))).toEqual([]);
  });

  it("ends memberships that make a role an administrator, each way by itself", async () => {
    const { url, query } = await postgres.freshDatabase();
    await query(`
      create role boss superuser; create role admins_x; create role mia_x login; create role job_x login;
      grant boss to admins_x; grant admins_x to mia_x; grant pg_read_all_data to job_x`);
    const before = await found(url, "admin-membership");
    expect(titles(before)).toEqual([
      "critical: admins_x can become superuser after SET ROLE: member of boss",
      "critical: mia_x can become superuser after SET ROLE: member of boss through admins_x",
      "high: job_x can read all data: member of pg_read_all_data",
    ]);
    for (const { fix } of before) await query(fix ?? "");
    expect(titles(await found(url, "admin-membership"))).toEqual([]);
  });

  it("ends the ways by which a role can get more", async () => {
    const { url, query } = await postgres.freshDatabase();
    await query(`
      create role way_keeper; create role way_app_x login; create role way_maker_x login createrole;
      create table t (id int); alter table t owner to way_keeper; grant trigger on t to way_app_x;
      create function f() returns int language sql security definer as 'select 1'; alter function f() owner to way_keeper;
      revoke execute on function f() from public; grant execute on function f() to way_app_x;
      grant way_keeper to way_app_x with admin true, inherit false, set false`);
    const before = await found(url, "escalation-path");
    expect(titles(before)).toEqual([
      "high: way_app_x can grant itself role way_keeper (ADMIN OPTION)",
      "high: way_maker_x can make roles (CREATEROLE)",
      "low: way_app_x can run public.f() with the rights of way_keeper",
      "medium: way_app_x can run code by a TRIGGER on public.t as whoever writes there",
    ]);
    for (const { fix } of before) await query(fix ?? "");
    expect(titles(await found(url, "escalation-path"))).toEqual([]);
  });

  it("ends a leftover, what it owns and what it passed on", async () => {
    const { url, query } = await postgres.freshDatabase();
    await query(`
      create role leftover_old_x login; create role leftover_keeper; create role leftover_friend; create role leftover_group;
      create schema shop; alter schema shop owner to leftover_keeper;
      create table shop.t (id int, note text); alter table shop.t owner to leftover_keeper;
      create table shop.own (id int); alter table shop.own owner to leftover_old_x;
      create function shop.f(a int, out b int) language sql as 'select 1'; alter function shop.f(int) owner to leftover_old_x;
      grant usage on schema shop to leftover_old_x; grant select on shop.t to leftover_old_x with grant option;
      grant update (note) on shop.t to leftover_old_x; grant leftover_group to leftover_old_x with admin option;
      alter default privileges for role leftover_old_x in schema shop grant select on tables to leftover_friend;
      alter default privileges for role leftover_keeper grant insert on tables to leftover_old_x;
      set role leftover_old_x; grant select on shop.t to leftover_friend; grant leftover_group to leftover_friend; reset role`);
    const [leftover] = await found(url, "leftover-role");
    expect(leftover?.title).toBe(
      'leftover_old_x looks like a leftover ("old"), and it has access to 3 objects',
    );
    await query(leftover?.fix ?? "");
    expect(await found(url, "leftover-role")).toEqual([]);
    const { rows } = await query(
      "select rolname from pg_roles where rolname like 'leftover%' order by rolname",
    );
    expect(rows.map(({ rolname }) => rolname)).toEqual([
      "leftover_friend",
      "leftover_group",
      "leftover_keeper",
    ]);
  });
});
