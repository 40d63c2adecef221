// The fixed field order and the identity of every section's rows.
import { AuditError } from "../../errors.ts";
import type { Acl, AclEntry, RowOf, SectionName } from "./catalog.ts";

/** Field order in the canonical form; `acl` is not among them, it is written apart. Only ever added to at the end. */
export const rowFields = {
  roles: [
    "oid", "name", "superuser", "inherit", "createRole", "createDb", "canLogin", "replication", "bypassRls",
    "connectionLimit", "validUntil",
  ],
  memberships: ["role", "member", "grantor", "admin", "inherit", "set"],
  mappings: ["iamOid", "arn", "role", "roleName", "grantor"],
  schemas: ["oid", "name", "owner"],
  relations: ["oid", "schema", "name", "kind", "owner"],
  columns: ["relation", "number", "name"],
  functions: ["oid", "schema", "name", "identityArguments", "kind", "owner", "securityDefiner"],
  types: ["oid", "schema", "name", "kind", "owner"],
  defaultPrivileges: ["oid", "role", "schema", "objectType"],
  database: ["oid", "name", "owner"],
} as const satisfies { readonly [N in SectionName]: readonly (keyof RowOf<N>)[] }; // biome-ignore format: one glance

/** The fields that identify a row within its section. */
const keyFields: { readonly [N in SectionName]: readonly (keyof RowOf<N>)[] } = {
  roles: ["oid"],
  memberships: ["role", "member", "grantor"],
  mappings: ["iamOid", "role"],
  schemas: ["oid"],
  relations: ["oid"],
  columns: ["relation", "number"],
  functions: ["oid"],
  types: ["oid"],
  defaultPrivileges: ["oid"],
  database: ["oid"],
};

/** Any row, for code that treats all sections alike. */
export type AnyRow = { readonly [field: string]: unknown; readonly acl?: Acl };

export const hasAcl = (name: SectionName): boolean =>
  name !== "roles" && name !== "memberships" && name !== "mappings";

const keyParts = (name: SectionName, row: AnyRow): number[] =>
  (keyFields[name] as readonly string[]).map((field) => row[field] as number);

/** "16384" or "16384/16390/10": what the row is, whatever it is called. */
export const rowKey = (name: SectionName, row: AnyRow): string => keyParts(name, row).join("/");

const compareParts = (a: readonly number[], b: readonly number[]): number => {
  for (let i = 0; i < a.length; i++) {
    const by = (a[i] ?? 0) - (b[i] ?? 0);
    if (by) return by;
  }
  return 0;
};

const compareEntries = (a: AclEntry, b: AclEntry): number => a.grantee - b.grantee || a.grantor - b.grantor;

/** The letters of both, in the order in which they first stand. */
const union = (a: string, b: string): string => [...new Set([...a, ...b])].join("");

/** Entries sorted and merged by (grantee, grantor), unknown texts sorted. */
export const canonicalAcl = (acl: Acl): Acl => {
  if (!acl) return null;
  const entries: AclEntry[] = [];
  for (const entry of [...acl.entries].sort(compareEntries)) {
    const last = entries.at(-1);
    if (last && compareEntries(last, entry) === 0) {
      entries[entries.length - 1] = {
        ...last,
        privileges: union(last.privileges, entry.privileges),
        grantable: union(last.grantable, entry.grantable),
      };
    } else entries.push(entry);
  }
  return { entries, unknown: [...acl.unknown].sort() };
};

const sameRow = (name: SectionName, a: AnyRow, b: AnyRow): boolean =>
  JSON.stringify([rowFields[name].map((f) => a[f]), a.acl]) ===
  JSON.stringify([rowFields[name].map((f) => b[f]), b.acl]);

/**
 * Rows sorted by their identity, ACLs canonical, exact repeats dropped. A column without an ACL of its own says
 * nothing and is left out. AuditError("bad-record") where two different rows claim one identity.
 */
export const canonicalRows = (name: SectionName, rows: readonly AnyRow[]): AnyRow[] => {
  const sorted = rows
    .filter((row) => name !== "columns" || row.acl)
    .map((row) => ({
      parts: keyParts(name, row),
      row: hasAcl(name) ? { ...row, acl: canonicalAcl(row.acl ?? null) } : row,
    }))
    .sort((a, b) => compareParts(a.parts, b.parts));
  const out: AnyRow[] = [];
  let before: readonly number[] | undefined;
  for (const { parts, row } of sorted) {
    const last = out.at(-1);
    if (last && before && compareParts(before, parts) === 0) {
      if (sameRow(name, last, row)) continue;
      throw new AuditError(
        "bad-record",
        `two different rows of ${name} have the identity ${parts.join("/")}`,
      );
    }
    out.push(row);
    before = parts;
  }
  return out;
};
