// PostgreSQL's own rules of ACLs, columns and names that are easily missed: the world, what the server says, what the engine says.
import { describe, expect, it } from "vitest";
import { findObject, findRole } from "../../lib/core/privileges/find-object.ts";
import { ruledServer } from "./ruled-server.ts";

const { inFixed } = ruledServer();

describe("the engine keeps the rule that", () => {
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
