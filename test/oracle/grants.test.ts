// Random grants and revokes by several grantors on a real server: the text says "lost" of exactly what is lost.
import fc from "fast-check";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Cluster } from "../../lib/core/base/ids.ts";
import { canonicalCatalog } from "../../lib/core/catalog/canonical-rows.ts";
import type { Catalog } from "../../lib/core/catalog/catalog.ts";
import { applyChanges } from "../../lib/core/history/apply.ts";
import { diffCatalogs } from "../../lib/core/history/diff.ts";
import { readCatalogFrom } from "../../lib/dsql/read-catalog.ts";
import { changeText } from "../../lib/wording/change-text.ts";
import { type Postgres, startPostgres } from "../../local/postgres/postgres.ts";

let server: Postgres;
let client: pg.Client;
const cluster = "postgres://localhost/grants" as Cluster;
const [owner, deputies, readers] = ["own", ["dep1", "dep2"], ["rd1", "rd2"]];
const privileges = ["SELECT", "INSERT", "UPDATE"] as const;

beforeAll(async () => {
  server = await startPostgres();
  client = new pg.Client({ connectionString: server.url });
  await client.connect();
  await client.query(
    `create role own; create role dep1; create role dep2; create role rd1; create role rd2; create role grp;
     create schema app authorization own; grant usage on schema app to public`,
  );
}, 60_000);
afterAll(async () => {
  await client.end();
  await server.stop();
});

/** One statement as one role; what the server refuses changes nothing. */
const attempt = async (role: string, sql: string): Promise<void> => {
  await client.query(`set role ${role}`);
  await client.query(sql).catch(() => {});
  await client.query("reset role");
};

const statement = (verbs: readonly ("grant" | "revoke")[]) =>
  fc
    .record({
      by: fc.constantFrom(owner, ...deputies),
      verb: fc.constantFrom(...verbs),
      privilege: fc.constantFrom(...privileges),
      columns: fc.constantFrom("", "", " (a)", " (b)"),
      to: fc.constantFrom(...deputies, ...readers, "public", "grp"),
      option: fc.boolean(),
    })
    .map(({ by, verb, privilege, columns, to, option }) => {
      const what = `${privilege}${columns} on app.t`;
      if (verb === "grant")
        return [
          by,
          `grant ${what} to ${to}${option && to !== "public" ? " with grant option" : ""}`,
        ] as const;
      return [by, `revoke ${what} from ${to} cascade`] as const;
    });
const membership = fc
  .record({ verb: fc.constantFrom("grant", "revoke"), role: fc.constantFrom(...readers) })
  .map(
    ({ verb, role }) =>
      ["postgres", verb === "grant" ? `grant grp to ${role}` : `revoke grp from ${role}`] as const,
  );
const statements = (verbs: readonly ("grant" | "revoke")[]) =>
  fc.array(fc.oneof({ weight: 8, arbitrary: statement(verbs) }, { weight: 1, arbitrary: membership }), {
    minLength: 8,
    maxLength: 25,
  });
const grants = statements(["grant"]);
const revokes = statements(["revoke", "revoke", "revoke", "grant"]);

/** What each role holds on the table and its columns by the server's own word. */
const held = async (): Promise<Map<string, boolean>> => {
  const { rows } = await client.query(
    `select r.role || ' ' || p.priv || ' ' || coalesce(c.col, '') as key,
       case when c.col is null then has_table_privilege(r.role, 'app.t', p.priv)
            else has_column_privilege(r.role, 'app.t', c.col, p.priv) end as holds
     from unnest($1::text[]) r(role), unnest($2::text[]) p(priv), (values (null), ('a'), ('b')) c(col)`,
    [[...deputies, ...readers, "grp"], privileges],
  );
  return new Map(rows.map(({ key, holds }: { key: string; holds: boolean }) => [key, holds]));
};

/** "rd1 SELECT a" for each privilege that a text says was lost. */
const saidLost = (texts: readonly string[]): string[] =>
  texts.flatMap((text) =>
    text.split("; ").flatMap((clause) => {
      const match = /^(\w+) lost ([A-Z, ]+) on (?:table app\.t|column app\.t\.(\w+) \(column \d+\)): /.exec(
        clause,
      );
      return match ? (match[2] ?? "").split(", ").map((one) => `${match[1]} ${one} ${match[3] ?? ""}`) : [];
    }),
  );

const read = (): Promise<Catalog> => readCatalogFrom(client, { cluster });

describe("the text of grants by several grantors", () => {
  it("says lost only of what the server denies, and of every direct grant whose privilege is gone", async () => {
    let [checked, kept] = [0, 0];
    await fc.assert(
      fc.asyncProperty(grants, revokes, async (first, second) => {
        await client.query("drop table if exists app.t; revoke grp from rd1, rd2");
        await client.query("create table app.t (a int, b int); alter table app.t owner to own");
        await attempt(owner, "grant select, insert, update on app.t to dep1, dep2 with grant option");
        for (const [by, sql] of first) await attempt(by === "postgres" ? server.superuser : by, sql);
        const [a, before] = [await read(), await held()];
        for (const [by, sql] of second) await attempt(by === "postgres" ? server.superuser : by, sql);
        const [b, after] = [await read(), await held()];
        const changes = diffCatalogs(a, b);
        expect(applyChanges(a, changes).sections).toEqual(canonicalCatalog(b).sections);
        const texts = changes.map(changeText);
        const lost = saidLost(texts);
        kept += texts.filter((text) => text.includes("still holds")).length;
        for (const key of lost.filter((one) => !one.startsWith("PUBLIC")))
          expect([key, after.get(key)]).toEqual([key, false]);
        // Whoever lost it by the end of a grant to itself is told so.
        const direct = changes.flatMap((change) =>
          change.kind === "grant" && change.before
            ? privileges
                .filter((name) => {
                  const letter = { SELECT: "r", INSERT: "a", UPDATE: "w" }[name];
                  return (
                    change.before?.privileges.includes(letter) && !change.after?.privileges.includes(letter)
                  );
                })
                .map((name) => `${change.grantee.name} ${name} ${change.object.name.split(".")[1] ?? ""}`)
            : [],
        );
        for (const key of direct)
          if (before.get(key) === true && after.get(key) === false) {
            expect(lost).toContain(key);
            checked++;
          }
      }),
      { numRuns: 60 },
    );
    // That the property is not empty; how often it bites is chance.
    expect(checked).toBeGreaterThan(0);
    expect(kept).toBeGreaterThan(0);
  }, 120_000);

  it("tells memberships by several grantors apart", async () => {
    await client.query(
      "revoke grp from rd1, rd2; grant grp to dep1, dep2 with admin option; grant grp to rd1 granted by dep1; grant grp to rd1 with inherit false granted by dep2",
    );
    const a = await read();
    await client.query("revoke grp from rd1 granted by dep1");
    const b = await read();
    expect(diffCatalogs(a, b).map(changeText)).toEqual([
      "the membership of rd1 in grp granted by dep1 ended; rd1 is still a member, granted by dep2: inherits nothing (INHERIT FALSE), may SET ROLE to it (SET TRUE)",
    ]);
    await client.query("revoke grp from rd1 granted by dep2");
    expect(diffCatalogs(b, await read()).map(changeText)).toEqual([
      "rd1 is no longer a member of grp: the grant by dep2 ended",
    ]);
  });
});
