// The shortest way from a role to another by memberships that can be used, and who has one.
import type { AccessEngine } from "./effective.ts";
import { type Edges, type RoleId, targetsOf } from "./effective-graph.ts";

export type RoleWay = {
  /** From the role to the target. */
  readonly roles: readonly RoleId[];
  /** The privileges are there at once; else only after SET ROLE, or after it grants itself the role. */
  readonly how: "inherits" | "set-role" | "admin-option";
};

/** The roles from one to another, both included, nearest first by name; undefined: there is no way along these edges. */
const chain = (along: readonly Edges[], from: RoleId, to: RoleId): RoleId[] | undefined => {
  const before = new Map<RoleId, RoleId>([[from, from]]);
  for (const [id] of before) {
    if (id === to) break;
    for (const edges of along) {
      for (const next of targetsOf(edges, id)) if (!before.has(next)) before.set(next, id);
    }
  }
  if (from === to || !before.has(to)) return undefined;
  const roles = [to];
  for (let at = to; at !== from; ) {
    at = before.get(at) ?? from;
    roles.unshift(at);
  }
  return roles;
};

/**
 * By inheritance alone, else by SET ROLE too, else with ADMIN OPTION, by which a member can grant itself what it lacks.
 * Superuser is an attribute and not inherited, and only a superuser may grant it on: `attribute` asks for the ways that
 * end in being the role. undefined: there is none, and a membership with no option at all is none.
 */
export const roleWay = (
  { graph }: AccessEngine,
  from: RoleId,
  to: RoleId,
  { attribute = false } = {},
): RoleWay | undefined => {
  const inherited = attribute ? undefined : chain([graph.inherit], from, to);
  if (inherited) return { roles: inherited, how: "inherits" };
  const set = chain(attribute ? [graph.set] : [graph.set, graph.inherit], from, to);
  if (set) return { roles: set, how: "set-role" };
  if (attribute) return undefined;
  const granted = chain([graph.set, graph.inherit, graph.admin], from, to);
  return granted && { roles: granted, how: "admin-option" };
};

/** All roles that it has or can get by memberships, whatever the way; itself left out. */
export const reachedBy = ({ graph }: AccessEngine, from: RoleId): ReadonlySet<RoleId> => {
  const found = new Set<RoleId>([from]);
  for (const id of found) {
    for (const edges of [graph.inherit, graph.set, graph.admin]) {
      for (const next of targetsOf(edges, id)) found.add(next);
    }
  }
  found.delete(from);
  return found;
};
