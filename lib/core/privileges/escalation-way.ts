// One way to more privilege as it is told, and the path that leads to it.

import type { Privilege } from "../catalog/privileges.ts";
import type { Step } from "./become.ts";
import type { AccessEngine } from "./effective.ts";
import { type RoleId, targetsOf } from "./effective-graph.ts";
import type { AccessObject, ObjectKind } from "./effective-objects.ts";
import { pathsToRole } from "./effective-paths.ts";
import type { OtherReach } from "./other-reach.ts";

export type Escalation = {
  readonly how:
    | "admin-option"
    | "create-role"
    | "role-attribute"
    | "set-role"
    | "server-access"
    | "ownership"
    | "grant-option"
    | "create-in-schema"
    | "system-object"
    | "security-definer"
    | "view"
    | "rule"
    | "trigger"
    | "predefined-role"
    | "other-object";
  /** What it becomes (a role), takes (an object), or the attribute that gives it. */
  readonly kind: "role" | ObjectKind | OtherReach["kind"];
  /** A role's name, an object as it can be typed, or the attribute (REPLICATION, BYPASSRLS). */
  readonly target: string;
  /** Role names from the role to the one that has the power; `by` says how each follows the one before it. */
  readonly path: readonly string[];
  readonly by: readonly Step[];
  /** It ends in superuser, or in what is as good. */
  readonly superuser: boolean;
  /** Of grant options: which may be passed on; of ownership: which were lost; of a system object: which are held. */
  readonly privileges: readonly Privilege[];
  /** Of a view or rule: the table that is reached by it, as it can be typed; null: nothing, or not known. */
  readonly reaches: string | null;
  /** Of a view, a rule and a function: the role whose rights it runs with; else null. */
  readonly as: string | null;
  /** false: it may be so; of a view over several tables which of them is written, or one that could not be followed. */
  readonly certain: boolean;
};

/** What most of them have in common. */
export const common = { superuser: false, privileges: [], reaches: null, as: null, certain: true } as const;

/** Roles that reach the server's files or programs, so its superuser. https://www.postgresql.org/docs/16/predefined-roles.html */
export const serverRoles = ["pg_execute_server_program", "pg_read_server_files", "pg_write_server_files"];

export type Way = Pick<Escalation, "path" | "by">;

export const names = (engine: AccessEngine, roles: readonly RoleId[]): string[] =>
  roles.map((id) => engine.graph.roles[id]?.name ?? "");

/** The shortest way to have a role's privileges: inherited, else by SET ROLE. */
export const wayTo = (engine: AccessEngine, from: RoleId, to: RoleId): Way | undefined => {
  const path = pathsToRole(engine.graph, to).shortest(from);
  if (!path) return undefined;
  return { path: names(engine, path.roles), by: stepsOf(engine, path.roles, path.holds === "set-role") };
};

const stepsOf = (engine: AccessEngine, roles: readonly RoleId[], setFirst: boolean): Step[] => {
  let setting = setFirst;
  return roles.slice(1).map((role, i): Step => {
    setting &&= targetsOf(engine.graph.set, roles[i] as RoleId).includes(role);
    return setting ? "set-role" : "inherits";
  });
};

/** By which roles it holds a privilege, PUBLIC told as the role alone. */
export const wayToPrivilege = (
  engine: AccessEngine,
  role: RoleId,
  privilege: Privilege,
  object: AccessObject,
): Way => {
  const path = engine.paths(privilege, object).shortest(role);
  if (!path) return { path: names(engine, [role]), by: [] };
  return { path: engine.pathNames(path), by: stepsOf(engine, path.roles, path.holds === "set-role") };
};
