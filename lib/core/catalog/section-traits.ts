// What is particular to each section of a catalog, in one table: fields, identity, order, ACL, and its name for people.
// A new section does not compile until its line stands here; what changes in it: core/history/section-diff.ts.
import type { RowOf, SectionName } from "./catalog.ts";
import type { AclKind } from "./privileges.ts";

type Row = { readonly [field: string]: unknown };

export type SectionTraits<F extends string> = {
  /** Field order in the canonical form; `acl` is not among them, it is written apart. Only ever added to at the end. */
  readonly fields: readonly F[];
  /** What identifies a row within its section, all of them numbers; rows are stored sorted by it, however they were read. */
  readonly key: readonly F[];
  /** The kind of object that a row's ACL belongs to; null: its rows have none. "default": it is not an object's. */
  readonly acl: AclKind | ((row: Row) => AclKind) | "default" | null;
  /** A row without an ACL of its own says nothing and is left out. */
  readonly onlyWithAcl?: true;
  /** What its rows are called in a sentence, in the plural. */
  readonly label: string;
};

const byOid = ["oid"] as const;

export const sectionTraits = {
  roles: {
    fields: [
      "oid", "name", "superuser", "inherit", "createRole", "createDb", "canLogin", "replication", "bypassRls",
      "connectionLimit", "validUntil",
    ],
    key: byOid,
    acl: null,
    label: "roles",
  },
  memberships: {
    fields: ["role", "member", "grantor", "admin", "inherit", "set"],
    key: ["role", "member", "grantor"],
    acl: null,
    label: "memberships",
  },
  mappings: {
    fields: ["iamOid", "arn", "role", "roleName", "grantor"],
    key: ["iamOid", "role"],
    acl: null,
    label: "mappings of IAM principals",
  },
  schemas: { fields: ["oid", "name", "owner"], key: byOid, acl: "schema", label: "schemas" },
  relations: {
    fields: ["oid", "schema", "name", "kind", "owner"],
    key: byOid,
    acl: ({ kind }) => (kind === "S" ? "sequence" : "table"),
    label: "tables, views and sequences",
  },
  columns: {
    fields: ["relation", "number", "name"],
    key: ["relation", "number"],
    acl: "column",
    onlyWithAcl: true,
    label: "columns with privileges of their own",
  },
  functions: {
    fields: ["oid", "schema", "name", "identityArguments", "kind", "owner", "securityDefiner"],
    key: byOid,
    acl: "function",
    label: "functions and procedures",
  },
  types: { fields: ["oid", "schema", "name", "kind", "owner"], key: byOid, acl: "type", label: "types" },
  defaultPrivileges: {
    fields: ["oid", "role", "schema", "objectType"],
    key: byOid,
    acl: "default",
    label: "default privileges",
  },
  database: { fields: ["oid", "name", "owner"], key: byOid, acl: "database", label: "the database" },
} as const satisfies { readonly [N in SectionName]: SectionTraits<Exclude<keyof RowOf<N>, "acl"> & string> }; // biome-ignore format: one glance

/** The same for code that treats all sections alike. */
export const traitsOf = (name: SectionName): SectionTraits<string> => sectionTraits[name];
