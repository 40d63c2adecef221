// Everything in a catalog that privileges can be on, in the order in which people read it.

import type { Oid } from "../base/ids.ts";
import { builtInAcl } from "../catalog/built-in-acl.ts";
import { type Catalog, type Relation, rowsOf, type SectionName } from "../catalog/catalog.ts";
import { type AclKind, type PrivilegeMask, privilegeBit } from "../catalog/privileges.ts";
import type { RoleGraph } from "./effective-graph.ts";
import { type Holders, holdersOf } from "./effective-holders.ts";

export const objectKinds = [
  "database",
  "schema",
  "table",
  "view",
  "sequence",
  "column",
  "function",
  "type",
] as const;
export type ObjectKind = (typeof objectKinds)[number];

export type AccessObject = Holders & {
  /** Its place in the engine's list. */
  readonly index: number;
  readonly kind: ObjectKind;
  /** The catalog's own letter for it: relkind (of a column its relation's), prokind, typtype; else "". */
  readonly letter: string;
  /** Of a column, that of its relation. */
  readonly oid: Oid;
  readonly owner: Oid;
  /** null for schemas and databases, and where the schemas could not be read. */
  readonly schema: string | null;
  /** null for schemas and databases. */
  readonly schemaOid: Oid | null;
  /** Raw; of a column its relation's; of a function `name(identity arguments)`. */
  readonly name: string;
  /** Of a function its arguments as the server writes them in SQL, else null; `name` holds them too. */
  readonly identityArguments: string | null;
  /** Of a column its name, else null. */
  readonly column: string | null;
  /** Of a column its number, negative for system columns; else 0. */
  readonly columnNumber: number;
  /** Only of functions. */
  readonly securityDefiner: boolean;
};

const relationKinds: Readonly<Record<Relation["kind"], ObjectKind>> = {
  r: "table",
  p: "table",
  f: "table",
  v: "view",
  m: "view",
  S: "sequence",
};

/** The kind of ACL that an object has: views are tables to PostgreSQL. */
export const aclKindOf = (kind: ObjectKind): AclKind => (kind === "view" ? "table" : kind);

/** The section that an object of a kind is read from. */
export const sectionOf = (kind: ObjectKind): SectionName => {
  switch (kind) {
    case "database":
      return "database";
    case "schema":
      return "schemas";
    case "table":
    case "view":
    case "sequence":
      return "relations";
    case "column":
      return "columns";
    case "function":
      return "functions";
    case "type":
      return "types";
    default:
      return kind satisfies never;
  }
};

/** The name alone: of a function without its arguments. */
export const bareName = ({
  name,
  identityArguments,
}: Pick<AccessObject, "name" | "identityArguments">): string =>
  identityArguments === null ? name : name.slice(0, name.length - identityArguments.length - 2);

/** The schemas that every database has; users' own never have such names. */
export const isSystemSchema = (name: string | null): boolean =>
  name !== null && (name.startsWith("pg_") || name === "information_schema");

/**
 * What only a superuser may do to the system's own tables, whatever their ACL says (pg_class_aclmask() in aclchk.c). They
 * are known by their OIDs, which the server itself was built with.
 */
const frozenOf = ({ oid, kind, schema }: Relation): PrivilegeMask =>
  schema === PG_CATALOG_OID && oid < FIRST_UNPINNED_OID && kind !== "v"
    ? ["INSERT", "UPDATE", "DELETE", "TRUNCATE", "USAGE"].reduce((mask, name) => mask | privilegeBit(name), 0)
    : 0;
const PG_CATALOG_OID = 11;
const FIRST_UNPINNED_OID = 12_000;

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const kindRank = new Map(objectKinds.map((kind, rank) => [kind, rank]));

type Unplaced = Omit<AccessObject, "index">;
const compare = (a: Unplaced, b: Unplaced): number =>
  (kindRank.get(a.kind) ?? 0) - (kindRank.get(b.kind) ?? 0) ||
  compareText(a.schema ?? "", b.schema ?? "") ||
  compareText(a.name, b.name) ||
  a.columnNumber - b.columnNumber ||
  a.oid - b.oid;

/** What most kinds lack. */
const plain = {
  letter: "",
  schema: null,
  schemaOid: null,
  identityArguments: null,
  column: null,
  columnNumber: 0,
  securityDefiner: false,
};

type Sources = {
  readonly catalog: Catalog;
  readonly holders: ReturnType<typeof holdersOf>;
  /** Where an object of a schema stands. */
  readonly within: (schema: Oid) => Pick<AccessObject, "schemaOid" | "schema">;
};

const databasesAndSchemas = ({ catalog, holders }: Sources): Unplaced[] => [
  ...rowsOf(catalog, "database").map(
    ({ oid, owner, name, acl }): Unplaced => ({
      ...plain,
      ...holders("database", owner, acl),
      ...{ kind: "database", oid, owner, name },
    }),
  ),
  ...rowsOf(catalog, "schemas").map(
    ({ oid, owner, name, acl }): Unplaced => ({
      ...plain,
      ...holders("schema", owner, acl),
      ...{ kind: "schema", oid, owner, name },
    }),
  ),
];

const relationsIn = ({ catalog, holders, within }: Sources): Unplaced[] =>
  rowsOf(catalog, "relations").map((row) => {
    const kind = relationKinds[row.kind];
    const { oid, owner, name } = row;
    const held = holders(aclKindOf(kind), owner, row.acl, { frozen: frozenOf(row) });
    return { ...plain, ...held, ...within(row.schema), kind, letter: row.kind, oid, owner, name };
  });

/** Those with an ACL of their own. */
const columnsIn = ({ catalog, holders, within }: Sources): Unplaced[] => {
  const relations = new Map(rowsOf(catalog, "relations").map((row) => [row.oid, row]));
  return rowsOf(catalog, "columns").flatMap(({ relation, number, name: column, acl }): Unplaced[] => {
    const table = relations.get(relation);
    if (!table || acl === null) return [];
    const { oid, owner, name } = table;
    // What nobody wrote is another thing for a sequence than for a table.
    const whole = table.acl ?? builtInAcl("relations", table, catalog.serverVersion);
    const held = holders("column", owner, acl, { tableAcl: whole, frozen: frozenOf(table) });
    const place = { ...within(table.schema), kind: "column" as const, letter: table.kind, oid, owner, name };
    return [{ ...plain, ...held, ...place, column, columnNumber: number }];
  });
};

const functionsIn = ({ catalog, holders, within }: Sources): Unplaced[] =>
  rowsOf(catalog, "functions").map((row) => {
    const { oid, owner, securityDefiner, identityArguments } = row;
    const name = `${row.name}(${identityArguments})`;
    const held = holders("function", owner, row.acl);
    const place = { ...within(row.schema), kind: "function" as const, letter: row.kind, oid, owner, name };
    return { ...plain, ...held, ...place, identityArguments, securityDefiner };
  });

const typesIn = ({ catalog, holders, within }: Sources): Unplaced[] =>
  rowsOf(catalog, "types").map((row) => {
    const { oid, owner, name } = row;
    const held = holders("type", owner, row.acl);
    return { ...plain, ...held, ...within(row.schema), kind: "type", letter: row.kind, oid, owner, name };
  });

/** Sorted by kind, schema, name, column. Sections that are unreadable give none. */
export const accessObjects = (catalog: Catalog, graph: RoleGraph): AccessObject[] => {
  const schemaNames = new Map(rowsOf(catalog, "schemas").map(({ oid, name }) => [oid, name]));
  const sources: Sources = {
    catalog,
    holders: holdersOf(graph, catalog.serverVersion),
    within: (oid) => ({ schemaOid: oid, schema: schemaNames.get(oid) ?? null }),
  };
  return [databasesAndSchemas, relationsIn, columnsIn, functionsIn, typesIn]
    .flatMap((objectsIn) => objectsIn(sources))
    .sort(compare)
    .map((object, index) => ({ ...object, index }));
};
