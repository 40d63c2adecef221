// PostgreSQL's own rules that are easily missed, one by one: the world, what the server says, what the engine says.
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Cluster } from "../../lib/core/base/ids.ts";
import type { Privilege } from "../../lib/core/catalog/privileges.ts";
import type { AccessEngine } from "../../lib/core/privileges/effective.ts";
import { accessEngine } from "../../lib/core/privileges/effective.ts";
import { escalations } from "../../lib/core/privileges/escalation.ts";
import { findObject, findRole } from "../../lib/core/privileges/find-object.ts";
import { readCatalogFrom } from "../../lib/dsql/read-catalog.ts";
import { type Postgres, startPostgres } from "../../local/postgres/postgres.ts";
import { compareAll, inWorld } from "./compare.ts";
import type { World } from "./world.ts";

let server: Postgres | undefined;
let client: pg.Client;
beforeAll(async () => {
  server = await startPostgres();
  client = new pg.Client({ connectionString: server.url });
  await client.connect();
});
afterAll(async () => {
  await client?.end();
  await server?.stop();
});

const world = (...statements: string[]): World => ({
  roles: [],
  statements: statements.map((sql) => ({ sql })),
});

type Ask = {
  readonly engine: AccessEngine;
  readonly holds: (role: string, privilege: Privilege, object: string, grantOption?: boolean) => string;
  readonly later: (role: string, privilege: Privilege, object: string) => string;
  readonly member: (member: string, role: string, how: "MEMBER" | "USAGE" | "SET") => boolean;
  readonly row: (
    role: string,
    privilege: Privilege,
    object: string,
  ) => ReturnType<AccessEngine["rows"]> extends Generator<infer R> ? R | undefined : never;
};

/** Makes the world, holds every cell against the server, then asks what the test is about. */
const inFixed = (statements: readonly string[], ask: (it: Ask) => void): Promise<void> =>
  inWorld(client, world(...statements), async (engine, states) => {
    expect(states.filter(Boolean)).toEqual([]);
    const { mismatches } = await compareAll(client, engine);
    expect(mismatches).toEqual([]);
    const object = (text: string, privilege: Privilege) => findObject(engine, text, privilege);
    ask({
      engine,
      holds: (role, privilege, text, grantOption = false) =>
        engine.holds(findRole(engine, role), privilege, object(text, privilege), { grantOption }),
      later: (role, privilege, text) =>
        engine.holdsAfterSetRole(findRole(engine, role), privilege, object(text, privilege)),
      member: (member, role, how) => engine.isMember(findRole(engine, member), findRole(engine, role), how),
      row: (role, privilege, text) =>
        [...engine.rows({ role: findRole(engine, role), objects: [object(text, privilege)] })].find(
          (row) => row.privilege === privilege,
        ),
    });
  });

describe("the engine keeps the rule that", () => {
  it("an ADMIN-only membership is MEMBER but neither USAGE nor SET", () =>
    inFixed(
      [
        "create role g",
        "create role m",
        "create table t (a int)",
        "grant select on t to g",
        "grant g to m with admin true, inherit false, set false",
      ],
      ({ member, holds, later }) => {
        expect(["MEMBER", "USAGE", "SET"].map((how) => member("m", "g", how as "SET"))).toEqual([
          true,
          false,
          false,
        ]);
        expect([holds("m", "SELECT", "t"), later("m", "SELECT", "t")]).toEqual(["no", "no"]);
      },
    ));

  it("superuser is not inherited, a member gains all only after SET ROLE", () =>
    inFixed(
      [
        "create role su superuser",
        "create role m",
        "grant su to m",
        "create table t (a int)",
        "create table s (a int)",
        "grant select on s to su",
      ],
      ({ holds, later, row }) => {
        expect([holds("m", "DELETE", "t"), later("m", "DELETE", "t")]).toEqual(["no", "yes"]);
        expect(row("m", "DELETE", "t")).toMatchObject({
          holds: "set-role",
          grantable: true,
          usable: true,
          path: ["m", "su"],
        });
        expect(row("m", "SELECT", "s")).toMatchObject({ holds: "inherited", path: ["m", "su"] });
      },
    ));

  it("pg_database_owner has the database's owner as implicit member and owns public", () =>
    inFixed(["create role d", "alter database postgres owner to d"], ({ holds, member, row }) => {
      expect(member("d", "pg_database_owner", "USAGE")).toBe(true);
      expect(holds("d", "CREATE", "schema public", true)).toBe("yes");
      expect(row("d", "CREATE", "schema public")?.path).toEqual(["d", "pg_database_owner"]);
    }));

  it("pg_read_all_data and pg_write_all_data cover sequences and schema USAGE, never with grant option", () =>
    inFixed(
      [
        "create role r",
        "create role w",
        "create schema s",
        "create table s.t (a int)",
        "create sequence s.q",
        "grant pg_read_all_data to r",
        "grant pg_write_all_data to w",
      ],
      ({ holds, row }) => {
        expect([
          holds("r", "SELECT", "s.q"),
          holds("r", "USAGE", "schema s"),
          holds("r", "USAGE", "sequence s.q"),
        ]).toEqual(["yes", "yes", "no"]);
        expect([
          holds("w", "UPDATE", "s.q"),
          holds("w", "USAGE", "schema s"),
          holds("w", "SELECT", "s.t"),
        ]).toEqual(["yes", "yes", "no"]);
        expect(holds("r", "SELECT", "s.t", true)).toBe("no");
        expect(row("r", "SELECT", "s.t")).toMatchObject({
          usable: true,
          grantable: false,
          path: ["r", "pg_read_all_data"],
        });
      },
    ));

  it("an owner who revoked his own privilege has lost it, yet still may grant it", () =>
    inFixed(
      ["create role o", "create table t (a int)", "alter table t owner to o", "revoke select on t from o"],
      ({ holds, row }) => {
        expect([
          holds("o", "SELECT", "t"),
          holds("o", "SELECT", "t", true),
          holds("o", "INSERT", "t"),
        ]).toEqual(["no", "yes", "yes"]);
        expect(row("o", "SELECT", "t")).toBeUndefined();
      },
    ));

  it("a NULL ACL is not an empty one", () =>
    inFixed(
      [
        "create role o",
        "create role r",
        "create function f() returns int language sql as 'select 1'",
        "create function e() returns int language sql as 'select 1'",
        "alter function e() owner to o",
        "revoke all on function e() from public, o",
      ],
      ({ holds }) => {
        expect([
          holds("r", "EXECUTE", "f()"),
          holds("r", "EXECUTE", "e()"),
          holds("o", "EXECUTE", "e()"),
        ]).toEqual(["yes", "no", "no"]);
      },
    ));

  it("column ACLs can sit on system columns, which count for no whole-row question", () =>
    inFixed(
      ["create role r", "create table t (a int)", "grant select (ctid) on t to r"],
      ({ engine, holds }) => {
        expect(holds("r", "SELECT", "t.ctid")).toBe("yes");
        expect(
          engine.holds(findRole(engine, "r"), "SELECT", findObject(engine, "table t"), { anyColumn: true }),
        ).toBe("no");
      },
    ));

  it("a dropped column's ACL is nobody's", () =>
    inFixed(
      [
        "create role r",
        "create table t (a int, b int)",
        "grant select (b) on t to r",
        "alter table t drop column b",
      ],
      ({ engine }) => {
        expect(engine.objects.filter(({ kind }) => kind === "column")).toEqual([]);
      },
    ));

  it("a column says something only where it gives more than its table", () =>
    inFixed(
      [
        "create role r",
        "create role s",
        "create table t (a int)",
        "grant select on t to r",
        "grant select (a) on t to r, s",
      ],
      ({ row }) => {
        expect(row("r", "SELECT", "t.a")).toBeUndefined();
        expect(row("s", "SELECT", "t.a")).toMatchObject({
          kind: "column",
          object: "t",
          column: "a",
          path: ["s"],
        });
      },
    ));

  it("several rows of one membership by different grantors count together", () =>
    inFixed(
      [
        "create role g",
        "create role m",
        "create role x createrole",
        "create table t (a int)",
        "grant select on t to g",
        "grant g to x with admin true",
        "grant g to m with inherit false, set true",
        "grant g to m with inherit true, set false granted by x",
      ],
      ({ member, holds }) => {
        expect(["USAGE", "SET"].map((how) => member("m", "g", how as "SET"))).toEqual([true, true]);
        expect(holds("m", "SELECT", "t")).toBe("yes");
      },
    ));

  it("several entries of one grantee by different grantors count together", () =>
    inFixed(
      [
        "create role a",
        "create role b",
        "create table t (i int)",
        "grant select on t to a with grant option",
        "grant select on t to b",
        "set role a",
        "grant select on t to b with grant option",
        "reset role",
      ],
      ({ engine, holds }) => {
        const { relations } = engine.catalog.sections;
        const entries =
          relations.status === "read" ? relations.rows.find(({ name }) => name === "t")?.acl?.entries : [];
        expect(entries?.length).toBeGreaterThan(2);
        expect(holds("b", "SELECT", "t", true)).toBe("yes");
      },
    ));

  it("usable after SET ROLE asks privilege and USAGE of the acting role together", () =>
    inFixed(
      [
        "create role p",
        "create role u",
        "create role m",
        "create schema s",
        "create table s.t (a int)",
        "grant select on s.t to p",
        "grant usage on schema s to u",
        "grant p, u to m with inherit false",
      ],
      ({ row }) => {
        expect(row("m", "SELECT", "s.t")).toMatchObject({ holds: "set-role", usable: false });
        expect(row("m", "USAGE", "schema s")).toMatchObject({ holds: "set-role", usable: null });
      },
    ));

  it('schema "a.b" with table "c" is not schema "a" with table "b.c"', () =>
    inFixed(
      [
        "create role r",
        'create schema "a.b"',
        "create schema a",
        'create table "a.b".c (i int)',
        'create table a."b.c" (i int)',
        'grant select on "a.b".c to r',
      ],
      ({ engine, holds }) => {
        expect([holds("r", "SELECT", '"a.b".c'), holds("r", "SELECT", 'a."b.c"')]).toEqual(["yes", "no"]);
        expect(() => findObject(engine, "a.b.c")).toThrow("can mean 2 objects");
      },
    ));

  it.each(["PUBLIC", "group", "NULL", "__proto__", "constructor", "123", 'q"q', "a=r/b,c"])(
    "a role may be called %s",
    (name) =>
      inFixed(
        [
          `create role "${name.replaceAll('"', '""')}"`,
          "create role other",
          "create table t (a int)",
          `grant select on t to "${name.replaceAll('"', '""')}"`,
        ],
        ({ holds, row }) => {
          expect([holds(name, "SELECT", "t"), holds("other", "SELECT", "t")]).toEqual(["yes", "no"]);
          expect(row(name, "SELECT", "t")?.path).toEqual([name]);
        },
      ),
  );
});

describe("the system's own objects", () => {
  const asked = async (sql: string): Promise<boolean> =>
    (await client.query<{ it: boolean }>(`select ${sql} as it`)).rows[0]?.it ?? false;

  it("are left out while nobody has been given any of them", () =>
    inFixed(["create role r"], ({ engine }) => {
      expect(engine.objects.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
        "database postgres",
        "schema public",
      ]);
    }));

  it("are told where an ordinary role may abuse them, by the server's rules", () =>
    inWorld(
      client,
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
    const other = new pg.Client({ connectionString: server?.url });
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
