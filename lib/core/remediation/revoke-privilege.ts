// Takes one privilege on one object from a role or from PUBLIC: by every grant that gives it, on its grantor's authority.

import { type Oid, PUBLIC } from "../base/ids.ts";
import { type AclEntry, rowsOf } from "../catalog/catalog.ts";
import { type Privilege, privilegeBit, privilegeLetters } from "../catalog/privileges.ts";
import { aclOf } from "../privileges/acl-of.ts";
import type { AccessEngine } from "../privileges/effective.ts";
import type { AccessObject } from "../privileges/effective-objects.ts";
import type { MaybeSql } from "../sql/guard.ts";
import { grantSql, revokeSql, schemaUsageSql, setRoleSql, superuserSql } from "../sql/statements.ts";
import { onDsql, refusedOnDsql, remark, script, transaction } from "./script.ts";
import { dsqlLines } from "./script-dsql.ts";

type Grant = {
  readonly engine: AccessEngine;
  readonly object: AccessObject;
  readonly privilege: Privilege;
  readonly letter: string;
};

const roleName = (engine: AccessEngine, oid: Oid): string | undefined =>
  engine.graph.roles[engine.graph.idOf.get(oid) ?? -1]?.name;

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

/** Whether a role's REVOKE would count as its own: it holds the grant option itself, on the column or its table. */
const mayRevoke = (grant: Grant, role: Oid): boolean => {
  const { engine, object, letter } = grant;
  const table = engine.objects.find(({ oid, kind }) => oid === object.oid && kind !== "column");
  const acls = [
    aclOf(engine.catalog, object),
    object.kind === "column" && table && aclOf(engine.catalog, table),
  ];
  return acls.some((acl) =>
    (acl || null)?.entries.some(({ grantee, grantable }) => grantee === role && grantable.includes(letter)),
  );
};

/** Whether the role may name what is in the schema by grants of its own, as it must to run a REVOKE there. */
const usesSchema = ({ engine, object }: Grant, role: Oid): boolean => {
  const schema = rowsOf(engine.catalog, "schemas").find(({ oid }) => oid === object.schemaOid);
  return (
    schema === undefined ||
    schema.owner === role ||
    (schema.acl?.entries ?? []).some(
      ({ grantee, privileges }) => (grantee === role || grantee === PUBLIC) && privileges.includes("U"),
    )
  );
};

/** A REVOKE as the grantor, for the superuser who runs it: what is missing is given for the time of the transaction. */
const asGrantor = (grant: Grant, grantor: Oid, revoke: MaybeSql): MaybeSql[] => {
  const { engine, object, privilege } = grant;
  const name = roleName(engine, grantor) ?? "";
  const isSuperuser = engine.graph.roles[engine.graph.idOf.get(grantor) ?? -1]?.superuser ?? false;
  const lendsSchema = object.schema !== null && !usesSchema(grant, grantor);
  const lendsOption = !mayRevoke(grant, grantor);
  const byOwner = entriesOf(grant, false).some(
    (entry) =>
      entry.grantee === grantor && entry.grantor === object.owner && entry.privileges.includes(grant.letter),
  );
  const usage = (give: boolean): MaybeSql[] =>
    lendsSchema && object.schema !== null ? [schemaUsageSql(object.schema, name, give)] : [];
  return transaction([
    ...(isSuperuser ? [superuserSql(name, false)] : []),
    ...usage(true),
    ...(lendsOption ? [grantSql(privilege, object, name, true)] : []),
    setRoleSql(name, true),
    revoke,
    "RESET ROLE;" as MaybeSql,
    ...(lendsOption
      ? [
          revokeSql(privilege, object, name, {
            optionOnly: byOwner,
            cascade: passedOnTo(grant, grantor).size > 1,
          }),
        ]
      : []),
    ...usage(false),
    ...(isSuperuser ? [superuserSql(name, true)] : []),
  ]);
};

const remarks = (grant: Grant, grantors: readonly Oid[], taken: ReadonlySet<Oid>): string[] => {
  const { engine, object } = grant;
  const names = (oids: Iterable<Oid>): string =>
    [...oids].map((oid) => (oid === PUBLIC ? "PUBLIC" : (roleName(engine, oid) ?? `OID ${oid}`))).join(", ");
  const others = [...new Set(grantors)].filter((grantor) => grantor !== object.owner);
  const superusers = others.filter((oid) => engine.graph.roles[engine.graph.idOf.get(oid) ?? -1]?.superuser);
  return [
    ...(others.length ? [remark(`Granted by ${names(others)}: only a REVOKE as that role ends it.`)] : []),
    ...(superusers.length && !onDsql(engine)
      ? [remark(`A superuser revokes as the owner, so ${names(superusers)} is none for this transaction.`)]
      : []),
    ...(taken.size ? [remark(`CASCADE also takes it from whom it was passed on to: ${names(taken)}.`)] : []),
  ];
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
  const unnamed = grantors.find((grantor) => roleName(engine, grantor) === undefined);
  if (unnamed !== undefined)
    return remark(
      `Granted by the role with OID ${unnamed}, whose name could not be read: revoke it as that role.`,
    );
  const by = grantors.length ? grantors : [object.owner];
  const operation = { does: "revoke" as const, privilege, object, grantee, option: false, cascade };
  const revoke = revokeSql(privilege, object, role?.name ?? null, { cascade });
  const lines = onDsql(engine)
    ? dsqlLines(
        engine,
        by.map((as) => ({ operation, as })),
      )
    : by.flatMap((grantor) => (grantor === object.owner ? [revoke] : asGrantor(grant, grantor, revoke)));
  return script(lines, remarks(grant, grantors, taken));
};
