// Random catalogs and random changes to them for fast-check: renames, drops, owners, unreadable sections among them.
import fc from "fast-check";
import type { Acl, AclEntry, Catalog, Sections } from "../../lib/core/catalog/catalog.ts";
import { sectionNames } from "../../lib/core/catalog/catalog.ts";
import { cluster } from "./catalogs.ts";

// Few of each, so that two random catalogs have much in common and objects come back under their old OID.
const roleOid = fc.constantFrom(10, 100, 101, 102);
const grantee = fc.constantFrom(0, 10, 100, 101, 102);
const schemaOid = fc.constantFrom(2200, 2201, 2202);
const name = fc.oneof(
  fc.constantFrom("a", "orders", "app_ro", "__proto__", 'we"ird', "a.b", "\u202e", "#", "PUBLIC"),
  fc.string({ unit: "binary", minLength: 1, maxLength: 8 }),
);
const letters = fc.subarray([..."arwdDxt"]).map((some) => some.join(""));

const entry: fc.Arbitrary<AclEntry> = fc
  .record({ grantee, grantor: roleOid, privileges: letters, grant: fc.nat() })
  .map(({ grantee, grantor, privileges, grant }) => ({
    grantee,
    grantor,
    privileges,
    grantable: [...privileges].filter((_, i) => grant & (1 << i)).join(""),
  }));

const explicitAcl: fc.Arbitrary<Acl> = fc.record({
  entries: fc
    .uniqueArray(entry, { maxLength: 4, selector: ({ grantee, grantor }) => `${grantee}/${grantor}` })
    .map((all) => all.sort((a, b) => a.grantee - b.grantee || a.grantor - b.grantor)),
  unknown: fc.oneof(
    { weight: 9, arbitrary: fc.constant<string[]>([]) },
    { weight: 1, arbitrary: fc.constant<string[]>(["x=?/y"]) },
  ),
});
const acl: fc.Arbitrary<Acl> = fc.oneof(fc.constant(null), explicitAcl);

const rowsOf = <T>(row: fc.Arbitrary<T>, key: (row: T) => number[]): fc.Arbitrary<T[]> =>
  fc.uniqueArray(row, { maxLength: 4, selector: (one) => key(one).join("/") }).map((rows) =>
    rows.sort((a, b) => {
      const [x, y] = [key(a), key(b)];
      const at = x.findIndex((part, i) => part !== y[i]);
      return (x[at] ?? 0) - (y[at] ?? 0);
    }),
  );

const byOid = ({ oid }: { oid: number }): number[] => [oid];

const rowArbitraries = {
  roles: rowsOf(
    fc.record({
      oid: roleOid,
      name,
      superuser: fc.boolean(),
      inherit: fc.constant(true),
      createRole: fc.boolean(),
      createDb: fc.constant(false),
      canLogin: fc.constant(true),
      replication: fc.constant(false),
      bypassRls: fc.constant(false),
      connectionLimit: fc.constantFrom(-1, 5),
      validUntil: fc.constantFrom(null, "2027-01-01T00:00:00Z"),
    }),
    byOid,
  ),
  memberships: rowsOf(
    fc.record({
      role: roleOid,
      member: roleOid,
      grantor: fc.constant(10),
      admin: fc.boolean(),
      inherit: fc.constantFrom(true, false, null),
      set: fc.constantFrom(true, null),
    }),
    ({ role, member, grantor }) => [role, member, grantor],
  ),
  mappings: rowsOf(
    fc.record({
      iamOid: fc.constantFrom(500, 501, 502),
      arn: fc.constantFrom("arn:aws:iam::1:role/a", "arn:aws:iam::1:role/b"),
      role: roleOid,
      roleName: name,
      grantor: fc.constant(10),
    }),
    ({ iamOid, role }) => [iamOid, role],
  ),
  schemas: rowsOf(fc.record({ oid: schemaOid, name, owner: roleOid, acl }), byOid),
  relations: rowsOf(
    fc.record({
      oid: fc.constantFrom(1000, 1001, 1002, 1003),
      schema: schemaOid,
      name,
      kind: fc.constantFrom("r" as const, "v" as const, "S" as const),
      owner: roleOid,
      acl,
    }),
    byOid,
  ),
  columns: rowsOf(
    fc.record({
      relation: fc.constantFrom(1000, 1001),
      number: fc.constantFrom(-1, 1, 2),
      name,
      acl: explicitAcl,
    }),
    ({ relation, number }) => [relation, number],
  ),
  functions: rowsOf(
    fc.record({
      oid: fc.constantFrom(3000, 3001),
      schema: schemaOid,
      name,
      identityArguments: fc.constantFrom("", "integer"),
      kind: fc.constantFrom("f" as const, "p" as const),
      owner: roleOid,
      securityDefiner: fc.boolean(),
      acl,
    }),
    byOid,
  ),
  types: rowsOf(
    fc.record({
      oid: fc.constantFrom(4000, 4001),
      schema: schemaOid,
      name,
      kind: fc.constant("d"),
      owner: roleOid,
      acl,
    }),
    byOid,
  ),
  defaultPrivileges: rowsOf(
    fc.record({
      oid: fc.constantFrom(6000, 6001),
      role: roleOid,
      schema: fc.constantFrom(0, 2200),
      objectType: fc.constantFrom("r", "f"),
      acl: explicitAcl,
    }),
    byOid,
  ),
  database: rowsOf(fc.record({ oid: fc.constant(5), name, owner: roleOid, acl }), byOid),
} satisfies { [N in keyof Sections]: fc.Arbitrary<unknown[]> };

const unreadable = fc.record({
  status: fc.constant("unreadable" as const),
  reason: fc.constantFrom("permission denied", "feature not supported"),
  code: fc.constantFrom("42501", null),
});

const section = (rows: fc.Arbitrary<unknown[]>) =>
  fc.oneof(
    { weight: 6, arbitrary: rows.map((found) => ({ status: "read" as const, rows: found })) },
    { weight: 1, arbitrary: unreadable },
  );

const sections = fc.record(
  Object.fromEntries(
    sectionNames.map((one) => [one, section(rowArbitraries[one] as fc.Arbitrary<unknown[]>)]),
  ),
);

/** Any catalog: hostile names, any section unreadable. */
export const anyCatalog: fc.Arbitrary<Catalog> = fc
  .record({ serverVersion: fc.constantFrom(160014, 170002), sections })
  .map((made) => ({ format: 1 as const, cluster, ...made }) as unknown as Catalog);

/** A later state of the same cluster: most sections as they were, some replaced. */
export const anyHistory = (length: number): fc.Arbitrary<Catalog[]> =>
  fc
    .tuple(
      anyCatalog,
      fc.array(fc.tuple(anyCatalog, fc.subarray([...sectionNames], { maxLength: 3 })), {
        minLength: 1,
        maxLength: length,
      }),
    )
    .map(([first, steps]) => {
      const catalogs = [first];
      for (const [other, changed] of steps) {
        const before = catalogs.at(-1) ?? first;
        const replaced = Object.fromEntries(changed.map((one) => [one, other.sections[one]]));
        catalogs.push({ ...before, sections: { ...before.sections, ...replaced } as Sections });
      }
      return catalogs;
    });
