// One section of the catalog: its query, its parameters and its rows as the server gives them, ACLs still text.
import type { ClientBase } from "pg";
import * as z from "zod";
import type { SectionName } from "../core/catalog.ts";
import { ColumnRow, columnsSql } from "./sql/columns.sql.ts";
import { DatabaseRow, databaseSql } from "./sql/database.sql.ts";
import { DefaultPrivilegeRow, defaultPrivilegesSql } from "./sql/default-privileges.sql.ts";
import { functionsSql, RoutineRow } from "./sql/functions.sql.ts";
import { MappingRow, mappingsSql } from "./sql/mappings.sql.ts";
import { MembershipRow, membershipsBefore16Sql, membershipsSql } from "./sql/memberships.sql.ts";
import { RelationRow, relationsSql } from "./sql/relations.sql.ts";
import { RoleRow, rolesSql } from "./sql/roles.sql.ts";
import { SchemaRow, schemasSql } from "./sql/schemas.sql.ts";
import { TypeRow, typesSql } from "./sql/types.sql.ts";

export type ServerFacts = {
  readonly serverKind: "dsql" | "postgres";
  /** server_version_num; 0 where it is not known. */
  readonly serverVersion: number;
  /** pg_auth_members has the options of PostgreSQL 16. */
  readonly membershipOptions: boolean;
};

const rowTypes = {
  roles: z.array(RoleRow),
  memberships: z.array(MembershipRow),
  mappings: z.array(MappingRow),
  schemas: z.array(SchemaRow),
  relations: z.array(RelationRow),
  columns: z.array(ColumnRow),
  functions: z.array(RoutineRow),
  types: z.array(TypeRow),
  defaultPrivileges: z.array(DefaultPrivilegeRow),
  database: z.array(DatabaseRow),
} as const;

type Unread = { readonly status: "unreadable"; readonly reason: string; readonly code: string | null };
export type RawRows<N extends SectionName> = z.infer<(typeof rowTypes)[N]>;
export type RawSections = {
  readonly [N in SectionName]: { readonly status: "read"; readonly rows: RawRows<N> } | Unread;
};
export type RawSection = RawSections[SectionName];

type Statement = { readonly text: string; readonly values: readonly unknown[] };

const statementOf = (name: SectionName, facts: ServerFacts): Statement | undefined => {
  // information_schema's objects are the system's though its name does not say so; sys is, where DSQL made it.
  const system = facts.serverKind === "dsql" ? ["information_schema", "sys"] : ["information_schema"];
  switch (name) {
    case "roles":
      return { text: rolesSql, values: [] };
    case "memberships":
      return { text: facts.membershipOptions ? membershipsSql : membershipsBefore16Sql, values: [] };
    case "mappings":
      // Another PostgreSQL has no mappings at all: that is an answer, not a gap.
      return facts.serverKind === "dsql" ? { text: mappingsSql, values: [] } : undefined;
    case "schemas":
      return { text: schemasSql, values: [system] };
    case "relations":
      return { text: relationsSql, values: [system] };
    case "columns":
      return { text: columnsSql, values: [system] };
    case "functions":
      return { text: functionsSql, values: [system] };
    case "types":
      return { text: typesSql, values: [system, facts.serverVersion < 170_000] };
    case "defaultPrivileges":
      return { text: defaultPrivilegesSql, values: [] };
    case "database":
      return { text: databaseSql, values: [] };
    default:
      return name satisfies never;
  }
};

/**
 * Runs the section's one statement. Throws what the driver throws; rows of another shape than we know make the section
 * unreadable, as a server that answers differently has not told what we asked.
 */
export const readSection = async (
  client: ClientBase,
  facts: ServerFacts,
  name: SectionName,
): Promise<RawSection> => {
  const statement = statementOf(name, facts);
  if (!statement) return { status: "read", rows: [] };
  const { rows } = await client.query({ text: statement.text, values: [...statement.values] });
  const parsed = rowTypes[name].safeParse(rows);
  if (parsed.success) return { status: "read", rows: parsed.data } as RawSection;
  const [issue] = parsed.error.issues;
  const where = issue ? ` (${issue.path.join(".")}: ${issue.message})` : "";
  return {
    status: "unreadable",
    reason: `the server's rows have a shape that is not known${where}`,
    code: null,
  };
};
