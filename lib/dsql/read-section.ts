// One section of the catalog: its statement, and what its rows say.
import * as z from "../core/base/zod.ts";
import { parseAcl, type RoleOids } from "../core/catalog/acl.ts";
import type { SectionName, Sections } from "../core/catalog/catalog.ts";
import { type ExtraName, type Extras, extraNames } from "../core/catalog/extras.ts";
import type { Statement } from "./read-only.ts";
import { ColumnRow, columnsSql } from "./sql/columns.sql.ts";
import { DatabaseRow, databaseSql } from "./sql/database.sql.ts";
import { DefaultPrivilegeRow, defaultPrivilegesSql } from "./sql/default-privileges.sql.ts";
import { extraRowTypes, extraSql } from "./sql/extras.sql.ts";
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

/** What is read by one statement: a section, or one of the extras. */
export type PartName = SectionName | ExtraName;
export type Section = Sections[SectionName] | NonNullable<Extras[ExtraName]>;

const isExtra = (name: PartName): name is ExtraName => (extraNames as readonly string[]).includes(name);

/** The part's one statement; undefined where there is nothing to ask, as the server cannot have such rows. */
export const partStatement = (name: PartName, facts: ServerFacts): Statement | undefined => {
  if (!isExtra(name)) return sectionStatement(name, facts);
  // Aurora DSQL has no row-level security, whatever address it is reached by.
  if (name === "rowSecurity" && facts.serverKind === "dsql") return undefined;
  // There are no privileges on parameters before PostgreSQL 15: that is an answer, not a gap.
  if (name === "parameters" && facts.serverVersion > 0 && facts.serverVersion < 150_000) return undefined;
  return { text: extraSql[name] };
};

const sectionStatement = (name: SectionName, facts: ServerFacts): Statement | undefined => {
  // information_schema's objects are the system's though its name does not say so; sys is, where DSQL made it.
  const system = facts.serverKind === "dsql" ? ["information_schema", "sys"] : ["information_schema"];
  // DSQL refuses every GRANT on a system entity: there is nothing to look for.
  const withSystem = facts.serverKind === "postgres";
  switch (name) {
    case "roles":
      return { text: rolesSql };
    case "memberships":
      return { text: facts.membershipOptions ? membershipsSql : membershipsBefore16Sql };
    case "mappings":
      // Another PostgreSQL has no mappings at all: that is an answer, not a gap.
      return facts.serverKind === "dsql" ? { text: mappingsSql } : undefined;
    case "schemas":
      return { text: schemasSql, values: [system, withSystem] };
    case "relations":
      return { text: relationsSql, values: [system, withSystem] };
    case "columns":
      return { text: columnsSql };
    case "functions":
      return { text: functionsSql, values: [system, withSystem] };
    case "types":
      return { text: typesSql, values: [system, facts.serverVersion < 170_000] };
    case "defaultPrivileges":
      return { text: defaultPrivilegesSql };
    case "database":
      return { text: databaseSql };
    default:
      return name satisfies never;
  }
};

/**
 * The section that the rows make, ACL texts read by the roles of the same reading. Rows of another shape than we know
 * make it unreadable: a server that answers differently has not told what we asked.
 */
export const sectionOf = (name: PartName, rows: readonly unknown[], roles: RoleOids): Section => {
  const parsed = (isExtra(name) ? extraRowTypes[name] : rowTypes[name]).safeParse(rows);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue ? ` (${issue.path.join(".")}: ${issue.message})` : "";
    return {
      status: "unreadable",
      reason: `the server's rows have a shape that is not known${where}`,
      code: null,
    };
  }
  const resolved = parsed.data.map((row) => ("acl" in row ? { ...row, acl: parseAcl(row.acl, roles) } : row));
  return { status: "read", rows: resolved } as Section;
};
