// What each role may do, counted: how much it reads, writes, owns and creates, and what it could become.

import { ADMIN } from "../activity/admin-logins.ts";
import type { Oid } from "../base/ids.ts";
import { isDsql, type SectionName } from "../catalog/catalog.ts";
import { type PrivilegeMask, privilegeBit } from "../catalog/privileges.ts";
import { tomorrow } from "./default-privileges.ts";
import type { AccessEngine } from "./effective.ts";
import { type RoleId, reachable } from "./effective-graph.ts";
import { grantOptionsOf } from "./effective-matrix.ts";
import { isSystemSchema } from "./effective-objects.ts";
import { cellOf } from "./effective-rows.ts";
import { becomingsOf } from "./escalation-becoming.ts";
import type { Escalation } from "./escalation-way.ts";
import { writePrivileges } from "./write-access.ts";

/** Counts are of tables and views; what is reached through other roles, by SET ROLE too, and by PUBLIC is counted as its own. */
export type RoleFigures = {
  readonly superuser: boolean;
  readonly canLogin: boolean;
  /** All tables and views there are, outside the system's schemas. */
  readonly tables: number;
  readonly reads: number;
  readonly writes: number;
  /** Schemas of what it reads or writes. */
  readonly schemas: number;
  /** It can change something: a table, a column, a sequence, what will be made, or code that others run. */
  readonly changes: boolean;
  /** Objects of any kind. */
  readonly owns: number;
  /** Objects of roles that it is a member of: it can do with them what their owner can. */
  readonly ownsThrough: number;
  /** Schemas and databases that it may create in. */
  readonly createsIn: number;
  /** Objects of others that it may pass on privileges of. */
  readonly passesOn: number;
  /** What makes it an administrator, as a sentence goes on: "can make roles (CREATEROLE)". */
  readonly adminBy: readonly string[];
  /** What it could take beyond that, in the same way. */
  readonly takes: readonly string[];
};

/** Without these no figure holds. */
const foundations: readonly SectionName[] = ["roles", "memberships", "schemas", "relations", "columns"];

/** Why nothing can be counted; undefined: it can. */
export const uncountable = ({ gaps }: AccessEngine): string | undefined => {
  const unread = gaps.filter(({ section }) => foundations.includes(section)).map(({ section }) => section);
  return unread.length ? `${unread.join(" and ")} could not be read` : undefined;
};

/** What else was not read, so that a role may do more than is counted; empty: all was. */
export const uncounted = ({ gaps, objects }: AccessEngine): readonly string[] => {
  const sections = gaps.filter(({ section }) => section !== "mappings").map(({ section }) => section);
  return objects.some(({ doubt }) => doubt !== 0) ? [...sections, "some access control lists"] : sections;
};

const words: Readonly<Partial<Record<Escalation["how"], string>>> = {
  "set-role": "can become a superuser",
  "server-access": "can act as the database server",
  "create-role": "can make roles (CREATEROLE)",
  "admin-option": "can grant itself another role (ADMIN OPTION)",
  "role-attribute": "passes row-level security or replicates (BYPASSRLS, REPLICATION)",
};

/** Predefined roles that read: what they give is counted, or is no data. */
const reading = new Set([
  "pg_read_all_data",
  "pg_read_all_stats",
  "pg_read_all_settings",
  "pg_stat_scan_tables",
]);

const powersOf = (engine: AccessEngine, id: RoleId): Pick<RoleFigures, "adminBy" | "takes"> => {
  const adminBy = new Set<string>();
  const takes = new Set<string>();
  if (engine.graph.roles[id]?.superuser) adminBy.add("is a superuser");
  const admin = isDsql(engine.catalog) ? engine.graph.idOfName.get(ADMIN) : undefined;
  if (admin !== undefined && (id === admin || engine.isMember(id, admin, "MEMBER"))) {
    adminBy.add(id === admin ? "is the cluster's administrator" : "is a member of admin");
  }
  for (const { how, superuser, target } of becomingsOf(engine, id)) {
    if (how === "predefined-role") {
      if (!reading.has(target)) takes.add(`is a member of ${target}`);
    } else if (superuser && how !== "server-access") adminBy.add("can become a superuser");
    else (how === "admin-option" || how === "role-attribute" ? takes : adminBy).add(words[how] ?? how);
  }
  return { adminBy: [...adminBy], takes: [...takes] };
};

type Counted = {
  reads: Set<number>;
  writes: Set<number>;
  schemas: Set<number | null>;
  changes: boolean;
  owns: number;
  ownsThrough: number;
  createsIn: number;
  passesOn: number;
};

const bit = privilegeBit;
const READ = bit("SELECT");
const CREATE = bit("CREATE");
const ROWS = bit("INSERT") | bit("UPDATE") | bit("DELETE") | bit("TRUNCATE");

/** By what a role changes something: no triggers on Aurora DSQL. */
const changing = (engine: AccessEngine): PrivilegeMask =>
  writePrivileges
    .filter((privilege) => privilege !== "TRIGGER" || !isDsql(engine.catalog))
    .reduce((mask, privilege) => mask | bit(privilege), 0);

/** OIDs of the roles whose privileges it has, at once or after SET ROLE, itself among them. */
const actsAs = ({ graph }: AccessEngine, id: RoleId): ReadonlySet<Oid> =>
  new Set(
    [id, ...reachable(graph.set, id)]
      .flatMap((acting) => [acting, ...reachable(graph.inherit, acting)])
      .flatMap((one) => graph.roles[one]?.oid ?? []),
  );

const count = (engine: AccessEngine, roles: readonly RoleId[]): Map<RoleId, Counted> => {
  const { graph, matrix } = engine;
  const changeMask = changing(engine);
  const all = new Map(
    roles.map((id): [RoleId, Counted] => [
      id,
      {
        ...{ reads: new Set(), writes: new Set(), schemas: new Set() },
        ...{ changes: false, owns: 0, ownsThrough: 0, createsIn: 0, passesOn: 0 },
      },
    ]),
  );
  const acting = new Map(roles.map((id) => [id, actsAs(engine, id)]));
  // By object, then by role: the matrix is solved block by block.
  for (const object of engine.objects) {
    const { kind, oid, schemaOid } = object;
    const isData =
      (kind === "table" || kind === "view" || kind === "column") && !isSystemSchema(object.schema);
    for (const [id, its] of all) {
      const cell = cellOf(matrix, id, object);
      const mask = cell.held | cell.settable;
      const isOwn = acting.get(id)?.has(object.owner) ?? false;
      if (isOwn && kind !== "column") {
        if (graph.roles[id]?.oid === object.owner) its.owns += 1;
        else its.ownsThrough += 1;
      }
      if (!mask) continue;
      if (!isOwn) {
        its.changes ||= (mask & changeMask) !== 0;
        if (grantOptionsOf(mask)) its.passesOn += 1;
      }
      if ((kind === "schema" || kind === "database") && mask & CREATE) its.createsIn += 1;
      if (!isData || !(mask & (READ | ROWS))) continue;
      its.schemas.add(schemaOid);
      if (mask & READ) its.reads.add(oid);
      if (mask & ROWS) its.writes.add(oid);
    }
  }
  return all;
};

/** Of the given roles, in their order. Holds as far as the catalog was read: ask `uncountable` and `uncounted`. */
export const roleFigures = (
  engine: AccessEngine,
  roles: readonly RoleId[],
): ReadonlyMap<RoleId, RoleFigures> => {
  const tables = engine.objects.filter(
    ({ kind, schema }) => (kind === "table" || kind === "view") && !isSystemSchema(schema),
  ).length;
  const names = new Set(
    tomorrow(engine)
      .filter(({ privilege }) => writePrivileges.includes(privilege))
      .map(({ role }) => role),
  );
  return new Map(
    [...count(engine, roles)].map(([id, { reads, writes, schemas, changes, ...counted }]) => {
      const { superuser = false, canLogin = false, name = "" } = engine.graph.roles[id] ?? {};
      const figures = {
        ...{ superuser, canLogin, tables, ...counted },
        ...{ reads: reads.size, writes: writes.size, schemas: schemas.size },
        changes: changes || names.has(name),
        ...powersOf(engine, id),
      };
      return [id, figures];
    }),
  );
};
