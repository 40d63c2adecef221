// What counts as drift: grants, options, ownership, PUBLIC, default privileges, ends, planned changes.
import { describe, expect, it } from "vitest";
import { baselineOf } from "../../../lib/core/baseline/baseline-of.ts";
import { driftOf } from "../../../lib/core/baseline/drift.ts";
import { parseBaseline } from "../../../lib/core/baseline/parse-baseline.ts";
import type { Catalog } from "../../../lib/core/catalog/catalog.ts";
import { acl, catalog, estate, publicSchema, role, table } from "../../support/catalogs.ts";

const AT = Date.UTC(2026, 10, 28, 12);
const rows = (before: Catalog, after: Catalog) =>
  driftOf(baselineOf(before), after, AT).map(({ kind, role: who, object, privilege, options }) =>
    [kind, who, privilege, object, ...options].join(" "),
  );

const roles = [role(10, "admin"), role(100, "app_ro"), role(101, "app_rw")];
const world = (more: Parameters<typeof catalog>[0] = {}) =>
  catalog({ roles, schemas: [publicSchema], ...more });
const orders = (...items: string[]) => table(1000, "orders", { acl: acl("10=arwdDxt/10", ...items) });
const fn = (...items: string[]) => ({
  oid: 3000, schema: 2200, name: "total", identityArguments: "integer", kind: "f" as const, owner: 10,
  securityDefiner: false, acl: items.length ? acl(...items) : null,
}); // biome-ignore format: one glance

describe("drift", () => {
  it("is one row for one grant", () => {
    expect(rows(world({ relations: [orders()] }), world({ relations: [orders("100=r/10")] }))).toEqual([
      "undeclared app_ro SELECT public.orders",
    ]);
  });

  it("is one row for a grant option, and for its end", () => {
    const [plain, passable] = [orders("100=r/10"), orders("100=r*/10")];
    expect(rows(world({ relations: [plain] }), world({ relations: [passable] }))).toEqual([
      "widened app_ro SELECT public.orders GRANT OPTION",
    ]);
    expect(rows(world({ relations: [passable] }), world({ relations: [plain] }))).toEqual([
      "missing app_ro SELECT public.orders GRANT OPTION",
    ]);
  });

  it("is wider where columns are declared and the table is granted", () => {
    const columns = [{ relation: 1000, number: 1, name: "id", acl: acl("100=r/10") }];
    expect(
      rows(world({ relations: [orders()], columns }), world({ relations: [orders("100=r/10")], columns })),
    ).toEqual(["widened app_ro SELECT public.orders"]);
  });

  it("is silent on the same grant by another grantor, and on another order", () => {
    const before = world({ relations: [orders("100=r/10")] });
    expect(rows(before, world({ relations: [orders("100=r/101", "100=r/10")] }))).toEqual([]);
  });

  it("is silent where an ACL that was not there is written out", () => {
    expect(rows(world({ functions: [fn()] }), world({ functions: [fn("0=X/10", "10=X/10")] }))).toEqual([]);
    expect(rows(world({ relations: [table(1000, "orders")] }), world({ relations: [orders()] }))).toEqual([]);
  });

  it("is one row where PUBLIC loses what it has of itself, or gets it back", () => {
    const [open, closed] = [world({ functions: [fn()] }), world({ functions: [fn("10=X/10")] })];
    expect(rows(open, closed)).toEqual(["missing PUBLIC EXECUTE public.total(integer)"]);
    expect(rows(closed, open)).toEqual(["undeclared PUBLIC EXECUTE public.total(integer)"]);
  });

  it("tells PUBLIC from a role of that name", () => {
    const named = [...roles, role(102, "PUBLIC")];
    const before = world({ roles: named, relations: [orders("102=r/10")] });
    const after = world({ roles: named, relations: [orders("0=r/10", "102=r/10")] });
    expect(driftOf(baselineOf(before), after, AT)).toMatchObject([{ kind: "undeclared", everybody: true }]);
  });

  it("is no mapping of admin that is declared and not there: IAM alone says who is admin", () => {
    const principals = [{ arn: "arn:aws:iam::111122223333:role/Ops" }];
    const components = [{ name: "operations", role: "admin", principals }];
    const { components: others } = baselineOf(world());
    expect(driftOf({ version: 1, components: [...others, ...components] }, world(), AT)).toEqual([]);
  });

  it("is ownership that moves, but not what an owner holds of himself", () => {
    const before = world({ relations: [orders("101=r/10")] });
    const after = world({ relations: [table(1000, "orders", { owner: 101, acl: acl("101=arwdDxt/101") })] });
    expect(rows(before, after)).toEqual(["undeclared app_rw OWNER public.orders"]);
  });

  it("is a new attribute, and a role that is gone is one row", () => {
    const before = world({ relations: [orders("100=r/10")] });
    const powerful = [role(10, "admin"), role(100, "app_ro", { superuser: true }), role(101, "app_rw")];
    expect(rows(before, world({ roles: powerful, relations: [orders("100=r/10")] }))).toEqual([
      "undeclared app_ro SUPERUSER ",
    ]);
    expect(
      rows(before, world({ roles: [role(10, "admin"), role(101, "app_rw")], relations: [orders()] })),
    ).toEqual(["missing app_ro  "]);
  });

  it("is an option of a membership, and never what admin joins", () => {
    const member = { role: 100, member: 101, grantor: 10, admin: false, inherit: true, set: true };
    const before = world({ memberships: [member] });
    expect(rows(before, world({ memberships: [{ ...member, admin: true }] }))).toEqual([
      "widened app_rw MEMBER app_ro ADMIN OPTION",
    ]);
    expect(rows(before, world({ memberships: [member, { ...member, member: 10, admin: true }] }))).toEqual(
      [],
    );
    expect(rows(before, world({ memberships: [{ ...member, inherit: null, set: null }] }))).toEqual([]);
  });

  it("is a default privilege, and not what follows from a declared one", () => {
    const future = { oid: 6000, role: 10, schema: 2200, objectType: "r", acl: acl("100=r/10") };
    expect(rows(world(), world({ defaultPrivileges: [future] }))).toEqual([
      "undeclared app_ro SELECT tables that admin creates in public",
    ]);
    const before = world({ defaultPrivileges: [future] });
    const created = table(1001, "payments", { acl: acl("10=arwdDxt/10", "100=r/10") });
    expect(rows(before, world({ defaultPrivileges: [future], relations: [created] }))).toEqual([]);
    const more = table(1001, "payments", { acl: acl("10=arwdDxt/10", "100=rd/10") });
    expect(rows(before, world({ defaultPrivileges: [future], relations: [more] }))).toEqual([
      "undeclared app_ro DELETE public.payments",
    ]);
  });

  it("is unknown for an object whose entries could not be read, and never missing", () => {
    const before = world({ relations: [orders("100=r/10")] });
    const unreadable = table(1000, "orders", { acl: { entries: [], unknown: ["x=?/y"] } });
    expect(driftOf(baselineOf(before), world({ relations: [unreadable] }), AT)).toMatchObject([
      { kind: "unknown", object: "public.orders", section: "relations" },
    ]);
  });
});

describe("a baseline with more to say", () => {
  const drift = (text: string, at = AT, live = estate()) =>
    driftOf(parseBaseline(text, "access.yml"), live, at);
  const component = (more: string): string =>
    `version: 1\ncomponents:\n  - name: reader\n    role: app_ro\n    attributes: [LOGIN]\n${more}`;
  const live = world({
    roles: [role(10, "admin"), role(100, "app_ro")],
    mappings: [{ iamOid: 500, arn: "arn:aws:iam::1:role/r", role: 100, roleName: "app_ro", grantor: 10 }],
  });

  it("declares a principal to the end of its last day", () => {
    const text = component("    principals: [{ arn: 'arn:aws:iam::1:role/r', until: 2026-11-28 }]\n");
    expect(drift(text, AT, live)).toEqual([]);
    expect(drift(text, Date.UTC(2026, 10, 29), live)).toMatchObject([
      { kind: "undeclared", component: "reader", principal: "arn:aws:iam::1:role/r", until: "2026-11-28" },
    ]);
    expect(
      drift(
        text,
        Date.UTC(2026, 10, 29),
        world({ roles: live.sections.roles.status === "read" ? live.sections.roles.rows : [] }),
      ),
    ).toEqual([]);
  });

  it("notes a gain while a planned change is open, and calls it drift afterwards", () => {
    const text = `${component("")}plannedChanges:\n  - { name: move, from: 2026-11-28, to: 2026-11-28, roles: [app_ro] }\n`;
    expect(drift(text, AT, live)).toMatchObject([{ kind: "undeclared", planned: "move" }]);
    expect(drift(text, Date.UTC(2026, 10, 29), live)).toMatchObject([{ kind: "undeclared", planned: null }]);
  });

  it("means every table with all: true, those that come later as well", () => {
    const text = component(
      "    permissions: [{ schema: public, tables: [{ all: true, privileges: [SELECT] }] }]\n    principals: [{ arn: 'arn:aws:iam::1:role/r' }]\n",
    );
    const withTables = (...relations: ReturnType<typeof table>[]): Catalog => ({
      ...live,
      sections: { ...live.sections, relations: { status: "read", rows: relations } },
    });
    expect(drift(text, AT, withTables(orders("100=r/10")))).toEqual([]);
    expect(drift(text, AT, withTables(orders("100=r/10"), table(1001, "bare")))).toMatchObject([
      { kind: "missing", object: "public.bare", privilege: "SELECT" },
    ]);
  });
});
