// What no PostgreSQL 16 can show: older and newer servers, sections that could not be read, damaged catalogs.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Catalog, Membership } from "../../../lib/core/catalog/catalog.ts";
import type { Privilege } from "../../../lib/core/catalog/privileges.ts";
import { tomorrow } from "../../../lib/core/privileges/default-privileges.ts";
import { accessEngine } from "../../../lib/core/privileges/effective.ts";
import { escalations } from "../../../lib/core/privileges/escalation.ts";
import { findObject, findRole } from "../../../lib/core/privileges/find-object.ts";
import { acl, catalog, publicSchema, role, table } from "../../support/catalogs.ts";
import { anyCatalog } from "../../support/random-catalogs.ts";

const member = (of: number, who: number, more: Partial<Membership> = {}): Membership => ({
  role: of,
  member: who,
  grantor: 10,
  admin: false,
  inherit: true,
  set: true,
  ...more,
});
const roles = [
  role(10, "boss"),
  role(100, "readers"),
  role(101, "ann"),
  role(102, "noi", { inherit: false }),
];
const relations = [table(1000, "t", { acl: acl("10=arwdDxt/10", "100=r/10") })];
const world = { roles, schemas: [{ ...publicSchema, acl: acl("0=U/10") }], relations };

const ask = (from: Catalog, who: string, privilege: Privilege = "SELECT", object = "t") => {
  const engine = accessEngine(from);
  const asked = [findRole(engine, who), privilege, findObject(engine, object)] as const;
  return [engine.holds(...asked), engine.holdsAfterSetRole(...asked)];
};

describe("before PostgreSQL 16", () => {
  const old = { inherit: null, set: null };
  it("the member's own attribute decides whether it inherits, and SET ROLE goes along any membership", () => {
    const memberships = [member(100, 101, old), member(100, 102, old)];
    const from = catalog({ ...world, memberships }, 150008);
    expect(ask(from, "ann")).toEqual(["yes", "yes"]);
    expect(ask(from, "noi")).toEqual(["no", "yes"]);
  });

  it("the same holds for a server that says 16 and has no such columns", () => {
    expect(ask(catalog({ ...world, memberships: [member(100, 102, old)] }, 160013), "noi")).toEqual([
      "no",
      "yes",
    ]);
  });

  it("CREATEROLE can become every role that is no superuser, since 16 none without ADMIN OPTION", () => {
    const more = [...roles, role(103, "maker", { createRole: true }), role(104, "su", { superuser: true })];
    const become = (version: number): string[] => {
      const engine = accessEngine(catalog({ ...world, roles: more }, version));
      return escalations(engine, findRole(engine, "maker"))
        .filter(({ how, target }) => how === "create-role" && target !== "maker")
        .map(({ target }) => target);
    };
    expect(become(150008)).toEqual(["ann", "boss", "noi", "readers"]);
    expect(become(160014)).toEqual([]);
  });
});

describe("MAINTAIN", () => {
  it("is held by owners from PostgreSQL 17 on, and by pg_maintain", () => {
    const rows = {
      ...world,
      roles: [...roles, role(6337, "pg_maintain")],
      relations: [table(1000, "t")],
      memberships: [member(6337, 101)],
    };
    expect(ask(catalog(rows, 170002), "boss", "MAINTAIN")[0]).toBe("yes");
    expect(ask(catalog(rows, 170002), "ann", "MAINTAIN")[0]).toBe("yes");
    expect(() => findObject(accessEngine(catalog(rows, 160014)), "t", "MAINTAIN")).toThrow(
      "is not a privilege of a table",
    );
  });
});

describe("what could not be read", () => {
  it("makes no out of nothing: without memberships every no is unknown, every yes stays", () => {
    const from = catalog({ ...world, memberships: "unreadable" });
    expect(ask(from, "readers")[0]).toBe("yes");
    expect(ask(from, "ann")[0]).toBe("unknown");
  });

  it("leaves open what an ACL entry of an unknown role gives, but not what a new letter stands for", () => {
    const withUnknown = (text: string) =>
      catalog({ ...world, relations: [table(1000, "t", { acl: { entries: [], unknown: [text] } })] });
    expect(ask(withUnknown("16999=r/boss"), "ann")[0]).toBe("unknown");
    expect(ask(withUnknown("ann=Z/boss"), "ann")[0]).toBe("no");
  });

  it("leaves open what the unknown owner of the database may do", () => {
    const more = [...roles, role(6171, "pg_database_owner")];
    const schemas = [{ ...publicSchema, owner: 6171, acl: acl("6171=UC/6171", "0=U/6171") }];
    expect(
      ask(
        catalog({ ...world, roles: more, schemas, database: "unreadable" }),
        "ann",
        "CREATE",
        "schema public",
      )[0],
    ).toBe("unknown");
    expect(ask(catalog({ ...world, roles: more, schemas }), "ann", "CREATE", "schema public")[0]).toBe("no");
  });

  it("is said instead of `there is none`", () => {
    const engine = accessEngine(catalog({ ...world, functions: "unreadable" }));
    expect(engine.gaps.map(({ section }) => section)).toEqual(["functions"]);
    expect(() => findObject(engine, "function public.f(integer)")).toThrow("the functions could not be read");
  });
});

describe("a damaged catalog", () => {
  it("with a cycle of memberships still ends, each role with all that is in the cycle", () => {
    const memberships = [member(100, 101), member(101, 102), member(102, 100)];
    const from = catalog({ ...world, memberships });
    expect(ask(from, "ann")[0]).toBe("yes");
    expect(ask(from, "noi")[0]).toBe("yes");
    expect([...accessEngine(from).rows()].length).toBeGreaterThan(3);
  });

  it("never makes the engine throw, and every row's path begins with its role", () => {
    fc.assert(
      fc.property(anyCatalog, (from) => {
        const engine = accessEngine(from);
        for (const row of engine.rows()) expect(row.path[0]).toBe(row.role);
        for (const [id] of engine.graph.roles.entries()) escalations(engine, id);
        tomorrow(engine);
      }),
      { numRuns: 100 },
    );
  });
});

/** The engine over the same catalog as another PostgreSQL's: it has what Aurora DSQL has not. */
const onPostgres = (of: Parameters<typeof accessEngine>[0]) =>
  accessEngine({ ...of, cluster: "postgres://localhost/app" as typeof of.cluster });

describe("escalations", () => {
  const how = (from: Catalog, who: string): string[] => {
    const engine = accessEngine(from);
    return escalations(engine, findRole(engine, who)).map(
      (one) => `${one.how} ${one.target} by ${one.path.join(" > ")}`,
    );
  };

  it("go on from the roles that were become: ADMIN OPTION of a role behind SET ROLE", () => {
    const more = [...roles, role(105, "deep"), role(106, "deeper", { superuser: true })];
    const memberships = [
      member(100, 101, { inherit: false }),
      member(105, 100, { admin: true, inherit: false, set: false }),
      member(106, 105),
    ];
    expect(how(catalog({ ...world, roles: more, memberships }), "ann")).toEqual([
      "admin-option deep by ann > readers > deep",
      "admin-option deeper by ann > readers > deep > deeper",
    ]);
  });

  it("tell ownership with what was lost, grant options, CREATE on a schema", () => {
    const from = catalog({
      ...world,
      schemas: [{ ...publicSchema, acl: acl("0=U/10", "101=C/10") }],
      relations: [
        table(1000, "mine", { owner: 101, acl: acl("101=awdDxt/101") }),
        table(1001, "passed", { acl: acl("101=r*w/10") }),
      ],
    });
    const engine = accessEngine(from);
    const found = escalations(engine, findRole(engine, "ann")).map((one) => [
      one.how,
      one.target,
      one.privileges,
    ]);
    expect(found).toEqual([
      ["create-in-schema", "public", []],
      ["ownership", "public.mine", ["SELECT"]],
      ["grant-option", "public.passed", ["SELECT"]],
    ]);
  });

  it("tell a SECURITY DEFINER function only where its owner holds more and it can be reached", () => {
    const definer = (oid: number, owner: number, executable: string) => ({
      oid, schema: 2200, name: `f${oid}`, identityArguments: "", kind: "f" as const, owner, securityDefiner: true, acl: acl(executable),
    }); // biome-ignore format: one glance
    const functions = [definer(1, 10, "101=X/10"), definer(2, 102, "0=X/102"), definer(3, 10, "100=X/10")];
    expect(how(catalog({ ...world, functions }), "ann")).toEqual(["security-definer public.f1() by ann"]);
    expect(
      how(catalog({ ...world, functions, schemas: [{ ...publicSchema, acl: acl("10=UC/10") }] }), "ann"),
    ).toEqual([]);
  });

  it("tell roles that reach the server's files as good as superuser", () => {
    const more = [...roles, role(4571, "pg_execute_server_program")];
    const engine = onPostgres(catalog({ ...world, roles: more, memberships: [member(4571, 101)] }));
    expect(escalations(engine, findRole(engine, "ann"))).toMatchObject([
      { how: "server-access", target: "pg_execute_server_program", superuser: true },
    ]);
  });
});
