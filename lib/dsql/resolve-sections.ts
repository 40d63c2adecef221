// Turns the ACL texts of the sections read into entries by OID, by the roles of the same reading.
import { parseAcl, type RoleOids } from "../core/acl.ts";
import type { Acl, SectionName, Sections } from "../core/catalog.ts";
import type { RawSections } from "./read-section.ts";

const withAcls = <R extends { readonly acl: string | null }>(
  section:
    | { readonly status: "read"; readonly rows: R[] }
    | Exclude<RawSections[SectionName], { status: "read" }>,
  roles: RoleOids,
) =>
  section.status === "unreadable"
    ? section
    : {
        status: "read" as const,
        rows: section.rows.map((row): Omit<R, "acl"> & { acl: Acl } => ({
          ...row,
          acl: parseAcl(row.acl, roles),
        })),
      };

/** Without readable roles no name can be resolved: all ACL entries then stay as unknown text. */
export const resolveSections = (raw: RawSections): Sections => {
  const roles = new Map(
    raw.roles.status === "read" ? raw.roles.rows.map(({ name, oid }) => [name, oid]) : [],
  );
  return {
    roles: raw.roles,
    memberships: raw.memberships,
    mappings: raw.mappings,
    schemas: withAcls(raw.schemas, roles),
    relations: withAcls(raw.relations, roles),
    columns: withAcls(raw.columns, roles),
    functions: withAcls(raw.functions, roles),
    types: withAcls(raw.types, roles),
    defaultPrivileges: withAcls(raw.defaultPrivileges, roles),
    database: withAcls(raw.database, roles),
  };
};
