// The SQL that brings live access back to what the baseline declares, for each row of drift that SQL can mend.
import { PUBLIC } from "../base/ids.ts";
import type { AttributeName } from "../baseline/baseline.ts";
import type { DriftRow } from "../baseline/drift.ts";
import { type Privilege, privilegeBit } from "../catalog/privileges.ts";
import type { AccessEngine } from "../privileges/effective.ts";
import type { AccessObject } from "../privileges/effective-objects.ts";
import { attributeSql, grantRoleToSql, mapRoleSql, revokeMappingSql } from "../sql/statements.ts";
import { alterOwnerSql, ownerScript } from "./give-away.ts";
import { noSuperuserSql } from "./no-superuser.ts";
import { revokeMembershipSql } from "./revoke-membership.ts";
import { revokePrivilegeSql } from "./revoke-privilege.ts";
import { refusedOnDsql, remark, script } from "./script.ts";
import { linesFor } from "./script-lines.ts";

const classOf = ({ kind }: AccessObject): string => (kind === "view" ? "table" : kind);

const textOf = ({ kind, schema, name, column }: AccessObject): string =>
  kind === "database" ? "database" : [schema, name, column].filter((part) => part !== null).join(".");

/** The object that a row names; undefined where it is not there, or where its name could stand for two. */
const objectOf = (engine: AccessEngine, { objectKind, object }: DriftRow): AccessObject | undefined => {
  const named = engine.objects.filter((one) => classOf(one) === objectKind && textOf(one) === object);
  if (objectKind !== "column" || named.length) return named.length === 1 ? named[0] : undefined;
  // Columns without privileges of their own are not in the catalog: their tables are.
  const tables = engine.objects.filter(
    (one) => classOf(one) === "table" && object?.startsWith(`${textOf(one)}.`),
  );
  const [table, another] = tables;
  if (!table || another || object === null) return undefined;
  return { ...table, kind: "column", column: object.slice(textOf(table).length + 1) };
};

type Named = { readonly oid: number; readonly name: string };

const roleOf = (engine: AccessEngine, name: string | null): Named | undefined =>
  engine.graph.roles[engine.graph.idOfName.get(name ?? "") ?? -1];

const mendPrivilege = (engine: AccessEngine, row: DriftRow): string | undefined => {
  const { kind, everybody, privilege, options } = row;
  const object = objectOf(engine, row);
  const role = everybody ? null : roleOf(engine, row.role);
  if (!object || role === undefined) return undefined;
  const isMissing = kind === "missing";
  if (privilege === "OWNER") {
    if (role === null) return undefined;
    return isMissing
      ? (refusedOnDsql(engine, object) ?? ownerScript(engine, object, role))
      : alterOwnerSql(engine, object, role, () => true);
  }
  if (privilege === null || privilegeBit(privilege as Privilege) === 0) return undefined;
  if (isMissing) {
    const refused = refusedOnDsql(engine, object);
    const passable = options.includes("GRANT OPTION");
    if (refused !== undefined) return refused;
    const grant = { privilege: privilege as Privilege, object, option: passable };
    return script(
      linesFor(engine, [
        {
          operation: { does: "grant", ...grant, grantee: role?.oid ?? PUBLIC, cascade: false },
          as: object.owner,
        },
      ]),
    );
  }
  const revoke = revokePrivilegeSql(engine, object, privilege as Privilege, role);
  // The whole table, where columns are declared: PostgreSQL takes the privilege from the columns too.
  return kind === "widened"
    ? `${remark("It is taken from the columns too: grant the declared ones again.")}\n${revoke}`
    : revoke;
};

const mendAttribute = (engine: AccessEngine, { kind, privilege, role }: DriftRow): string | undefined => {
  const held = roleOf(engine, role);
  if (!held || privilege === null) return undefined;
  if (kind !== "missing" && privilege === "SUPERUSER") return noSuperuserSql(engine, held);
  return script([attributeSql(held.name, privilege as AttributeName, kind === "missing")]);
};

const mendMembership = (engine: AccessEngine, { kind, object, role }: DriftRow): string | undefined => {
  const member = roleOf(engine, role);
  if (!member || object === null) return undefined;
  return kind === "missing"
    ? script([grantRoleToSql(object, member.name)])
    : revokeMembershipSql(engine, object, member);
};

/**
 * Statements for a superuser to run (on Aurora DSQL: for `admin`) after which the row is gone, or a sentence where none
 * can be written. undefined: no statement mends it, people must decide: a role that is not there, an option alone,
 * default privileges, what could not be read.
 */
export const mendDrift = (engine: AccessEngine, row: DriftRow): string | undefined => {
  const { kind, what, role, principal } = row;
  if (kind === "unknown" || (row.isThere && row.options.length > 0)) return undefined;
  switch (what) {
    case "mapping":
      if (role === null || principal === null) return undefined;
      return kind === "missing" ? mapRoleSql(role, principal) : revokeMappingSql(role, principal);
    case "membership":
      return mendMembership(engine, row);
    case "attribute":
      return mendAttribute(engine, row);
    case "privilege":
      return mendPrivilege(engine, row);
    case "role":
    case "future":
    case "section":
      return undefined;
    default:
      return what satisfies never;
  }
};
