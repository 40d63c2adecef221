// The SQL that gives what is missing, for a person to read and run: every name quoted.

import { quoteIdentifier, quoteLiteral } from "../base/quote.ts";
import type { Privilege } from "../catalog/privileges.ts";
import type { AccessObject } from "../privileges/effective-objects.ts";
import { objectText } from "../privileges/find-object.ts";

const byHand = (what: string): string => `-- ${what}: a name there cannot be written as SQL, do it by hand.`;

/** A name with a NUL cannot stand in SQL. PostgreSQL has none, a file may. */
const isWritable = (...names: readonly (string | null)[]): boolean =>
  names.every((name) => !name?.includes("\0"));

/** A function's arguments come as SQL text of the server; from a file they may be anything. */
const ARGUMENTS = /^(?:[\w\u0080-\uffff .,()[\]]|"(?:[^"]|"")*")*$/;

const keywords: Readonly<Partial<Record<AccessObject["kind"], string>>> = {
  sequence: "SEQUENCE ",
  schema: "SCHEMA ",
  database: "DATABASE ",
  function: "ROUTINE ",
  type: "TYPE ",
};

/** The object as GRANT and REVOKE name it after ON: `app.orders`, `SCHEMA app`, `ROUTINE app.f(integer)`. */
export const grantObject = (object: AccessObject): string =>
  `${keywords[object.kind] ?? ""}${objectText({ ...object, column: null })}`;

/** GRANT of one privilege on one object to a role; for a column on the column. */
export const grantPrivilegeSql = (privilege: Privilege, object: AccessObject, role: string): string => {
  const { schema, name, column, identityArguments } = object;
  if (!isWritable(schema, name, column, role) || !ARGUMENTS.test(identityArguments ?? ""))
    return byHand("GRANT");
  const columns = column === null ? "" : ` (${quoteIdentifier(column)})`;
  return `GRANT ${privilege}${columns} ON ${grantObject(object)} TO ${quoteIdentifier(role)};`;
};

export const grantUsageSql = (schema: string, role: string): string =>
  isWritable(schema, role)
    ? `GRANT USAGE ON SCHEMA ${quoteIdentifier(schema)} TO ${quoteIdentifier(role)};`
    : byHand("GRANT USAGE");

/** A membership that is inherited; before 16 the member's own attribute decides that. */
export const grantRoleSql = (role: string, member: string, before16: boolean): string => {
  if (!isWritable(role, member)) return byHand("GRANT");
  return before16
    ? `ALTER ROLE ${quoteIdentifier(member)} INHERIT;`
    : `GRANT ${quoteIdentifier(role)} TO ${quoteIdentifier(member)} WITH INHERIT TRUE;`;
};

export const mapRoleSql = (role: string, arn: string): string =>
  isWritable(role, arn)
    ? `AWS IAM GRANT ${quoteIdentifier(role)} TO ${quoteLiteral(arn)};`
    : byHand("AWS IAM GRANT");

export const allowLoginSql = (role: string): string =>
  isWritable(role) ? `ALTER ROLE ${quoteIdentifier(role)} WITH LOGIN;` : byHand("ALTER ROLE");
