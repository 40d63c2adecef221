// From what a person types to an object, and from an object to what can be typed.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accessEngine } from "../../../lib/core/privileges/effective.ts";
import {
  findObject,
  findObjects,
  findPrivilege,
  findRole,
  objectText,
} from "../../../lib/core/privileges/find-object.ts";
import { acl, catalog, publicSchema, role, table } from "../../support/catalogs.ts";

const engine = accessEngine(
  catalog({
    roles: [role(10, "admin")],
    schemas: [
      publicSchema,
      { oid: 1, name: "app", owner: 10, acl: null },
      { oid: 2, name: "a.b", owner: 10, acl: null },
    ],
    relations: [
      table(1000, "orders", { schema: 1 }),
      table(1001, "orders", { schema: 2200 }),
      table(1002, 'Odd "one"', { schema: 2 }),
      table(1003, "app", { schema: 2200 }),
      table(1004, "single", { schema: 1 }),
    ],
    columns: [{ relation: 1000, number: 1, name: "name", acl: acl("10=r/10") }],
    functions: [
      {
        oid: 1,
        schema: 1,
        name: "f",
        identityArguments: "a integer",
        kind: "f",
        owner: 10,
        securityDefiner: false,
        acl: null,
      },
      {
        oid: 2,
        schema: 1,
        name: "f",
        identityArguments: "",
        kind: "f",
        owner: 10,
        securityDefiner: false,
        acl: null,
      },
    ],
    database: [{ oid: 5, name: "postgres", owner: 10, acl: null }],
  }),
);
const found = (text: string): string => {
  const object = findObject(engine, text);
  return `${object.kind} ${objectText(object)}`;
};

describe("findObject", () => {
  it.each([
    ["app.orders", "table app.orders"],
    ["table app.orders", "table app.orders"],
    ["single", "table app.single"],
    ['"a.b"."Odd ""one"""', 'table "a.b"."Odd ""one"""'],
    ['a.b.Odd "one"', 'table "a.b"."Odd ""one"""'],
    ["app.orders.name", "column app.orders.name"],
    ["schema app", "schema app"],
    ["app.f(a integer)", "function app.f(a integer)"],
    ["f(a integer)", "function app.f(a integer)"],
    ["postgres", "database postgres"],
    ['"app".orders', "table app.orders"],
    ['"app" . "orders"', "table app.orders"],
    ["APP.Orders", "table app.orders"],
    ["TABLE app.orders", "table app.orders"],
    ["app.f(integer)", "function app.f(a integer)"],
    ["FUNCTION app.f(int4)", "function app.f(a integer)"],
    ['app."f"(IN a int)', "function app.f(a integer)"],
    ["app.f()", "function app.f()"],
    ["routine app.f( )", "function app.f()"],
    ['odd "one"', "no"],
  ])("reads %s", (text, expected) => {
    if (expected === "no") expect(() => found(text)).toThrow("there is no");
    else expect(found(text)).toBe(expected);
  });

  it("says which routines there are under a name with other arguments", () => {
    expect(() => findObject(engine, "app.f(text)")).toThrow("there is no app.f(text)");
    try {
      findObject(engine, "app.f(text)");
    } catch (error) {
      expect((error as { hint?: string }).hint).toContain("function app.f(), function app.f(a integer)");
    }
    expect(() => findObject(engine, "table app.f(integer)")).toThrow("there is no");
  });

  it("takes a name in capitals for the folded one first, as PostgreSQL does", () => {
    const both = accessEngine(
      catalog({
        roles: [role(10, "admin"), role(11, "Mixed"), role(12, "plain")],
        schemas: [publicSchema],
        relations: [table(1, "Orders"), table(2, "orders"), table(3, "Only")],
      }),
    );
    expect(findObject(both, "Orders").oid).toBe(2);
    expect(findObject(both, '"Orders"').oid).toBe(1);
    expect(findObject(both, "Only").oid).toBe(3);
    expect(both.graph.roles[findRole(both, '"Mixed"')]?.oid).toBe(11);
    expect(both.graph.roles[findRole(both, "PLAIN")]?.oid).toBe(12);
  });

  it("asks back where several are meant, and lets the privilege decide", () => {
    expect(() => findObject(engine, "orders")).toThrow("can mean 2 objects");
    expect(() => findObject(engine, "app.f")).toThrow("can mean 2 objects");
    expect(findObject(engine, "app", "USAGE").kind).toBe("schema");
    expect(findObject(engine, "app", "SELECT").kind).toBe("table");
    expect(findObjects(engine, "orders")).toHaveLength(2);
  });

  it("says what is wrong with a name, a privilege, a role", () => {
    expect(() => findObject(engine, "app.nothing")).toThrow("there is no app.nothing");
    expect(() => findObject(engine, "app.orders.id")).toThrow("is not a column with privileges of its own");
    expect(() => findObject(engine, "app.orders", "EXECUTE")).toThrow(
      "EXECUTE is not a privilege of a table",
    );
    expect(() => findPrivilege("REED")).toThrow('there is no privilege "REED"');
    expect(findPrivilege("select")).toBe("SELECT");
    expect(() => findRole(engine, "adm")).toThrow("there is no role adm");
    for (const blank of ["", "  "]) {
      expect(() => findObject(engine, blank)).toThrow(`there is no "${blank}"`);
      expect(() => findRole(engine, blank)).toThrow(`there is no role "${blank}"`);
    }
  });

  it("finds every object by the text that it prints for it, whatever the names", () => {
    const name = fc.oneof(
      fc.string({ minLength: 1, maxLength: 8 }),
      fc.constantFrom("a", "b", "a.b", '"', ".", "select", "Ä"),
    );
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(name, name), {
          minLength: 1,
          maxLength: 6,
          selector: (pair) => JSON.stringify(pair),
        }),
        (pairs) => {
          const schemas = [...new Set(pairs.map(([schema]) => schema))];
          const made = accessEngine(
            catalog({
              roles: [role(10, "admin")],
              schemas: schemas.map((schema, i) => ({ oid: 1 + i, name: schema, owner: 10, acl: null })),
              relations: pairs.map(([schema, own], i) =>
                table(1000 + i, own, { schema: 1 + schemas.indexOf(schema) }),
              ),
            }),
          );
          for (const object of made.objects) {
            expect(findObjects(made, `${object.kind} ${objectText(object)}`)).toContain(object);
          }
        },
      ),
    );
  });
});
