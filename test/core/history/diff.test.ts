import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalText, parseCanonical } from "../../../lib/core/catalog/canonical.ts";
import type { Catalog } from "../../../lib/core/catalog/catalog.ts";
import { carryKnown } from "../../../lib/core/catalog/known-catalog.ts";
import { applyChanges } from "../../../lib/core/history/apply.ts";
import { Change } from "../../../lib/core/history/change.ts";
import { diffCatalogs } from "../../../lib/core/history/diff.ts";
import { acl, catalog, cluster, estate, publicSchema, role, table } from "../../support/catalogs.ts";
import { anyCatalog, anyHistory } from "../../support/random-catalogs.ts";

const kinds = (a: Catalog, b: Catalog): string[] => diffCatalogs(a, b).map(({ kind }) => kind);
const withOrders = (more: Parameters<typeof table>[2]) =>
  catalog({ relations: [table(1000, "orders", more)] });

describe("diffCatalogs", () => {
  it("applied gives the later catalog, for any two", () => {
    fc.assert(
      fc.property(anyCatalog, anyCatalog, (a, b) => {
        const changes = diffCatalogs(a, b);
        expect(canonicalText(applyChanges(a, changes))).toBe(canonicalText(b));
        expect(applyChanges(a, changes)).toEqual(parseCanonical(canonicalText(b)));
      }),
      { numRuns: 150 },
    );
  });

  it("applied gives the later catalog along a history that carries what was last known", () => {
    fc.assert(
      fc.property(anyHistory(6), (catalogs) => {
        let known = carryKnown(undefined, undefined, catalogs[0] as Catalog);
        catalogs.slice(1).forEach((next, i) => {
          const later = carryKnown(known, { at: i, seq: i + 1 }, next);
          const changes = diffCatalogs(known, later);
          expect(canonicalText(applyChanges(known, changes))).toBe(canonicalText(later));
          expect(changes.map((change) => Change.parse(JSON.parse(JSON.stringify(change))))).toEqual(changes);
          known = later;
        });
      }),
      { numRuns: 80 },
    );
  });

  it("finds nothing between a catalog and itself", () => {
    fc.assert(
      fc.property(anyCatalog, (a) => {
        expect(diffCatalogs(a, structuredClone(a))).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  it("never says that anything came or went in a section that one side could not read", () => {
    fc.assert(
      fc.property(anyCatalog, anyCatalog, (a, b) => {
        for (const change of diffCatalogs(a, b)) {
          if (change.kind !== "grant" || change.object.section === "columns") continue;
          expect([a, b].map(({ sections }) => sections[change.object.section].status)).toEqual([
            "read",
            "read",
          ]);
        }
      }),
      { numRuns: 100 },
    );
  });

  it("calls a rename a rename, also where the mapping view shows the new name", () => {
    const map = (roleName: string) => [
      { iamOid: 500, arn: "arn:aws:iam::1:role/a", role: 100, roleName, grantor: 10 },
    ];
    const a = catalog({ roles: [role(100, "old")], mappings: map("old") });
    const b = catalog({ roles: [role(100, "new")], mappings: map("new") });
    expect(diffCatalogs(a, b)).toMatchObject([{ kind: "role-renamed", from: "old", to: "new" }]);
  });

  it("calls a dropped table one change, whatever was granted on it and on its columns", () => {
    const columns = [1, 2, 3].map((n) => ({
      relation: 1000,
      number: n,
      name: `c${n}`,
      acl: acl("100=r/10"),
    }));
    const a = catalog({
      relations: [table(1000, "t", { acl: acl("10=arwd/10", "100=r/10", "101=r/10") })],
      columns,
    });
    expect(kinds(a, catalog())).toEqual(["object-dropped"]);
    expect(kinds(catalog(), a).filter((kind) => kind === "object-created")).toHaveLength(1);
  });

  it("tells a table that was dropped and made again from one that was changed", () => {
    const again = catalog({ relations: [table(1001, "orders")] });
    expect(kinds(withOrders({}), again)).toEqual(["object-dropped", "object-created"]);
  });

  it("takes a first grant for that grant alone, though it writes the owner's default down", () => {
    const changes = diffCatalogs(
      withOrders({ acl: null }),
      withOrders({ acl: acl("10=arwdDxt/10", "100=r/10") }),
    );
    expect(changes.filter(({ kind }) => kind === "grant")).toMatchObject([
      { grantee: { oid: 100 }, before: null, after: { privileges: "r" } },
    ]);
  });

  it("shows what PUBLIC loses when a function's built-in EXECUTE is revoked", () => {
    const fn = {
      oid: 3000, schema: 2200, name: "f", identityArguments: "", kind: "f" as const, owner: 10, securityDefiner: false,
    }; // biome-ignore format: one glance
    const a = catalog({ schemas: [publicSchema], functions: [{ ...fn, acl: null }] });
    const b = catalog({ schemas: [publicSchema], functions: [{ ...fn, acl: acl("10=X/10") }] });
    expect(diffCatalogs(a, b).filter(({ kind }) => kind === "grant")).toMatchObject([
      {
        grantee: { oid: 0, name: "PUBLIC" },
        before: { privileges: "X" },
        after: null,
        object: { name: "f()" },
      },
    ]);
  });

  it("calls a new owner one change, though every entry names the new grantor", () => {
    const a = withOrders({ owner: 10, acl: acl("10=arwd/10", "100=r/10", "101=r/10") });
    const b = withOrders({ owner: 11, acl: acl("11=arwd/11", "100=r/11", "101=r/11") });
    expect(kinds(a, b)).toEqual(["owner"]);
  });

  it("tells a changed grant option from a revoke", () => {
    const a = withOrders({ acl: acl("100=r*w/10") });
    const b = withOrders({ acl: acl("100=rw/10") });
    expect(diffCatalogs(a, b)).toMatchObject([
      {
        kind: "grant",
        before: { privileges: "rw", grantable: "r" },
        after: { privileges: "rw", grantable: "" },
      },
    ]);
  });

  it("tells a membership's new option, and one that ended", () => {
    const member = { role: 100, member: 101, grantor: 10, admin: false, inherit: true, set: true };
    const a = catalog({ memberships: [member, { ...member, role: 102 }] });
    const b = catalog({ memberships: [{ ...member, admin: true }] });
    expect(diffCatalogs(a, b)).toMatchObject([
      { kind: "membership", role: { oid: 102 }, after: null },
      { kind: "membership", role: { oid: 100 }, before: { admin: false }, after: { admin: true } },
    ]);
  });

  it("keeps a dropped role's mapping as a change of its own", () => {
    const gone = estate();
    const { roles, mappings } = gone.sections;
    if (roles.status !== "read" || mappings.status !== "read") throw new Error("both are read");
    const later = estate({
      roles: roles.rows.filter(({ oid }) => oid !== 100),
      mappings: mappings.rows.filter((row) => row.role !== 100),
      memberships: [],
      relations: [],
    });
    expect(kinds(estate({ relations: [] }), later)).toEqual(["role-dropped", "membership", "mapping"]);
  });

  it("refuses to compare two clusters", () => {
    expect(() => diffCatalogs(catalog(), { ...catalog(), cluster: `${cluster}x` as typeof cluster })).toThrow(
      expect.objectContaining({ code: "usage" }),
    );
  });
});
