// The privileges that an object has while nobody has granted or revoked anything on it (its ACL is null).

import { PUBLIC } from "../base/ids.ts";
import type { AnyRow } from "./canonical-rows.ts";
import type { Acl, AclEntry } from "./catalog.ts";
import type { ObjectSection } from "./object-section.ts";
import { type AclKind, defaultAcl, privilegeLetters } from "./privileges.ts";

const kinds: Readonly<Record<ObjectSection, AclKind>> = {
  schemas: "schema",
  relations: "table",
  columns: "column",
  functions: "function",
  types: "type",
  database: "database",
};

/** The built-in ACL of an object's row, written out: entries sorted by grantee as everywhere. */
export const builtInAcl = (section: ObjectSection, row: AnyRow, serverVersion: number): NonNullable<Acl> => {
  const kind = section === "relations" && row.kind === "S" ? "sequence" : kinds[section];
  const { owner, everyone } = defaultAcl(kind, serverVersion);
  const grantor = row.owner as number;
  const entries: AclEntry[] = [];
  if (everyone)
    entries.push({ grantee: PUBLIC, grantor, privileges: privilegeLetters(everyone), grantable: "" });
  if (owner) entries.push({ grantee: grantor, grantor, privileges: privilegeLetters(owner), grantable: "" });
  return { entries, unknown: [] };
};
