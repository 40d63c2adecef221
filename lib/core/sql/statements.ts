// The one writer of the statements that people are told to run. Each is whole, or a sentence that says why there is none.
import type { Role } from "../catalog/catalog.ts";
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
export const defaultKinds: Readonly<Record<string, string>> = {
  r: "TABLES", S: "SEQUENCES", f: "FUNCTIONS", T: "TYPES", n: "SCHEMAS",
}; // biome-ignore format: one glance

/**
 * `ALTER DEFAULT PRIVILEGES FOR ROLE keeper IN SCHEMA app REVOKE INSERT ON TABLES FROM PUBLIC;`, or with `give` the GRANT.
 * Without `creator` as who runs it. `role` null: PUBLIC. `option`: with it, of a REVOKE nothing but it.
 */
export const defaultSql = (
  give: boolean,
  privileges: readonly Privilege[],
  objectType: string,
  role: string | null,
  {
    creator,
    schema,
    option = false,
  }: {
    readonly creator?: string | undefined;
    readonly schema: string | null;
    readonly option?: boolean;
  },
): MaybeSql => {
  const kind = defaultKinds[objectType];
  if (kind === undefined) return undefined;
  const as = creator === undefined ? ("" as Sql) : sql` FOR ROLE ${name(creator)}`;
  const within = schema === null ? ("" as Sql) : sql` IN SCHEMA ${name(schema)}`;
  const what = joined(privileges.map(privilegeWord), ", ");
  const verb = (give ? "GRANT" : `REVOKE${option ? " GRANT OPTION FOR" : ""}`) as Sql;
  const whom = sql`${(give ? "TO" : "FROM") as Sql} ${grantee(role)}${(give && option ? " WITH GRANT OPTION" : "") as Sql}`;
  return sql`ALTER DEFAULT PRIVILEGES${as}${within} ${verb} ${what} ON ${kind as Sql} ${whom};`;
};

/** The REVOKE alone. */
export const revokeDefaultSql = (
  privileges: readonly Privilege[],
  objectType: string,
  role: string | null,
  where: { readonly creator?: string | undefined; readonly schema: string | null },
): MaybeSql => defaultSql(false, privileges, objectType, role, where);

/** Attributes as CREATE ROLE and ALTER ROLE have them, in its order. */
const roleWords = {
  superuser: "SUPERUSER",
  createDb: "CREATEDB",
  createRole: "CREATEROLE",
  inherit: "INHERIT",
  canLogin: "LOGIN",
  replication: "REPLICATION",
  bypassRls: "BYPASSRLS",
} as const satisfies { readonly [A in keyof Role]?: string };

type RoleOptions = Partial<Omit<Role, "oid" | "name">>;

const roleOptions = (options: RoleOptions): MaybeSql[] => {
  const { connectionLimit, validUntil } = options;
  return [
    ...(Object.keys(roleWords) as (keyof typeof roleWords)[]).flatMap((attribute): MaybeSql[] => {
      const value = options[attribute];
      return value === undefined ? [] : [`${value ? "" : "NO"}${roleWords[attribute]}` as Sql];
    }),
    ...(connectionLimit === undefined ? [] : [sql`CONNECTION LIMIT ${String(connectionLimit) as Sql}`]),
    ...(validUntil === undefined ? [] : [sql`VALID UNTIL ${literal(validUntil ?? "infinity")}`]),
  ];
};

/** What a role is without anybody saying so: left out, as Aurora DSQL refuses some words even where they change nothing. */
const plainRole: RoleOptions = {
  superuser: false, createDb: false, createRole: false, inherit: true, canLogin: false, replication: false,
  bypassRls: false, connectionLimit: -1, validUntil: null,
}; // biome-ignore format: one glance

/** `CREATE ROLE reader WITH LOGIN;` */
export const createRoleSql = (role: string, options: RoleOptions): MaybeSql => {
  const said = Object.fromEntries(
    (Object.keys(plainRole) as (keyof RoleOptions)[])
      .filter((option) => options[option] !== plainRole[option])
      .map((option) => [option, options[option]]),
  );
  const options_ = roleOptions(said);
  const with_ = (options_.length ? " WITH " : "") as Sql;
  return sql`CREATE ROLE ${name(role)}${with_}${joined(options_, " ")};`;
};

/** `ALTER ROLE reader WITH NOLOGIN CREATEROLE;` */
export const attributesSql = (role: string, options: RoleOptions): MaybeSql =>
  sql`ALTER ROLE ${name(role)} WITH ${joined(roleOptions(options), " ")};`;

/** `DROP ROLE reader;` */
export const dropRoleSql = (role: string): MaybeSql => sql`DROP ROLE ${name(role)};`;

/** `GRANT writers TO reader WITH ADMIN TRUE, INHERIT FALSE GRANTED BY boss;` */
export const joinRoleSql = (
  role: string,
  member: string,
  {
    grantor,
    options = {},
  }: {
    readonly grantor?: string | undefined;
    readonly options?: Partial<Record<"admin" | "inherit" | "set", boolean>>;
  },
): MaybeSql => {
  const said = (["admin", "inherit", "set"] as const).flatMap((option): MaybeSql[] =>
    options[option] === undefined
      ? []
      : [`${option.toUpperCase()} ${options[option] ? "TRUE" : "FALSE"}` as Sql],
  );
  const with_ = said.length ? sql` WITH ${joined(said, ", ")}` : ("" as Sql);
  const by = grantor === undefined ? ("" as Sql) : sql` GRANTED BY ${name(grantor)}`;
  return sql`GRANT ${name(role)} TO ${name(member)}${with_}${by};`;
};

/** `AWS IAM GRANT app TO 'arn:…';`, or the REVOKE. */
export const mappingSql = (role: string, arn: string, give: boolean): MaybeSql =>
  give
    ? sql`AWS IAM GRANT ${name(role)} TO ${literal(arn)};`
    : sql`AWS IAM REVOKE ${name(role)} FROM ${literal(arn)};`;

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
  orSentence("AWS IAM REVOKE", mappingSql(role, arn, false));

export const mapRoleSql = (role: string, arn: string): string =>
  orSentence("AWS IAM GRANT", mappingSql(role, arn, true));

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
