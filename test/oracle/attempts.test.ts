// A sample with real attempts: connect as the role, SET ROLE, run the statement, 42501 or not.
import fc from "fast-check";
import pg from "pg";
import { describe, expect, it } from "vitest";
import { quoteIdentifier } from "../../lib/core/base/quote.ts";
import type { Privilege } from "../../lib/core/catalog/privileges.ts";
import type { AccessEngine } from "../../lib/core/privileges/effective.ts";
import { accessEngine } from "../../lib/core/privileges/effective.ts";
import type { AccessObject } from "../../lib/core/privileges/effective-objects.ts";
import { readCatalog } from "../../lib/dsql/read-catalog.ts";
import { startPostgres } from "../../local/postgres/postgres.ts";
import { quoteQualified } from "../support/quote-qualified.ts";
import { makeWorld } from "./compare.ts";
import { script, type World, worlds } from "./world.ts";

/** What to run to need just this privilege; undefined where no statement needs it alone. */
const statementFor = (object: AccessObject, privilege: Privilege): string | undefined => {
  const name =
    object.schema === null ? quoteIdentifier(object.name) : quoteQualified(object.schema, object.name);
  const key = `${object.kind} ${privilege}`;
  const statements: Readonly<Record<string, string>> = {
    "table SELECT": `select 1 from ${name}`,
    "view SELECT": `select 1 from ${name}`,
    "table INSERT": `insert into ${name} (k) values (1)`,
    "table UPDATE": `update ${name} set k = 1`,
    "table DELETE": `delete from ${name}`,
    "table TRUNCATE": `truncate ${name}`,
    "sequence SELECT": `select last_value from ${name}`,
    "sequence UPDATE": `select setval('${name.replaceAll("'", "''")}', 1)`,
    "schema CREATE": `create table ${quoteQualified(object.name, "attempted")} (a int)`,
    "database CREATE": "create schema attempted",
  };
  return statements[key];
};

/** Tables that a catalog calls tables alike, but that fail for other reasons first. */
const isPlain = (engine: AccessEngine, object: AccessObject): boolean => {
  const { relations } = engine.catalog.sections;
  const row = relations.status === "read" ? relations.rows.find(({ oid }) => oid === object.oid) : undefined;
  return !row || ["r", "p", "S", "v"].includes(row.kind);
};

/** The engine's word: held and usable; a SELECT of no column needs one on any column, an INSERT or UPDATE one on `k`. */
const foretold = (
  engine: AccessEngine,
  role: number,
  object: AccessObject,
  privilege: Privilege,
): boolean => {
  if (!engine.matrix.usable(role, object)) return false;
  if (object.kind === "schema" || object.kind === "database")
    return engine.holds(role, privilege, object) === "yes";
  if (privilege === "SELECT") return engine.holds(role, privilege, object, { anyColumn: true }) === "yes";
  const column = engine.objects.find((o) => o.kind === "column" && o.oid === object.oid && o.column === "k");
  return (
    engine.holds(role, privilege, column && ["INSERT", "UPDATE"].includes(privilege) ? column : object) ===
    "yes"
  );
};

const attemptAll = async (url: string, world: World): Promise<{ tried: number; refused: number }> => {
  const engine = accessEngine(
    await readCatalog({ kind: "url", url }, { random: Math.random, sleep: async () => {} }),
  );
  const mismatches: string[] = [];
  let tried = 0;
  let refused = 0;
  const check = (what: string, expected: boolean, state: string | undefined): void => {
    tried += 1;
    if (state === "42501") refused += 1;
    if (expected === (state === "42501"))
      mismatches.push(`${what} -- server ${state ?? "ok"}, engine ${expected}`);
  };
  for (const [id, role] of engine.graph.roles.entries()) {
    if (!world.roles.includes(role.name)) continue;
    const as = new URL(url);
    as.username = encodeURIComponent(role.name);
    const client = new pg.Client({ connectionString: as.href });
    try {
      await client.connect();
    } catch {
      continue; // CONNECT is taken from it, or the URL cannot carry the name
    }
    const run = async (sql: string): Promise<string | undefined> => {
      await client.query("begin");
      try {
        await client.query(sql);
        return undefined;
      } catch (error) {
        return (error as { code?: string }).code;
      } finally {
        await client.query("rollback");
      }
    };
    for (const [acting, other] of engine.graph.roles.entries()) {
      if (!world.roles.includes(other.name)) continue;
      const may = engine.isMember(id, acting, "SET");
      check(
        `as ${role.name}: set role ${quoteIdentifier(other.name)}`,
        may,
        await run(`set role ${quoteIdentifier(other.name)}`),
      );
      if (!may) continue;
      for (const object of engine.objects.filter((o) => isPlain(engine, o))) {
        for (const privilege of ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "CREATE"] as const) {
          const sql = statementFor(object, privilege);
          if (sql === undefined) continue;
          const state = await run(`set local role ${quoteIdentifier(other.name)}; ${sql}`);
          check(
            `set role ${quoteIdentifier(other.name)}; ${sql}`,
            foretold(engine, acting, object, privilege),
            state,
          );
        }
      }
    }
    await client.end();
  }
  if (mismatches.length) throw new Error(`${script(world)}\n${mismatches.slice(0, 5).join("\n")}`);
  return { tried, refused };
};

describe("a real attempt", () => {
  it("succeeds where the engine says so, and is refused with 42501 where it does not", {
    timeout: 120_000,
  }, async () => {
    let tried = 0;
    let refused = 0;
    for (const world of fc.sample(worlds({ roles: 8, relations: 6, actions: 90 }), 3)) {
      const server = await startPostgres();
      const client = new pg.Client({ connectionString: server.url });
      try {
        await client.connect();
        await makeWorld(client, world);
        const result = await attemptAll(server.url, world);
        tried += result.tried;
        refused += result.refused;
      } finally {
        await client.end();
        await server.stop();
      }
    }
    process.stdout.write(`${tried} real attempts, ${refused} of them refused\n`);
    expect(refused).toBeGreaterThan(50);
    expect(tried - refused).toBeGreaterThan(50);
  });
});
