// The one writer of the statements that people are told to run. Each is whole, or a sentence that says why there is none.
import type { Privilege } from "../catalog/privileges.ts";
import { joined, literal, type MaybeSql, name, privilegeWord, type Sql, sql } from "./guard.ts";
import { alterTarget, columnList, grantTarget, type SqlObject } from "./object-sql.ts";

/** A statement, or a comment that says that none can be written: safe to paste either way. */
const orSentence = (what: string, statement: MaybeSql): string =>
  statement ?? `-- No ${what} can be written: a name or an argument list there cannot stand in SQL.`;

/** The grantee as SQL has it; `null` is PUBLIC, which no role's name is. */
const grantee = (role: string | null): MaybeSql => (role === null ? ("PUBLIC" as Sql) : name(role));

/** `GRANT SELECT ON app.orders TO reader;` */
export const grantSql = (
  privilege: Privilege,
  object: SqlObject,
  role: string | null,
  option = false,
): MaybeSql =>
  sql`GRANT ${privilegeWord(privilege)}${columnList(object)} ON ${grantTarget(object)} TO ${grantee(role)}${(option ? " WITH GRANT OPTION" : "") as Sql};`;

/** `REVOKE SELECT ON app.orders FROM reader CASCADE;` `optionOnly`: the right to pass it on, not the privilege. */
export const revokeSql = (
  privilege: Privilege,
  object: SqlObject,
  role: string | null,
  { cascade = false, optionOnly = false } = {},
): MaybeSql =>
  sql`REVOKE ${(optionOnly ? "GRANT OPTION FOR " : "") as Sql}${privilegeWord(privilege)}${columnList(object)} ON ${grantTarget(object)} FROM ${grantee(role)}${(cascade ? " CASCADE" : "") as Sql};`;

/** `ALTER TABLE app.orders OWNER TO app_owner;` */
export const ownerSql = (object: SqlObject, owner: string): MaybeSql =>
  sql`ALTER ${alterTarget(object)} OWNER TO ${name(owner)};`;

/** `REVOKE writers FROM reader GRANTED BY boss CASCADE;` */
export const revokeRoleSql = (
  role: string,
  member: string,
  { grantor = undefined as string | undefined, cascade = false } = {},
): MaybeSql => {
  const by = grantor === undefined ? ("" as Sql) : sql` GRANTED BY ${name(grantor)}`;
  return sql`REVOKE ${name(role)} FROM ${name(member)}${by}${(cascade ? " CASCADE" : "") as Sql};`;
};

/** `GRANT writers TO admin;`: a plain membership. */
export const grantRoleToSql = (role: string, member: string): MaybeSql =>
  sql`GRANT ${name(role)} TO ${name(member)};`;

/** `SET ROLE deputy;`, and with `local` for the transaction alone. */
export const setRoleSql = (role: string, local: boolean): MaybeSql =>
  sql`SET ${(local ? "LOCAL " : "") as Sql}ROLE ${name(role)};`;

/** `GRANT USAGE ON SCHEMA app TO deputy;`, or the REVOKE of it. */
export const schemaUsageSql = (schema: string, role: string, give: boolean): MaybeSql =>
  give
    ? sql`GRANT USAGE ON SCHEMA ${name(schema)} TO ${name(role)};`
    : sql`REVOKE USAGE ON SCHEMA ${name(schema)} FROM ${name(role)};`;

/** What new objects are, in ALTER DEFAULT PRIVILEGES, by pg_default_acl.defaclobjtype. */
const defaultKinds: Readonly<Record<string, string>> = {
  r: "TABLES", S: "SEQUENCES", f: "FUNCTIONS", T: "TYPES", n: "SCHEMAS",
}; // biome-ignore format: one glance

/**
 * `ALTER DEFAULT PRIVILEGES FOR ROLE keeper IN SCHEMA app REVOKE INSERT ON TABLES FROM PUBLIC;` Without `creator` as who
 * runs it. `role` null: from PUBLIC.
 */
export const revokeDefaultSql = (
  privileges: readonly Privilege[],
  objectType: string,
  role: string | null,
  { creator, schema }: { readonly creator?: string | undefined; readonly schema: string | null },
): MaybeSql => {
  const kind = defaultKinds[objectType];
  if (kind === undefined) return undefined;
  const as = creator === undefined ? ("" as Sql) : sql` FOR ROLE ${name(creator)}`;
  const within = schema === null ? ("" as Sql) : sql` IN SCHEMA ${name(schema)}`;
  const what = joined(privileges.map(privilegeWord), ", ");
  return sql`ALTER DEFAULT PRIVILEGES${as}${within} REVOKE ${what} ON ${kind as Sql} FROM ${grantee(role)};`;
};

/** `ALTER ROLE boss NOSUPERUSER;` */
export const superuserSql = (role: string, on: boolean): MaybeSql =>
  sql`ALTER ROLE ${name(role)} ${(on ? "SUPERUSER" : "NOSUPERUSER") as Sql};`;

/** What a role may be by itself, beside what it is granted. */
const attributeWords = ["LOGIN", "SUPERUSER", "CREATEROLE", "CREATEDB", "REPLICATION", "BYPASSRLS"] as const;

/** `ALTER ROLE app NOLOGIN;` */
export const attributeSql = (
  role: string,
  attribute: (typeof attributeWords)[number],
  on: boolean,
): MaybeSql =>
  attributeWords.includes(attribute)
    ? sql`ALTER ROLE ${name(role)} ${`${on ? "" : "NO"}${attribute}` as Sql};`
    : undefined;

/** `ALTER ROLE boss NOCREATEROLE;` */
export const noCreateRoleSql = (role: string): string =>
  orSentence("ALTER ROLE", sql`ALTER ROLE ${name(role)} NOCREATEROLE;`);

export const revokeMappingSql = (role: string, arn: string): string =>
  orSentence("AWS IAM REVOKE", sql`AWS IAM REVOKE ${name(role)} FROM ${literal(arn)};`);

export const mapRoleSql = (role: string, arn: string): string =>
  orSentence("AWS IAM GRANT", sql`AWS IAM GRANT ${name(role)} TO ${literal(arn)};`);

/** GRANT of one privilege on one object to a role; for a column on the column. */
export const grantPrivilegeSql = (privilege: Privilege, object: SqlObject, role: string): string =>
  orSentence("GRANT", grantSql(privilege, object, role));

export const grantUsageSql = (schema: string, role: string): string =>
  orSentence("GRANT", schemaUsageSql(schema, role, true));

/** A membership that is inherited; before 16 the member's own attribute decides that. */
export const grantRoleSql = (role: string, member: string, before16: boolean): string =>
  orSentence(
    "GRANT",
    before16
      ? sql`ALTER ROLE ${name(member)} INHERIT;`
      : sql`GRANT ${name(role)} TO ${name(member)} WITH INHERIT TRUE;`,
  );

/** The role stays with all that it has; nobody can connect as it any more. */
export const refuseLoginSql = (role: string): string =>
  orSentence("ALTER ROLE", sql`ALTER ROLE ${name(role)} WITH NOLOGIN;`);

export const allowLoginSql = (role: string): string =>
  orSentence("ALTER ROLE", sql`ALTER ROLE ${name(role)} WITH LOGIN;`);
