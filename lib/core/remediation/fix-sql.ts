// The SQL that takes access away: for a person to read and run, every name quoted, with a word on who can run it.

import { type Oid, PUBLIC } from "../base/ids.ts";
import { quoteIdentifier, quoteLiteral, quoteQualified } from "../base/quote.ts";
import { visible } from "../base/visible-text.ts";
import { type Catalog, rowsOf } from "../catalog/catalog.ts";
import { type Privilege, privilegeBit, privilegeLetters } from "../catalog/privileges.ts";
import { aclOf } from "../privileges/acl-of.ts";
import type { AccessObject } from "../privileges/effective-objects.ts";
import { grantObject } from "./grant-sql.ts";

/** A name with a NUL character cannot stand in any SQL; PostgreSQL has none, a file may. */
const written = (names: readonly (string | null)[], make: () => string): string =>
  names.some((name) => name?.includes("\0")) ? "-- A name holds a NUL character: do it by hand." : make();

export const revokeMappingSql = (role: string, arn: string): string =>
  written([role, arn], () => `AWS IAM REVOKE ${quoteIdentifier(role)} FROM ${quoteLiteral(arn)};`);

const qualified = ({ schema, name }: AccessObject): string =>
  schema === null ? quoteIdentifier(name) : quoteQualified(schema, name);

const nameOf = (catalog: Catalog, oid: Oid): string =>
  visible(rowsOf(catalog, "roles").find((role) => role.oid === oid)?.name ?? `the role with OID ${oid}`, 63);

/** A REVOKE takes back only what its own role granted, or the owner: say so where somebody else did. */
const grantedByOthers = (catalog: Catalog, grantors: readonly Oid[], owner: Oid): string =>
  [...new Set(grantors)]
    .filter((grantor) => grantor !== owner)
    .map((grantor) => `\n-- Granted by ${nameOf(catalog, grantor)}: take it back as that role.`)
    .join("");

/** REVOKE of one privilege on one object from a role, or from PUBLIC (`everybody`). */
export const revokePrivilegeSql = (
  catalog: Catalog,
  object: AccessObject,
  privilege: Privilege,
  role: { readonly oid: Oid; readonly name: string },
  everybody: boolean,
): string =>
  written([role.name, object.schema, object.name, object.column], () => {
    const { column } = object;
    const columns = column === null ? "" : ` (${quoteIdentifier(column)})`;
    const from = everybody ? "PUBLIC" : quoteIdentifier(role.name);
    const letter = privilegeLetters(privilegeBit(privilege));
    const grantee = everybody ? PUBLIC : role.oid;
    const grantors = (aclOf(catalog, object)?.entries ?? [])
      .filter((entry) => entry.grantee === grantee && entry.privileges.includes(letter))
      .map(({ grantor }) => grantor);
    return `REVOKE ${privilege}${columns} ON ${grantObject(object)} FROM ${from};${grantedByOthers(catalog, grantors, object.owner)}`;
  });

/** ALTER … OWNER: to whom is for people to say. */
export const alterOwnerSql = (object: AccessObject): string =>
  written([object.schema, object.name], () =>
    object.kind === "function"
      ? `-- ALTER FUNCTION ${visible(object.name, 120)} OWNER TO the role that should own it`
      : `ALTER ${object.kind.toUpperCase()} ${qualified(object)} OWNER TO /* the role that should own it */;`,
  );

export const revokeMembershipSql = (
  catalog: Catalog,
  group: string,
  member: { readonly oid: Oid; readonly name: string },
): string =>
  written([group, member.name], () => {
    const groupOid = rowsOf(catalog, "roles").find(({ name }) => name === group)?.oid;
    const grantors = rowsOf(catalog, "memberships")
      .filter((row) => row.member === member.oid && row.role === groupOid)
      .map(({ grantor }) => grantor);
    // OID 10 is the bootstrap superuser, whose grants every superuser takes back.
    return `REVOKE ${quoteIdentifier(group)} FROM ${quoteIdentifier(member.name)};${grantedByOthers(catalog, grantors, 10)}`;
  });

export const noSuperuserSql = (role: string): string =>
  written([role], () => `ALTER ROLE ${quoteIdentifier(role)} NOSUPERUSER;`);
