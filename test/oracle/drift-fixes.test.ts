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
    const admin = await standIn.connect({ user: "admin", accessKeyId: adminKey });
    const read = async (): Promise<Catalog> =>
      readCatalogFrom(await standIn.connect({ user: "admin", accessKeyId: adminKey }), {
        cluster,
        serverKind: "dsql",
      });
    const lines = async (fix: string): Promise<void> => {
      for (const line of fix.split("\n").filter((one) => !one.startsWith("--"))) await admin.query(line);
    };
    const arn = "arn:aws:iam::111122223333:role/App";
    for (const sql of [
      "create role drift_owner", "create role drift_app with login", "create role drift_team", "grant drift_owner to admin",
      "create schema drift", "grant usage, create on schema drift to drift_owner", "grant usage on schema drift to drift_app",
      "create table drift.mine (id int, note text)", `aws iam grant drift_app to '${arn}'`, "grant select on drift.mine to drift_app",
      "begin", "set local role drift_owner", "create table drift.theirs (id int)", "commit",
    ]) await admin.query(sql); // biome-ignore format: one glance
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
});
