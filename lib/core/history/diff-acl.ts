// What changed in one ACL, entry by entry. Writing down a built-in default is a change of form, not of access.
import { builtInAcl } from "../catalog/built-in-acl.ts";
import type { AnyRow } from "../catalog/canonical-rows.ts";
import type { Acl, AclEntry } from "../catalog/catalog.ts";
import type { Change, Letters, ObjectRef, RoleRef } from "./change.ts";

export type AclDiff = {
  readonly object: ObjectRef;
  /** The ACL as it stands now, after the changes found so far. */
  readonly acl: () => Acl;
  readonly to: Acl;
  /** The object's row: its owner and kind decide the built-in ACL. */
  readonly row: AnyRow;
  readonly serverVersion: number;
  readonly role: (oid: number) => RoleRef;
  readonly found: (change: Change) => void;
};

const keyOf = ({ grantee, grantor }: AclEntry): string => `${grantee}/${grantor}`;
const letters = (entry: AclEntry | undefined): Letters | null =>
  entry ? { privileges: entry.privileges, grantable: entry.grantable } : null;

const diffEntries = ({ object, acl, role, found }: AclDiff, to: readonly AclEntry[]): void => {
  const before = new Map((acl()?.entries ?? []).map((entry) => [keyOf(entry), entry]));
  const after = new Map(to.map((entry) => [keyOf(entry), entry]));
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const [was, is] = [before.get(key), after.get(key)];
    const entry = is ?? was;
    if (!entry || (was?.privileges === is?.privileges && was?.grantable === is?.grantable)) continue;
    const [grantee, grantor] = [role(entry.grantee), role(entry.grantor)];
    found({ kind: "grant", object, grantee, grantor, before: letters(was), after: letters(is) });
  }
};

/** Finds the changes that turn the ACL into `to`. */
export const diffAcl = (diff: AclDiff): void => {
  const { object, acl, to, row, serverVersion, found } = diff;
  if (!acl() && !to) return;
  const column = object.section === "columns" ? String(row.name) : null;
  if (!acl()) found({ kind: "acl-form", object, explicit: true, column });
  const target = to ?? builtInAcl(object.section, row, serverVersion);
  const unknown = acl()?.unknown ?? [];
  if (unknown.join("\n") !== target.unknown.join("\n")) {
    found({ kind: "acl-unknown", object, from: unknown, to: target.unknown });
  }
  diffEntries(diff, target.entries);
  if (!to) found({ kind: "acl-form", object, explicit: false, column });
};
