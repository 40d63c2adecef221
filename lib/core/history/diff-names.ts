// The names that people read for OIDs, looked up in the later catalog first and then in the earlier one.

import { PUBLIC } from "../base/ids.ts";
import type { AnyRow } from "../catalog/canonical-rows.ts";
import type { SectionName } from "../catalog/catalog.ts";
import { type KnownCatalog, knownRows } from "../catalog/known-catalog.ts";
import type { ObjectSection } from "../catalog/object-section.ts";
import type { ObjectRef, RoleRef } from "./change.ts";

export type Names = {
  readonly role: (oid: number) => RoleRef;
  readonly schema: (oid: number) => string | null;
  readonly object: (section: ObjectSection, row: AnyRow) => ObjectRef;
  /** By its OID alone; "OID 4711" where neither catalog has it. */
  readonly relation: (oid: number) => ObjectRef;
};

const relationKinds: Readonly<Record<string, string>> = {
  r: "table", p: "table", v: "view", m: "view", S: "sequence", f: "table",
}; // biome-ignore format: one glance

const kindOf = (section: ObjectSection, row: AnyRow): string => {
  if (section === "relations") return relationKinds[String(row.kind)] ?? "table";
  return { schemas: "schema", columns: "column", functions: "function", types: "type", database: "database" }[
    section
  ];
};

/** Lookups over one or two catalogs; `later` wins. */
export const namesOf = (earlier: KnownCatalog, later: KnownCatalog): Names => {
  const index = (section: SectionName): Map<number, AnyRow> => {
    const rows = [earlier, later].flatMap(
      (catalog) => (knownRows(catalog, section) ?? []) as readonly AnyRow[],
    );
    return new Map(rows.map((row) => [row.oid as number, row]));
  };
  const roles = index("roles");
  const schemas = index("schemas");
  const relations = index("relations");
  const nameOf = (row: AnyRow | undefined): string | null => (row ? String(row.name) : null);
  const schema = (oid: number): string | null => nameOf(schemas.get(oid));
  const object = (section: ObjectSection, row: AnyRow): ObjectRef => {
    const kind = kindOf(section, row);
    if (section === "columns") {
      const relation = relations.get(row.relation as number);
      const table = nameOf(relation) ?? String(row.relation);
      const within = relation ? schema(relation.schema as number) : null;
      const [oid, column] = [row.relation as number, row.number as number];
      return { section, oid, column, kind, schema: within, name: `${table}.${String(row.name)}` };
    }
    const args = section === "functions" ? `(${String(row.identityArguments)})` : "";
    const within = typeof row.schema === "number" ? schema(row.schema) : null;
    return {
      section,
      oid: row.oid as number,
      column: null,
      kind,
      schema: within,
      name: `${String(row.name)}${args}`,
    };
  };
  return {
    role: (oid) => ({ oid, name: oid === PUBLIC ? "PUBLIC" : nameOf(roles.get(oid)) }),
    schema,
    object,
    relation: (oid) => {
      const row = relations.get(oid);
      if (row) return object("relations", row);
      return { section: "relations", oid, column: null, kind: "relation", schema: null, name: `OID ${oid}` };
    },
  };
};
