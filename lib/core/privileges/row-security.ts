// Whether row-level security stands between a privilege on a table and its rows: the answer stays yes, and says so.
// https://www.postgresql.org/docs/16/ddl-rowsecurity.html
import type { Oid } from "../base/ids.ts";
import { extraOf } from "../catalog/extras.ts";
import type { Privilege } from "../catalog/privileges.ts";
import type { AccessEngine } from "./effective.ts";
import { type RoleId, reachable } from "./effective-graph.ts";
import { type AccessObject, sectionOf } from "./effective-objects.ts";

/** `applies`: policies decide which rows; `unknown`: it was not read whether they do. */
export const rowSecurityStates = ["applies", "unknown"] as const;
export type RowSecurity = (typeof rowSecurityStates)[number];

/** TRUNCATE and REFERENCES are of the whole table. */
const OF_ROWS: readonly Privilege[] = ["SELECT", "INSERT", "UPDATE", "DELETE"];

/** Superusers and BYPASSRLS, which nobody inherits; whoever has the owner's rights, where it is not forced on the owner too. */
const sees = (engine: AccessEngine, role: RoleId, owner: Oid, forced: boolean): boolean => {
  const { graph } = engine;
  const self = graph.roles[role];
  if (self?.superuser || self?.bypassRls) return true;
  const ownerId = graph.idOf.get(owner);
  return !forced && ownerId !== undefined && reachable(graph.inherit, role).includes(ownerId);
};

/**
 * Of a role that holds a privilege on a table or on a column of it, at once or (`bySetRole`) as another role that it can become:
 * what it sees is what the one of these sees that sees most. null: nothing is hidden from it, and of a view or a sequence nothing.
 */
export const rowSecurityOf = (
  engine: AccessEngine,
  privilege: Privilege,
  object: AccessObject,
  { role, bySetRole }: { readonly role: RoleId; readonly bySetRole: boolean },
): RowSecurity | null => {
  const { catalog, graph } = engine;
  if (!OF_ROWS.includes(privilege)) return null;
  if (sectionOf(object.kind) !== "relations" && object.kind !== "column") return null;
  if (!["r", "p"].includes(object.letter)) return null;
  const { rows } = extraOf(catalog, "rowSecurity");
  const found = rows?.find(({ table }) => table === object.oid);
  if (rows && !found) return null;
  const actors = bySetRole
    ? reachable(graph.set, role).filter((one) => engine.holds(one, privilege, object) === "yes")
    : [role];
  if (actors.some((one) => sees(engine, one, object.owner, found?.forced ?? true))) return null;
  return rows ? "applies" : "unknown";
};
