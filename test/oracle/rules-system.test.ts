// What the system owns, and what a session's settings must not change: the server against the engine.
import pg from "pg";
import { describe, expect, it } from "vitest";
import { Cluster } from "../../lib/core/base/ids.ts";
import type { Privilege } from "../../lib/core/catalog/privileges.ts";
import { accessEngine } from "../../lib/core/privileges/effective.ts";
import { escalations } from "../../lib/core/privileges/escalation.ts";
import { findObject, findRole } from "../../lib/core/privileges/find-object.ts";
import { readCatalogFrom } from "../../lib/dsql/read-catalog.ts";
import { inWorld } from "./compare.ts";
import { ruledServer, world } from "./ruled-server.ts";

const { inFixed, client, url } = ruledServer();

describe("the system's own objects", () => {
  const asked = async (sql: string): Promise<boolean> =>
    (await client().query<{ it: boolean }>(`select ${sql} as it`)).rows[0]?.it ?? false;

  it("are left out while nobody has been given any of them", () =>
    inFixed(["create role r"], ({ engine }) => {
      expect(engine.objects.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
        "database postgres",
        "schema public",
      ]);
    }));

  it("are told where an ordinary role may abuse them, by the server's rules", () =>
    inWorld(
      client(),
      world(
        "create role r",
        "create role w",
        "grant select, update, insert on pg_authid to r with grant option",
        "grant update (rolname) on pg_authid to r",
        "grant execute on function pg_read_file(text) to r",
        "grant pg_write_all_data to w",
        "grant create on schema pg_catalog to r",
      ),
      async (engine, states) => {
        expect(states.filter(Boolean)).toEqual([]);
        const holds = (role: string, privilege: Privilege, text: string, grantOption = false) =>
          engine.holds(findRole(engine, role), privilege, findObject(engine, text), { grantOption });
        for (const role of ["r", "w", "rdsadmin"]) {
          for (const privilege of ["SELECT", "UPDATE", "INSERT", "DELETE"] as const) {
            for (const option of [false, true]) {
              const said = await asked(
                `has_table_privilege('${role}', 'pg_authid', '${privilege}${option ? " WITH GRANT OPTION" : ""}')`,
              );
              expect([role, privilege, option, holds(role, privilege, "table pg_authid", option)]).toEqual([
                role,
                privilege,
                option,
                said ? "yes" : "no",
              ]);
            }
          }
          for (const privilege of ["SELECT", "UPDATE", "INSERT"] as const) {
            const said = await asked(
              `has_column_privilege('${role}', 'pg_authid', 'rolname', '${privilege}')`,
            );
            expect([role, privilege, holds(role, privilege, "pg_authid.rolname")]).toEqual([
              role,
              privilege,
              said ? "yes" : "no",
            ]);
          }
        }
        expect(holds("r", "EXECUTE", "function pg_catalog.pg_read_file(text)")).toBe("yes");
        expect(holds("r", "CREATE", "schema pg_catalog")).toBe("yes");
        expect([...engine.rows()].filter(({ schema }) => schema === "pg_catalog")).toEqual([]);
        const found = escalations(engine, findRole(engine, "r")).filter(({ how }) => how === "system-object");
        expect(found.map(({ target }) => target)).toEqual([
          "pg_catalog.pg_authid",
          "pg_catalog.pg_authid.rolname",
          "pg_catalog.pg_read_file(text)",
        ]);
      },
    ));
});

describe("what is read", () => {
  const cluster = Cluster.parse("postgres://rules");
  it("does not change with the session's settings", async () => {
    const other = new pg.Client({ connectionString: url() });
    await other.connect();
    try {
      await other.query(`
        create role "Odd ""name" valid until '2030-01-02 03:04:05.678+00'; create schema evil; create type public.mood as enum ('a');
        create function public.f(a public.mood, "B" text) returns int language sql as 'select 1';
        create function evil.no(name, name) returns boolean language sql as 'select false';
        create operator evil.= (leftarg = name, rightarg = name, function = evil.no);
        create function evil.no(oid, oid) returns boolean language sql as 'select false';
        create operator evil.= (leftarg = oid, rightarg = oid, function = evil.no);
        create view evil.pg_class as select 1; create table public.t (a int); grant select on public.t to "Odd ""name"`);
      const plain = await readCatalogFrom(other, { cluster });
      await other.query(`
        set search_path = evil, public, pg_catalog; set quote_all_identifiers = on; set datestyle = 'German'; set timezone = 'Asia/Tokyo';
        set standard_conforming_strings = off; set bytea_output = 'escape'; set transform_null_equals = on;
        set default_transaction_isolation = 'read committed'; set intervalstyle = 'sql_standard'; set extra_float_digits = -15`);
      expect(await readCatalogFrom(other, { cluster })).toEqual(plain);
      const { roles, functions } = plain.sections;
      expect(
        roles.status === "read" && roles.rows.find(({ name }) => name.startsWith("Odd"))?.validUntil,
      ).toBe("2030-01-02T03:04:05.678Z");
      expect(
        functions.status === "read" && functions.rows.find(({ name }) => name === "f")?.identityArguments,
      ).toBe('a public.mood, "B" text');
      expect(accessEngine(plain).objects.length).toBeGreaterThan(3);
    } finally {
      await other.query(
        'drop schema evil cascade; drop table public.t; drop function public.f; drop type public.mood; drop role "Odd ""name"',
      );
      await other.end();
    }
  });
});
