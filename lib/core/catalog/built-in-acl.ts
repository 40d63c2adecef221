// The privileges that an object has while nobody has granted or revoked anything on it (its ACL is null).

import { PUBLIC } from "../base/ids.ts";
import type { AnyRow } from "./canonical-rows.ts";
import type { Acl, AclEntry } from "./catalog.ts";
import type { ObjectSection } from "./object-section.ts";
import { type AclKind, defaultAcl, privilegeLetters } from "./privileges.ts";
import { sectionTraits } from "./section-traits.ts";

const kindOf = (section: ObjectSection, row: AnyRow): AclKind => {
  const { acl } = sectionTraits[section];
  return typeof acl === "function" ? acl(row) : acl;
};

/** The built-in ACL of an object's row, written out: entries sorted by grantee as everywhere. */
export const builtInAcl = (section: ObjectSection, row: AnyRow, serverVersion: number): NonNullable<Acl> => {
  const { owner, everyone } = defaultAcl(kindOf(section, row), serverVersion);
  const grantor = row.owner as number;
  const entries: AclEntry[] = [];
  if (everyone)
    entries.push({ grantee: PUBLIC, grantor, privileges: privilegeLetters(everyone), grantable: "" });
  if (owner) entries.push({ grantee: grantor, grantor, privileges: privilegeLetters(owner), grantable: "" });
  return { entries, unknown: [] };
};
