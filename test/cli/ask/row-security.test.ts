// Row-level security of a plain PostgreSQL: a privilege stays a privilege, and whose rows it hides is what the server itself hides.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canonicalText } from "../../../lib/core/catalog/canonical.ts";
import type { Catalog } from "../../../lib/core/catalog/catalog.ts";
import { catalogFileText, parseCatalogFile } from "../../../lib/core/catalog/catalog-file.ts";
import { applyChanges } from "../../../lib/core/history/apply.ts";
import { notToldBetween } from "../../../lib/core/history/beside-sections.ts";
import { diffCatalogs } from "../../../lib/core/history/diff.ts";
import { accessEngine } from "../../../lib/core/privileges/effective.ts";
import { reachable } from "../../../lib/core/privileges/effective-graph.ts";
import { findObject } from "../../../lib/core/privileges/find-object.ts";
import { rowSecurityOf } from "../../../lib/core/privileges/row-security.ts";
import { readCatalogFrom } from "../../../lib/dsql/read-catalog.ts";
import { changeText } from "../../../lib/wording/change-text.ts";
import { cluster, estate } from "../../support/catalogs.ts";
import { cliIn } from "../../support/cli.ts";
import { sharedPostgres } from "../../support/postgres.ts";

const shared = sharedPostgres();
const postgres = "postgres://localhost:5432/app" as typeof cluster;
const ROLES = ["keeper", "heir", "heir_by_set", "reader", "seer", "may_be_seer", "may_be_blind", "root_like"];
const TABLES = ["app.plain", "app.hidden", "app.forced", "app.parts"];
const SETUP = `
  create role keeper; create role heir in role keeper; create role heir_by_set noinherit; grant keeper to heir_by_set with inherit false;
  create role reader; create role seer bypassrls; create role may_be_seer; grant seer to may_be_seer with inherit false;
  create role blind bypassrls; create role may_be_blind in role reader; grant blind to may_be_blind with inherit false;
  create role root_like superuser; create schema app; grant usage on schema app to public;
  create table app.plain (id int); create table app.hidden (id int); create table app.forced (id int);
  create table app.parts (id int) partition by range (id); create table app.part partition of app.parts default;
  insert into app.plain values (1); insert into app.hidden values (1); insert into app.forced values (1); insert into app.parts values (1);
  alter table app.hidden enable row level security; alter table app.parts enable row level security;
  alter table app.forced enable row level security; alter table app.forced force row level security;
  grant select on all tables in schema app to reader, seer;
  alter table app.plain owner to keeper; alter table app.hidden owner to keeper; alter table app.forced owner to keeper; alter table app.parts owner to keeper`;

let folder = "";
let client: pg.Client;
let url = "";
const cli = cliIn(
  () => folder,
  () => Date.parse("2026-11-01T00:00:00Z"),
);
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "row-security-"));
  const database = await shared.freshDatabase();
  url = database.url;
  await database.query(SETUP);
  client = new pg.Client({ connectionString: url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  rmSync(folder, { recursive: true, force: true });
});

/** Whether the role reads the one row of a table as itself; undefined: it may not read it. */
const readsAs = async (role: string, table: string): Promise<boolean | undefined> => {
  await client.query("begin");
  try {
    await client.query(`set local role ${role}`);
    return (await client.query(`select from ${table}`)).rowCount === 1;
  } catch {
    return undefined;
  } finally {
    await client.query("rollback");
  }
};

const stateOf = (catalog: Catalog, role: string, table: string, bySetRole: boolean) => {
  const engine = accessEngine(catalog);
  const id = engine.graph.idOfName.get(role) ?? -1;
  return rowSecurityOf(engine, "SELECT", findObject(engine, table, "SELECT"), { role: id, bySetRole });
};

describe("row-level security", () => {
  it("hides rows from those from whom the server hides them", async () => {
    const catalog = await readCatalogFrom(client, { cluster: postgres });
    const { graph } = accessEngine(catalog);
    for (const table of TABLES)
      for (const role of ROLES) {
        const own = await readsAs(role, table);
        if (own !== undefined)
          expect([role, table, stateOf(catalog, role, table, false)]).toEqual([
            role,
            table,
            own ? null : "applies",
          ]);
        const others = reachable(graph.set, graph.idOfName.get(role) ?? -1).map(
          (id) => graph.roles[id]?.name ?? "",
        );
        const reads: (boolean | undefined)[] = [];
        for (const other of others) reads.push(await readsAs(other, table));
        if (reads.some((one) => one !== undefined))
          expect([role, table, stateOf(catalog, role, table, true)]).toEqual([
            role,
            table,
            reads.includes(true) ? null : "applies",
          ]);
      }
  });

  it("is said in one sentence, and the answer stays yes", async () => {
    const explained = await cli(["explain", "reader", "SELECT", "app.hidden", "--url", url]);
    expect(explained.out).toContain("Yes: SELECT on table app.hidden for role reader");
    expect(explained.out).toContain(
      "Row-level security is enabled on table app.hidden: its policies decide which rows count, so some may be hidden from role reader, or writes to them refused.",
    );
    for (const [role, table] of [
      ["keeper", "app.hidden"],
      ["reader", "app.plain"],
      ["root_like", "app.forced"],
    ])
      expect((await cli(["explain", role ?? "", "SELECT", table ?? "", "--url", url])).out).not.toContain(
        "ow-level",
      );
    const who = await cli(["who-can", "SELECT", "app.forced", "--url", url]);
    expect(who.out.replaceAll(/\s+/g, " ")).toContain(
      "hidden from heir, heir_by_set, keeper, may_be_blind, reader, or writes to them refused",
    );
    const rows = (await cli(["who-can", "SELECT", "app.hidden", "--url", url, "--json"])).json() as {
      role: string;
      rowSecurity: string | null;
    }[];
    const stateBy = new Map(rows.map(({ role, rowSecurity }) => [role, rowSecurity]));
    expect([stateBy.get("reader"), stateBy.get("keeper"), stateBy.get("seer")]).toEqual([
      "applies",
      null,
      null,
    ]);
  });

  it("is unknown of a snapshot that did not read it, and asked of Aurora DSQL by nobody", async () => {
    const { extras, ...rest } = await readCatalogFrom(client, { cluster: postgres });
    if (!extras) throw new Error("they were read");
    const { rowSecurity: _, ...older } = extras;
    const unread = { ...rest, extras: older };
    expect(stateOf(unread, "reader", "app.plain", false)).toBe("unknown");
    expect(stateOf(unread, "seer", "app.plain", false)).toBe(null);
    writeFileSync(join(folder, "older.catalog"), catalogFileText(unread));
    const { out } = await cli("explain reader SELECT app.plain --catalog older.catalog");
    expect(out.replaceAll(/\s+/g, " ")).toContain("rows of table app.plain from role reader is not known");

    const texts: string[] = [];
    const asked = await readCatalogFrom(
      {
        query: (statement) => {
          texts.push(statement.text);
          return client.query(statement);
        },
      },
      { cluster },
    );
    expect(texts.some((text) => text.includes("relrowsecurity"))).toBe(false);
    expect(asked.extras).not.toHaveProperty("rowSecurity");
    expect(stateOf({ ...asked }, "reader", "app.hidden", false)).toBe(null);
    expect(
      notToldBetween(estate(), { ...estate(), extras: asked.extras }).map(({ kind }) => kind),
    ).not.toContain("rowSecurity");
  });

  it("is told when it is enabled, forced and disabled, and keeps in a file what it was", async () => {
    const read = () => readCatalogFrom(client, { cluster: postgres });
    const told = async (sql: string): Promise<string[]> => {
      const before = await read();
      await client.query(sql);
      const after = await read();
      const changes = diffCatalogs(before, after);
      expect(canonicalText(applyChanges(before, changes))).toBe(canonicalText(after));
      expect(parseCatalogFile(catalogFileText(after), "file").extras?.rowSecurity).toEqual(
        after.extras?.rowSecurity,
      );
      return changes.map(changeText);
    };
    expect(await told("alter table app.plain enable row level security")).toEqual([
      "row-level security of table app.plain was enabled, not forced on its owner",
    ]);
    expect(await told("alter table app.plain force row level security")).toEqual([
      "row-level security of table app.plain is now also forced on its owner",
    ]);
    expect(await told("alter table app.plain disable row level security")).toEqual([
      "row-level security of table app.plain was disabled",
    ]);
    await client.query("create table app.gone (id int); alter table app.gone enable row level security");
    expect(await told("drop table app.gone")).toEqual(["table app.gone was dropped"]);
  });
});
