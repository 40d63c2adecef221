// What objects made tomorrow will allow to whom, by the default privileges in force today.

import type { Oid } from "../base/ids.ts";
import { type Acl, type DefaultPrivilege, rowsOf } from "../catalog/catalog.ts";
import { defaultAcl, privilegeLetters } from "../catalog/privileges.ts";
import type { AccessEngine } from "./effective.ts";
import { holdersOf } from "./effective-holders.ts";
import { accessMatrix } from "./effective-matrix.ts";
import { type AccessObject, aclKindOf, type ObjectKind } from "./effective-objects.ts";
import { type PrivilegeRow, privilegeRows } from "./effective-rows.ts";

/** As a row of `privileges`, of objects that `creator` will make; `schema` null: in every schema without rows of its own. */
export type FutureRow = Omit<PrivilegeRow, "object" | "column"> & { readonly creator: string };

const kinds: Readonly<Record<string, ObjectKind>> = {
  r: "table",
  S: "sequence",
  f: "function",
  T: "type",
  n: "schema",
};

/** The built-in default as entries, so that a schema's additions can be merged with it. */
const builtIn = (kind: ObjectKind, owner: Oid, serverVersion: number): NonNullable<Acl> => {
  const { owner: own, everyone } = defaultAcl(aclKindOf(kind), serverVersion || 160_000);
  const entry = (grantee: Oid, mask: number) => ({
    grantee,
    grantor: owner,
    privileges: privilegeLetters(mask),
    grantable: "",
  });
  return { entries: [...(everyone ? [entry(0, everyone)] : []), entry(owner, own)], unknown: [] };
};

const both = (a: NonNullable<Acl>, b: Acl): NonNullable<Acl> =>
  b === null ? a : { entries: [...a.entries, ...b.entries], unknown: [...a.unknown, ...b.unknown] };

/** Where nothing at all is left, the server stores no ACL, so the built-in default is back (aclmerge() in acl.c). */
const stored = (acl: NonNullable<Acl>): Acl => (acl.entries.length || acl.unknown.length ? acl : null);

/** The ACLs that a creator's next objects of one type get: one for all schemas, and one for each that has a row. */
const nextAcls = (
  rows: readonly DefaultPrivilege[],
  fallback: NonNullable<Acl>,
): { schema: Oid | null; acl: NonNullable<Acl> }[] => {
  // A row for all schemas stands instead of the built-in default; one for a schema only adds to either.
  const general = rows.find(({ schema }) => schema === 0);
  const base = general?.acl ?? fallback;
  const special = rows
    .filter(({ schema }) => schema !== 0)
    .map(({ schema, acl }) => ({ schema, acl: both(base, acl) }));
  return [...(general ? [{ schema: null, acl: base }] : []), ...special];
};

/**
 * Rows for every creator that has default privileges; other creators' objects get the built-in ones. `role`: of this
 * role only. Where default privileges are unreadable there are none, and the engine's gaps say so.
 * https://www.postgresql.org/docs/16/sql-alterdefaultprivileges.html
 */
export const tomorrow = (engine: AccessEngine, role?: number): FutureRow[] => {
  const { catalog, graph } = engine;
  const holders = holdersOf(graph, catalog.serverVersion);
  const schemas = engine.objects.filter(({ kind }) => kind === "schema");
  const schemaNames = new Map(schemas.map(({ oid, name }) => [oid, name]));
  const groups = Map.groupBy(rowsOf(catalog, "defaultPrivileges"), (row) => `${row.role}/${row.objectType}`);
  const objects: AccessObject[] = schemas.map((schema, index) => ({ ...schema, index }));
  const future: AccessObject[] = [];
  for (const rows of groups.values()) {
    const [{ role: owner, objectType } = { role: 0, objectType: "" }] = rows;
    const kind = kinds[objectType];
    if (kind === undefined) continue;
    for (const { schema, acl } of nextAcls(rows, builtIn(kind, owner, catalog.serverVersion))) {
      const object: AccessObject = {
        ...holders(aclKindOf(kind), owner, stored(acl)),
        index: objects.length,
        kind,
        letter: "",
        oid: 0,
        owner,
        // Null would say "in every schema".
        schema: schema === null ? null : (schemaNames.get(schema) ?? `the schema with OID ${schema}`),
        schemaOid: schema,
        name: "",
        identityArguments: null,
        column: null,
        columnNumber: 0,
        securityDefiner: false,
      };
      objects.push(object);
      future.push(object);
    }
  }
  const matrix = accessMatrix(graph, objects);
  const context = { graph, objects, matrix, relationIndex: new Map<number, number>() };
  const roles =
    role === undefined ? graph.roles.flatMap(({ name }, id) => (name.startsWith("pg_") ? [] : [id])) : [role];
  return future.flatMap((object) => {
    const creator =
      graph.roles[graph.idOf.get(object.owner) ?? -1]?.name ?? `the role with OID ${object.owner}`;
    return [...privilegeRows(context, [object], roles)].map(({ object: _, column: __, ...row }) => ({
      ...row,
      creator,
    }));
  });
};

/** Entries of a default's ACL that could not be read; whom they will grant what is not known. */
export type UnreadDefault = {
  readonly creator: string;
  readonly kind: ObjectKind;
  /** null: of all schemas. */
  readonly schema: string | null;
  /** As the catalog has them. */
  readonly entries: readonly string[];
};

/** In the order of the catalog; a kind that is not known here is not an object that privileges are told of. */
export const unreadDefaults = ({ catalog, graph }: AccessEngine): UnreadDefault[] =>
  rowsOf(catalog, "defaultPrivileges").flatMap(({ role, schema, objectType, acl }): UnreadDefault[] => {
    const kind = kinds[objectType];
    if (kind === undefined || !acl?.unknown.length) return [];
    const creator = graph.roles[graph.idOf.get(role) ?? -1]?.name ?? `the role with OID ${role}`;
    const named = rowsOf(catalog, "schemas").find(({ oid }) => oid === schema)?.name;
    const where = schema === 0 ? null : (named ?? `the schema with OID ${schema}`);
    return [{ creator, kind, schema: where, entries: acl.unknown }];
  });
