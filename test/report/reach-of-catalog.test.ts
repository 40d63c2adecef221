import { describe, expect, it } from "vitest";
import { reachOfCatalog } from "../../lib/report/reach-of-catalog.ts";
import { acl, estate, publicSchema, table } from "../support/catalogs.ts";

const of = (catalog: ReturnType<typeof estate>, oid: number) =>
  (reachOfCatalog(catalog).reach ?? []).filter(({ roleOid, object }) => roleOid === oid && object !== "");

describe("reachOfCatalog", () => {
  it("folds privileges to read and write, each with its path", () => {
    expect(of(estate(), 100).map(({ object, access, path }) => [object, access, path])).toEqual([
      ["orders", ["read"], ["app_ro"]],
      ["payments", ["read"], ["app_ro"]],
    ]);
    expect(of(estate(), 101).map(({ object, access, path }) => [object, access, path])).toEqual([
      ["orders", ["write", "read"], ["app_rw"]],
      ["payments", ["read"], ["app_rw", "app_ro"]],
    ]);
  });

  it("gives a table to its owner and to those who inherit from it", () => {
    const owned = estate({ relations: [table(1000, "orders", { owner: 100, acl: acl("10=r/10") })] });
    expect(of(owned, 101).filter(({ access }) => access.includes("own"))).toMatchObject([
      { object: "orders", path: ["app_rw", "app_ro"] },
    ]);
    expect(of(owned, 10).some(({ access }) => access.includes("own"))).toBe(false);
  });

  it("says where SET ROLE or the schema's USAGE stands between", () => {
    const closed = estate({
      schemas: [{ ...publicSchema, acl: acl("10=UC/10") }],
      memberships: [{ role: 100, member: 101, grantor: 10, admin: false, inherit: false, set: true }],
    });
    expect(of(closed, 100).every(({ usable }) => usable === false)).toBe(true);
    expect(of(closed, 101).find(({ object }) => object === "payments")).toMatchObject({ setRole: true });
  });

  it("keeps the right to create in a schema apart from its tables", () => {
    const open = estate({ schemas: [{ ...publicSchema, acl: acl("10=UC/10", "0=U/10", "101=C/10") }] });
    const creators = (reachOfCatalog(open).reach ?? []).filter(({ access }) => access.includes("create"));
    expect(creators.map(({ roleOid, schema, object }) => [roleOid, schema, object])).toEqual([
      [10, "public", ""],
      [101, "public", ""],
    ]);
  });

  it("is not known where the catalog could not be read, rather than empty", () => {
    expect(reachOfCatalog(estate({ relations: "unreadable" }))).toMatchObject({ schemas: null, reach: null });
    expect(reachOfCatalog(estate({ roles: "unreadable" }))).toEqual({
      roles: null,
      schemas: null,
      reach: null,
    });
    expect(reachOfCatalog(estate()).schemas).toEqual([{ name: "public", objects: 2 }]);
  });
});
