// Takes one privilege on one object from a role or from PUBLIC: by every grant that gives it, on its grantor's authority.

import { type Oid, PUBLIC } from "../base/ids.ts";
import { type AclEntry, rowsOf } from "../catalog/catalog.ts";
import { type Privilege, privilegeBit, privilegeLetters } from "../catalog/privileges.ts";
import { aclOf } from "../privileges/acl-of.ts";
import type { AccessEngine } from "../privileges/effective.ts";
import type { AccessObject } from "../privileges/effective-objects.ts";
import { cascadeRemark, grantorRemarks, refusedOnDsql, revokeAs, script } from "./script.ts";
import { linesFor, unnamedGrantor } from "./script-lines.ts";

type Grant = {
  readonly engine: AccessEngine;
  readonly object: AccessObject;
  readonly privilege: Privilege;
  readonly letter: string;
};

/** The ACL entries that count for the object: its own, for a table those of its columns too. */
const entriesOf = ({ engine, object }: Grant, withColumns: boolean): readonly AclEntry[] => {
  const own = aclOf(engine.catalog, object)?.entries ?? [];
  if (!withColumns || (object.kind !== "table" && object.kind !== "view")) return own;
  const columns = rowsOf(engine.catalog, "columns").filter(({ relation }) => relation === object.oid);
  return [...own, ...columns.flatMap(({ acl }) => acl?.entries ?? [])];
};

/** Everybody to whom the grantee has passed the privilege on, and they in turn. */
const passedOnTo = (grant: Grant, grantee: Oid): Set<Oid> => {
  const entries = entriesOf(grant, true).filter(({ privileges }) => privileges.includes(grant.letter));
  const reached = new Set([grantee]);
  for (const from of reached)
    for (const entry of entries)
      if (entry.grantor === from && entry.grantee !== from) reached.add(entry.grantee);
  reached.delete(grantee);
  return reached;
};

/**
 * The REVOKEs for a superuser to run (on Aurora DSQL: for `admin`), or a sentence where there can be none. `role`
 * null: from PUBLIC. Only the privilege goes, and with CASCADE what the role passed on, which is named.
 * https://www.postgresql.org/docs/16/sql-revoke.html
 */
export const revokePrivilegeSql = (
  engine: AccessEngine,
  object: AccessObject,
  privilege: Privilege,
  role: { readonly oid: Oid; readonly name: string } | null,
): string => {
  const grant = { engine, object, privilege, letter: privilegeLetters(privilegeBit(privilege)) };
  const refused = refusedOnDsql(engine, object);
  if (refused !== undefined) return refused;
  const grantee = role?.oid ?? PUBLIC;
  const grantors = entriesOf(grant, false)
    .filter((entry) => entry.grantee === grantee && entry.privileges.includes(grant.letter))
    .map(({ grantor }) => grantor);
  const taken = grantee === PUBLIC ? new Set<Oid>() : passedOnTo(grant, grantee);
  const cascade = entriesOf(grant, true).some(
    (entry) => entry.grantor === grantee && entry.privileges.includes(grant.letter),
  );
  const operation = { does: "revoke" as const, privilege, object, grantee, option: false, cascade };
  const intents = (grantors.length ? grantors : [object.owner]).map((as) => ({ operation, as }));
  const unnamed = unnamedGrantor(engine, intents);
  if (unnamed !== undefined) return revokeAs(unnamed);
  return script(linesFor(engine, intents), [
    ...grantorRemarks(engine, object.owner, grantors),
    ...cascadeRemark(engine, taken),
  ]);
};
