// Who holds what: rows of effective privileges, the holders of one privilege, and what default privileges will grant.

import { ADMIN } from "../core/activity/admin-logins.ts";
import type { Privilege } from "../core/catalog/privileges.ts";
import { privilegeBit } from "../core/catalog/privileges.ts";
import {
  type FutureRow,
  tomorrow,
  type UnreadDefault,
  unreadDefaults,
} from "../core/privileges/default-privileges.ts";
import type { AccessEngine, WhoCanRow } from "../core/privileges/effective.ts";
import type { RoleId } from "../core/privileges/effective-graph.ts";
import { type AccessObject, isSystemSchema, sectionOf } from "../core/privileges/effective-objects.ts";
import type { PrivilegeRow } from "../core/privileges/effective-rows.ts";
import { findObject, findObjects, findPrivilege, findRole } from "../core/privileges/find-object.ts";
import { type RowSecurity, rowSecurityOf } from "../core/privileges/row-security.ts";
import type { Grounds } from "./grounds.ts";
import { type ReachedBy, reachedBy } from "./reached-by.ts";
import { type UnreadEntries, unreadEntries } from "./unread-entries.ts";

/** The user columns of a relation that have an ACL of their own; none of anything else. */
export const columnsOf = (engine: AccessEngine, object: AccessObject): AccessObject[] =>
  sectionOf(object.kind) === "relations"
    ? engine.objects.filter(
        ({ kind, oid, columnNumber }) => kind === "column" && oid === object.oid && columnNumber > 0,
      )
    : [];

/** The objects that a name can mean; a table is meant with its columns. AuditError("not-found") as findObjects. */
const namedObjects = (engine: AccessEngine, name: string): AccessObject[] => {
  const found = findObjects(engine, name);
  const tables = new Set(found.filter(({ kind }) => sectionOf(kind) === "relations").map(({ oid }) => oid));
  return engine.objects.filter(
    (one) => found.includes(one) || (one.kind === "column" && tables.has(one.oid)),
  );
};

export type PrivilegeList = {
  readonly role: RoleId | undefined;
  /** In the engine's order; system objects only where they are named. */
  readonly objects: readonly AccessObject[];
  readonly rows: () => Generator<PrivilegeRow>;
  readonly unread: readonly UnreadEntries[];
};

/** Every privilege that a role, or any role, holds; on the objects that a name can mean, or on all but the system's. */
export const privilegesOf = (
  { engine }: Grounds,
  asked: { readonly role?: string | undefined; readonly object?: string | undefined },
): PrivilegeList => {
  const role = asked.role === undefined ? undefined : findRole(engine, asked.role);
  const objects =
    asked.object === undefined
      ? engine.objects.filter(({ kind, schema, name }) => !isSystemSchema(kind === "schema" ? name : schema))
      : namedObjects(engine, asked.object);
  return {
    role,
    objects,
    rows: () => engine.rows({ ...(role !== undefined && { role }), objects }),
    unread: unreadEntries(engine, objects),
  };
};

/** `columns`: held on these columns of the table alone; null: on the whole object. */
export type HolderRow = WhoCanRow &
  ReachedBy & {
    readonly columns: readonly string[] | null;
    /** Whether policies decide which rows the role sees or writes, or may; null: they do not. */
    readonly rowSecurity: RowSecurity | null;
  };

export type WhoCan = {
  readonly privilege: Privilege;
  readonly object: AccessObject;
  /** By role; of one role the whole object before its columns. */
  readonly rows: readonly HolderRow[];
  /** Of how many other roles it cannot be said that they do not hold it; null: the roles could not be read. */
  readonly unknownRoles: number | null;
  readonly unread: readonly UnreadEntries[];
};

type Held = WhoCanRow & { readonly columns: readonly string[] | null };

/** What columns give beyond the table: to whom, in the same way on how many. */
export const heldOnColumns = (engine: AccessEngine, privilege: Privilege, object: AccessObject): Held[] => {
  const alike = new Map<string, Held & { readonly columns: string[] }>();
  for (const column of columnsOf(engine, object)) {
    const paths = engine.paths(privilege, column);
    for (const row of engine.rows({ objects: [column] })) {
      if (row.privilege !== privilege || row.column === null) continue;
      const { role, holds, usable, grantable, path } = row;
      const key = JSON.stringify([role, holds, usable, grantable, path]);
      const known = alike.get(key);
      if (known) known.columns.push(row.column);
      else {
        const count = paths.count(engine.graph.idOfName.get(role) ?? -1, holds);
        alike.set(key, { ...row, kind: object.kind, column: null, columns: [row.column], paths: count });
      }
    }
  }
  return [...alike.values()];
};

/** Whether any column of such an object can have the privilege. */
const isOfColumns = (object: AccessObject, privilege: Privilege): boolean =>
  (object.kind === "table" || object.kind === "view") && (privilegeBit(privilege) & COLUMN_PRIVILEGES) !== 0;

const COLUMN_PRIVILEGES = (["SELECT", "INSERT", "UPDATE", "REFERENCES"] as const).reduce(
  (mask, name) => mask | privilegeBit(name),
  0,
);

/** All roles that hold a privilege on an object or on columns of it. AuditError as findPrivilege and findObject. */
export const whoCan = async (
  grounds: Grounds,
  asked: { readonly privilege: string; readonly object: string },
): Promise<WhoCan> => {
  const { engine } = grounds;
  const privilege = findPrivilege(asked.privilege);
  const object = findObject(engine, asked.object, privilege);
  const whole = engine.whoCan(privilege, object).map((row): Held => ({ ...row, columns: null }));
  const held = [...whole, ...heldOnColumns(engine, privilege, object)].toSorted((a, b) =>
    a.role < b.role ? -1 : a.role > b.role ? 1 : 0,
  );
  const holders = new Set(held.map(({ role }) => role));
  const anyColumn = isOfColumns(object, privilege);
  const unknown = engine.graph.roles.filter(
    ({ name }, id) =>
      !holders.has(name) &&
      !name.startsWith("pg_") &&
      engine.holdsAfterSetRole(id, privilege, object, { anyColumn }) === "unknown",
  );
  const [ways, logins] = await Promise.all([
    grounds.ways(),
    holders.has(ADMIN) ? grounds.adminLogins() : null,
  ]);
  const behind = reachedBy(engine, ways, logins);
  const rowSecurityIn = ({ role, holds }: Held): RowSecurity | null => {
    const id = engine.graph.idOfName.get(role) ?? -1;
    return rowSecurityOf(engine, privilege, object, { role: id, bySetRole: holds === "set-role" });
  };
  return {
    privilege,
    object,
    rows: held.map((row) => ({ ...row, rowSecurity: rowSecurityIn(row), ...behind(row.role) })),
    unknownRoles: engine.catalog.sections.roles.status === "read" ? unknown.length : null,
    unread: unreadEntries(engine, [object, ...columnsOf(engine, object)]),
  };
};

export type DefaultPrivileges = {
  readonly rows: readonly FutureRow[];
  readonly unread: readonly UnreadDefault[];
};

/** What the default privileges in force will grant on objects that are made later. AuditError("not-found") for the role. */
export const defaultPrivilegesOf = (
  { engine }: Grounds,
  asked: { readonly role?: string | undefined },
): DefaultPrivileges => ({
  rows: tomorrow(engine, asked.role === undefined ? undefined : findRole(engine, asked.role)),
  unread: unreadDefaults(engine),
});
