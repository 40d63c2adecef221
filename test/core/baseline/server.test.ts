// On a real PostgreSQL with the demonstration's estate: no drift from the baseline made of it, and a row for each change.
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { baselineOf } from "../../../lib/core/baseline/baseline-of.ts";
import { baselineText } from "../../../lib/core/baseline/baseline-text.ts";
import { driftOf } from "../../../lib/core/baseline/drift.ts";
import { driftText } from "../../../lib/core/baseline/drift-text.ts";
import { parseBaseline } from "../../../lib/core/baseline/parse-baseline.ts";
import { readCatalog } from "../../../lib/dsql/read-catalog.ts";
import { estateSql } from "../../../local/demo/estate.ts";
import { sharedPostgres } from "../../support/postgres.ts";

const postgres = sharedPostgres();
const AT = Date.UTC(2026, 10, 28);

it("tells each GRANT and REVOKE after the baseline was made, and nothing else", async () => {
  const { url, query } = await postgres.freshDatabase();
  const read = () => readCatalog({ kind: "url", url }, { sleep: (ms) => sleep(ms), random: () => 0 });
  // The database's own administrator stands for the cluster's, which makes the estate.
  for (const sql of estateSql) if (!/^AWS IAM/i.test(sql)) await query(sql);
  await query(`
    create role "we""ird # name"; create schema "a.b"; create table "a.b"."t'1" (id int, "no: te" text);
    create function "a.b".f(x int) returns int language sql as 'select 1';
    grant select ("no: te") on "a.b"."t'1" to "we""ird # name";
    alter default privileges in schema "a.b" grant select on tables to "we""ird # name"`);
  const baseline = parseBaseline(baselineText(baselineOf(await read())), "access.yml");
  const told = async (): Promise<string[]> =>
    driftOf(baseline, await read(), AT)
      .filter(({ section }) => section !== "mappings")
      .map((row) => `${row.kind}: ${driftText(row)}`);
  expect(await told()).toEqual([]);

  const changes: readonly (readonly [sql: string, undo: string, says: readonly string[]])[] = [
    [
      `grant insert on "a.b"."t'1" to "we""ird # name"`,
      `revoke insert on "a.b"."t'1" from "we""ird # name"`,
      [`undeclared: we"ird # name holds INSERT on a.b.t'1`],
    ],
    [
      `grant execute on function "a.b".f(int) to "we""ird # name"`,
      `revoke execute on function "a.b".f(int) from "we""ird # name"`,
      [`undeclared: we"ird # name holds EXECUTE on a.b.f(x integer)`],
    ],
    [
      `revoke execute on function "a.b".f(int) from public`,
      `grant execute on function "a.b".f(int) to public`,
      ["missing: PUBLIC does not hold EXECUTE on a.b.f(x integer)"],
    ],
    [
      `grant pg_read_all_data to "we""ird # name"`,
      `revoke pg_read_all_data from "we""ird # name"`,
      [`undeclared: we"ird # name is a member of pg_read_all_data`],
    ],
    [`create table "a.b".new (id int)`, `drop table "a.b".new`, []],
    [
      `alter role "we""ird # name" createrole`,
      `alter role "we""ird # name" nocreaterole`,
      [`undeclared: we"ird # name has the attribute CREATEROLE`],
    ],
  ];
  for (const [sql, undo, says] of changes) {
    await query(sql);
    expect(await told(), sql).toEqual(says);
    await query(undo);
    expect(await told(), undo).toEqual([]);
  }
}, 60_000);
