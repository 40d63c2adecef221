// Names that are longer than PostgreSQL keeps, and names with their database, against a real server.
import fc from "fast-check";
import { expect, it } from "vitest";
import { cutName } from "../../lib/core/catalog/sql-token.ts";
import { accessEngine } from "../../lib/core/privileges/effective.ts";
import { findObjects, findRole } from "../../lib/core/privileges/find-object.ts";
import { readCatalogFrom } from "../../lib/dsql/read-catalog.ts";
import { cluster } from "../support/catalogs.ts";
import { ownServer } from "./own-server.ts";

const { client } = ownServer();

it("cuts a name where the server does", async () => {
  const letter = fc.constantFrom("a", "Ä", "☃", "😀", " ", ".", '"');
  await fc.assert(
    fc.asyncProperty(fc.array(letter, { minLength: 1, maxLength: 80 }), async (letters) => {
      const { rows } = await client().query("select $1::text::name as cut", [letters.join("")]);
      expect(cutName(letters.join(""))).toBe(rows[0].cut);
    }),
    { numRuns: 200 },
  );
});

it("finds by what was once written, and by a name with the database in front", async () => {
  const long = `t_${"☃long".repeat(20)}`;
  const role = `r${"_long".repeat(20)}`;
  await client().query(`create role ${role}; create schema app; create table app."${long}" (id int);
    create function app.f(a int) returns int language sql as 'select 1'`);
  const engine = accessEngine(await readCatalogFrom(client(), { cluster }));
  const asked = (text: string): string[] => findObjects(engine, text).map(({ name }) => name);
  const { rows } = await client().query("select relname from pg_class where relname like 't_%long%'");
  for (const text of [`app."${long}"`, long, `postgres.app.${long}`, `table postgres.app."${long}"`])
    expect(asked(text), text).toEqual([rows[0].relname]);
  expect(asked("postgres.app.f(integer)")).toEqual(["f(a integer)"]);
  expect(() => asked(`other.app.${long}`)).toThrow("there is no");
  for (const name of [role, role.toUpperCase(), `"${role}"`])
    expect(engine.graph.roles[findRole(engine, name)]?.name).toBe(role.slice(0, 63));
});
