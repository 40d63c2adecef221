// On a real PostgreSQL: who can pass on what is found, and running the SQL that it prints clears it.
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
const found = async (url: string): Promise<readonly Observation[]> => {
  const catalog = await readCatalog({ kind: "url", url }, { sleep: (ms) => sleep(ms), random: Math.random });
  const facts = { ...exampleFacts({}), snapshot: { catalog, takenAt: exampleFacts({}).now, seq: 1 } };
  return judge(auditView(facts)).observations.filter(({ detector }) => detector === "grant-option");
};

describe("grant-option", () => {
  it("finds who can pass privileges on, and the SQL it prints takes only that away", async () => {
    const { url, query } = await postgres.freshDatabase();
    await query(`
      create role keeper; create role "Orders; app"; create role deputy; create role friend;
      create schema app; alter schema app owner to keeper; grant usage on schema app to public;
      create table app.orders (id int, note text); alter table app.orders owner to keeper;
      create function app.f(a int) returns int language sql as 'select 1'; alter function app.f owner to keeper;
      create sequence app.ticket; alter sequence app.ticket owner to keeper;
      grant select, insert on app.orders to "Orders; app" with grant option;
      grant update (note) on app.orders to deputy with grant option;
      grant execute on function app.f(int) to deputy with grant option;
      grant usage on sequence app.ticket to deputy with grant option;
      grant create on schema app to deputy with grant option;
      set role "Orders; app"; grant select on app.orders to deputy with grant option;
      set role deputy; grant select on app.orders to friend; reset role`);
    const before = await found(url);
    expect(before.map(({ title }) => title).toSorted()).toEqual([
      "Orders; app can pass on INSERT, SELECT on app.orders",
      "deputy can pass on CREATE on app",
      "deputy can pass on EXECUTE on app.f(a integer)",
      "deputy can pass on SELECT on app.orders",
      "deputy can pass on UPDATE on app.orders.note",
      "deputy can pass on USAGE on app.ticket",
    ]);
    const select = before.find(({ title }) => title.startsWith("deputy can pass on SELECT"));
    expect(select?.evidence).toMatchObject({ grantedBy: ["Orders; app"], passedOnTo: ["friend"] });
    expect(select?.fix).toBe(
      [
        "-- Granted by Orders; app: only a REVOKE as that role ends it.",
        "-- CASCADE also takes it from whom it was passed on to: friend.",
        "BEGIN;",
        'SET LOCAL ROLE "Orders; app";',
        "REVOKE GRANT OPTION FOR SELECT ON app.orders FROM deputy CASCADE;",
        "RESET ROLE;",
        "COMMIT;",
      ].join("\n"),
    );
    for (const { fix } of before.toReversed()) await query(fix ?? "");
    expect((await found(url)).map(({ title }) => title)).toEqual([]);
    const { rows } = await query(
      `select has_table_privilege('Orders; app', 'app.orders', 'SELECT, INSERT') and
        has_column_privilege('deputy', 'app.orders', 'note', 'UPDATE') as kept`,
    );
    expect(rows).toEqual([{ kept: true }]);
  });

  it("prints SQL that works for a grantor who lost the schema or became a superuser since", async () => {
    const { url, query } = await postgres.freshDatabase();
    await query(`
      create role chief; create role second; create role third; create role fourth;
      create schema hidden; alter schema hidden owner to chief;
      create table hidden.t (id int); alter table hidden.t owner to chief;
      grant usage on schema hidden to second, third;
      grant select, insert on hidden.t to second, third with grant option;
      set role second; grant select on hidden.t to fourth with grant option;
      set role third; grant insert on hidden.t to fourth with grant option; reset role;
      revoke usage on schema hidden from second; alter role third superuser`);
    const fourth = (await found(url)).filter(({ subject }) => subject.role === "fourth");
    expect(fourth).toHaveLength(1);
    for (const { fix } of fourth) await query(fix ?? "");
    expect((await found(url)).filter(({ subject }) => subject.role === "fourth")).toEqual([]);
    const { rows } = await query(
      `select has_schema_privilege('second', 'hidden', 'USAGE') as used,
        (select rolsuper from pg_roles where rolname = 'third') as super`,
    );
    expect(rows).toEqual([{ used: false, super: true }]);
  });

  it("prints SQL that works for a role that granted the privilege to itself once more", async () => {
    const { url, query } = await postgres.freshDatabase();
    await query(`
      create role host; create role twice;
      create schema twofold; alter schema twofold owner to host;
      grant usage on schema twofold to twice with grant option;
      set role twice; grant usage on schema twofold to twice; reset role`);
    const [only, ...more] = await found(url);
    expect(more).toEqual([]);
    expect(only?.evidence).toMatchObject({ grantedBy: ["host"], passedOnTo: [] });
    expect(only?.fix).toBe("REVOKE GRANT OPTION FOR USAGE ON SCHEMA twofold FROM twice CASCADE;");
    await query(only?.fix ?? "");
    expect(await found(url)).toEqual([]);
    const { rows } = await query("select has_schema_privilege('twice', 'twofold', 'USAGE') as kept");
    expect(rows).toEqual([{ kept: true }]);
  });
});
