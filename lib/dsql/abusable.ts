// Of the system's own schemas only what a user can abuse: objects that somebody has given to an ordinary role.

import { type Oid, PUBLIC } from "../core/base/ids.ts";
import type { Acl, Sections } from "../core/catalog/catalog.ts";

const rows = <T>(
  section: { readonly status: "read"; readonly rows: T[] } | { readonly status: "unreadable" },
): T[] => (section.status === "read" ? section.rows : []);

const keep = <S extends Sections[keyof Sections]>(
  section: S,
  wanted: (row: Extract<S, { status: "read" }>["rows"][number]) => boolean,
): S =>
  section.status === "read" ? { ...section, rows: (section.rows as never[]).filter(wanted) } : section;

/** PUBLIC reads most of the system by design; making objects in it is another matter. */
const lets = (acl: Acl, isOrdinary: (role: Oid) => boolean): boolean =>
  (acl?.entries ?? []).some(({ grantee }) => grantee !== PUBLIC && isOrdinary(grantee));
const letsAllCreate = (acl: Acl): boolean =>
  (acl?.entries ?? []).some(({ grantee, privileges }) => grantee === PUBLIC && privileges.includes("C"));

/**
 * The sections without the system's harmless rows: what it gave to itself, its predefined roles and PUBLIC. Where roles or
 * schemas could not be read nothing can be told apart, and what is in the system stays out.
 */
export const onlyAbusable = (sections: Sections): Sections => {
  const ordinary = new Set(
    rows(sections.roles)
      .filter(({ name, superuser }) => !superuser && !name.startsWith("pg_"))
      .map(({ oid }) => oid),
  );
  const isOrdinary = (role: Oid): boolean => ordinary.has(role);
  const system = new Set(
    rows(sections.schemas)
      .filter(({ name }) => name === "pg_catalog" || name === "information_schema")
      .map(({ oid }) => oid),
  );
  const byColumn = new Set(
    rows(sections.columns)
      .filter(({ acl }) => lets(acl, isOrdinary))
      .map(({ relation }) => relation),
  );
  const relations = keep(
    sections.relations,
    ({ oid, schema, acl }) => !system.has(schema) || lets(acl, isOrdinary) || byColumn.has(oid),
  );
  const functions = keep(
    sections.functions,
    ({ schema, acl }) => !system.has(schema) || lets(acl, isOrdinary),
  );
  const used = new Set([...rows(relations), ...rows(functions)].map(({ schema }) => schema));
  const schemas = keep(
    sections.schemas,
    ({ oid, acl }) => !system.has(oid) || used.has(oid) || lets(acl, isOrdinary) || letsAllCreate(acl),
  );
  // Only the columns of relations that we look at; where these could not be read, all that have an ACL.
  const read = new Set(rows(relations).map(({ oid }) => oid));
  const columns = keep(
    sections.columns,
    ({ relation }) => relations.status === "unreadable" || read.has(relation),
  );
  return { ...sections, relations, functions, schemas, columns };
};
