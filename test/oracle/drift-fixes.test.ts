// The statements that mend drift, run as printed: on PostgreSQL as a superuser, on the stand-in line by line as `admin`.
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { Baseline } from "../../lib/core/baseline/baseline.ts";
import { baselineOf } from "../../lib/core/baseline/baseline-of.ts";
import { driftOf, isDrift } from "../../lib/core/baseline/drift.ts";
import { driftText } from "../../lib/core/baseline/drift-text.ts";
import type { Catalog } from "../../lib/core/catalog/catalog.ts";
import { accessEngine } from "../../lib/core/privileges/effective.ts";
import { mendDrift } from "../../lib/core/remediation/mend-drift.ts";
import { planFor } from "../../lib/core/remediation/plan.ts";
import { readCatalog, readCatalogFrom } from "../../lib/dsql/read-catalog.ts";
import { cluster } from "../support/catalogs.ts";
import { sharedPostgres } from "../support/postgres.ts";
import { adminKey, sharedStandIn } from "../support/stand-in.ts";

const AT = Date.UTC(2026, 10, 28);
const postgres = sharedPostgres();
const standIn = sharedStandIn();

type World = {
  readonly read: () => Promise<Catalog>;
  /** Runs a fix as it is printed. */
  readonly run: (fix: string) => Promise<void>;
  readonly make: (sql: string) => Promise<unknown>;
};

/** Makes each change, mends what it made of the baseline, and holds the drift against what there was before. */
const mendsAll = async (
  { read, run, make }: World,
  baseline: Baseline,
  changes: readonly (readonly [sql: string, fix: RegExp])[],
): Promise<void> => {
  const drift = async () => {
    const catalog = await read();
    return { engine: accessEngine(catalog), rows: driftOf(baseline, catalog, AT).filter(isDrift) };
  };
  expect((await drift()).rows.map(driftText)).toEqual([]);
  for (const [sql, expected] of changes) {
    await make(sql);
    const { engine, rows } = await drift();
    expect(rows.length, sql).toBeGreaterThan(0);
    const fixes = rows.map((row) => mendDrift(engine, row));
    expect(fixes.join("\n"), sql).toMatch(expected);
    for (const fix of fixes) {
      if (fix === undefined) throw new Error(`${sql}: no statement`);
      await run(fix).catch((error: Error) => {
        throw new Error(`${sql}\n${fix}\n${error.message}`);
      });
    }
    expect((await drift()).rows.map(driftText), `${sql}\n${fixes.join("\n")}`).toEqual([]);
  }
};

/** `admin` on the stand-in; each reading on a login of its own, as changed privileges reach old connections late. */
const asAdmin = async () => {
  const login = () => standIn.connect({ user: "admin", accessKeyId: adminKey });
  const admin = await login();
  return {
    read: async (): Promise<Catalog> => readCatalogFrom(await login(), { cluster, serverKind: "dsql" }),
    lines: async (fix: string): Promise<void> => {
      for (const line of fix.split("\n").filter((one) => !one.startsWith("--"))) await admin.query(line);
    },
  };
};

/** Statements that each need the role, as Aurora DSQL takes them. */
const as = (role: string, ...said: string[]): string =>
  said.flatMap((sql) => ["begin", `set local role ${role}`, sql, "commit"]).join("\n");

/** One object of each kind in a schema, and a privilege on it. */
const kindsIn = (schema: string) => [
  { word: "table", name: `${schema}.t`, on: `${schema}.t`, may: "delete", make: `create table ${schema}.t (id int)` },
  { word: "view", name: `${schema}.v`, on: `${schema}.v`, may: "insert", make: `create view ${schema}.v as select 1 as a` },
  { word: "sequence", name: `${schema}.q`, on: `sequence ${schema}.q`, may: "update", make: `create sequence ${schema}.q` },
  { word: "function", name: `${schema}.f(int)`, on: `function ${schema}.f(int)`, may: "execute", make: `create function ${schema}.f(a int) returns int language sql as 'select 1'` },
]; // biome-ignore format: one glance

describe("what mends drift", () => {
  it("runs on PostgreSQL and leaves none, for what is too much and for what is missing", async () => {
    const { url, query } = await postgres.freshDatabase();
    const read = () => readCatalog({ kind: "url", url }, { sleep: (ms) => sleep(ms), random: () => 0 });
    await query(`
      create role keeper; create role "ap p" login; create role other; create role team;
      create schema "s.x" authorization keeper; grant usage on schema "s.x" to "ap p", other;
      set role keeper;
      create table "s.x"."t 1" (id int, "no te" text); create view "s.x".v as select 1 as a;
      create sequence "s.x".q; create function "s.x".f(a int, b text) returns int language sql as 'select 1';
      create table "s.x".c (id int, note text);
      grant select on "s.x"."t 1" to "ap p"; grant select (id) on "s.x".c to "ap p";
      grant insert on "s.x"."t 1" to other with grant option;
      reset role; grant team to other`);
    await mendsAll({ read, run: async (fix) => void (await query(fix)), make: query }, baselineOf(await read()), [
      [`grant delete, update on "s.x"."t 1" to "ap p"`, /^REVOKE DELETE ON "s\.x"\."t 1" FROM "ap p";$/m],
      [`grant update ("no te") on "s.x"."t 1" to "ap p"`, /^REVOKE UPDATE \("no te"\) ON/m],
      [`grant insert on "s.x".v to public`, /^REVOKE INSERT ON "s\.x"\.v FROM PUBLIC;$/m],
      [`grant usage on sequence "s.x".q to "ap p"`, /^REVOKE USAGE ON SEQUENCE/m],
      [`grant create on schema "s.x" to "ap p"`, /^REVOKE CREATE ON SCHEMA "s\.x" FROM "ap p";$/m],
      [`grant execute on function "s.x".f(int, text) to "ap p"`, /^REVOKE EXECUTE ON ROUTINE "s\.x"\.f\(integer, text\)/m],
      [`set role other; grant insert on "s.x"."t 1" to "ap p"; reset role`, /^SET LOCAL ROLE other;$/m],
      [`grant team to "ap p"`, /^REVOKE team FROM "ap p" GRANTED BY/m],
      [`alter role "ap p" createrole`, /^ALTER ROLE "ap p" NOCREATEROLE;$/m],
      [`alter role other superuser`, /^ALTER ROLE other NOSUPERUSER;$/m],
      [`alter table "s.x"."t 1" owner to other; alter table "s.x"."t 1" owner to keeper; revoke select on "s.x"."t 1" from "ap p"`, /^GRANT SELECT ON "s\.x"\."t 1" TO "ap p";$/m],
      [`revoke select (id) on "s.x".c from "ap p"`, /^GRANT SELECT \(id\) ON "s\.x"\.c TO "ap p";$/m],
      [`revoke execute on function "s.x".f(int, text) from public`, /^GRANT EXECUTE ON ROUTINE .* TO PUBLIC;$/m],
      [`revoke team from other`, /^GRANT team TO other;$/m],
      [`alter role "ap p" nologin`, /^ALTER ROLE "ap p" LOGIN;$/m],
    ]); // biome-ignore format: one glance
  }, 120_000);

  it("runs as admin on the stand-in, mappings included", async () => {
    const { read, lines } = await asAdmin();
    const arn = "arn:aws:iam::111122223333:role/App";
    for (const sql of [
      "create role drift_owner", "create role drift_app with login", "create role drift_team", "grant drift_owner to admin",
      "create schema drift", "grant usage, create on schema drift to drift_owner", "grant usage on schema drift to drift_app",
      "create table drift.mine (id int, note text)", `aws iam grant drift_app to '${arn}'`, "grant select on drift.mine to drift_app",
      "begin", "set local role drift_owner", "create table drift.theirs (id int)", "commit",
    ]) await lines(sql); // biome-ignore format: one glance
    const before = await read();
    await mendsAll({ read, run: lines, make: lines }, baselineOf(before), [
      ["grant delete on drift.mine to drift_app", /^REVOKE DELETE ON drift\.mine FROM drift_app;$/m],
      ["grant update (note) on drift.mine to drift_app", /^REVOKE UPDATE \(note\) ON drift\.mine/m],
      ["begin\nset local role drift_owner\ngrant insert on drift.theirs to drift_app\ncommit", /^SET LOCAL ROLE drift_owner;$/m],
      [`aws iam grant drift_app to '${arn}2'`, /^AWS IAM REVOKE drift_app FROM '.*App2';$/m],
      ["grant drift_team to drift_app", /^REVOKE drift_team FROM drift_app;$/m],
      ["revoke select on drift.mine from drift_app", /^GRANT SELECT ON drift\.mine TO drift_app;$/m],
      [`aws iam revoke drift_app from '${arn}'`, /^AWS IAM GRANT drift_app TO '.*App';$/m],
    ]); // biome-ignore format: one glance
  }, 120_000);

  it("lends USAGE on the stand-in to a grantor who has it no more, and takes it back", async () => {
    const { read, lines } = await asAdmin();
    for (const sql of [
      "create role dim_owner", "create role dim_lender", "create role dim_app", "grant dim_owner to admin", "grant dim_lender to admin",
      "create schema dim", "grant usage, create on schema dim to dim_owner", "grant usage on schema dim to dim_lender",
    ]) await lines(sql); // biome-ignore format: one glance
    for (const { make, on, may } of kindsIn("dim"))
      await lines(as("dim_owner", make, `grant ${may} on ${on} to dim_lender with grant option`));
    await lines("revoke usage on schema dim from dim_lender");
    const baseline = baselineOf(await read());
    for (const { on, may } of kindsIn("dim")) {
      await lines("grant usage on schema dim to dim_lender");
      await lines(as("dim_lender", `grant ${may} on ${on} to dim_app`));
      await lines("revoke usage on schema dim from dim_lender");
      const catalog = await read();
      const rows = driftOf(baseline, catalog, AT).filter(isDrift);
      expect(
        rows.map(({ role }) => role),
        on,
      ).toEqual(["dim_app"]);
      const fix = rows.map((row) => mendDrift(accessEngine(catalog), row)).join("\n");
      expect(fix).toMatch(/^GRANT USAGE ON SCHEMA dim TO dim_lender;$/m);
      // A plan lends it once more by itself: it does not take the lending for what is wished.
      const plan = planFor(catalog, [{ id: on, title: on, fix }]);
      expect(plan.doubts).toEqual([]);
      expect(
        plan.steps.flatMap(({ text }) => text.match(/(?:GRANT|REVOKE) USAGE ON SCHEMA/) ?? []),
      ).toHaveLength(2);
      await lines(fix).catch((error: Error) => {
        throw new Error(`${on}\n${fix}\n${error.message}`);
      });
      expect(
        driftOf(baseline, await read(), AT)
          .filter(isDrift)
          .map(driftText),
        fix,
      ).toEqual([]);
    }
  }, 120_000);

  it("gives away on the stand-in what an owner has whom admin may become and does not inherit", async () => {
    const { read, lines } = await asAdmin();
    const distant = "grant far_owner to admin with inherit false, set true";
    for (const sql of [
      "create role far_owner", "create role far_keeper", "create schema far", distant, "grant far_keeper to admin",
      "grant usage, create on schema far to far_owner", "grant usage, create on schema far to far_keeper",
    ]) await lines(sql); // biome-ignore format: one glance
    for (const { make } of kindsIn("far")) await lines(as("far_keeper", make));
    const baseline = baselineOf(await read());
    for (const { word, name } of kindsIn("far")) {
      // One row says who should own it, the other who should not, which another owner mends as well.
      for (const which of ["far_keeper", "far_owner"]) {
        await lines(`alter ${word} ${name} owner to far_owner`);
        await lines(distant);
        const catalog = await read();
        const rows = driftOf(baseline, catalog, AT).filter(
          (row) => isDrift(row) && row.privilege === "OWNER",
        );
        const fix = rows
          .filter(({ role }) => role === which)
          .map((row) => mendDrift(accessEngine(catalog), row))
          .join("\n");
        expect(fix).toMatch(/^GRANT far_owner TO admin WITH INHERIT TRUE;$/m);
        await lines(fix).catch((error: Error) => {
          throw new Error(`${name}\n${fix}\n${error.message}`);
        });
        const left = driftOf(baseline, await read(), AT).filter((row) => isDrift(row) && row.role === which);
        expect(left.map(driftText), fix).toEqual([]);
      }
    }
  }, 120_000);
});
