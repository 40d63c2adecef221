// Which roles a role could become beyond what it may now: by ADMIN OPTION, by CREATEROLE, and on from there.
import type { AccessEngine } from "./effective.ts";
import { type RoleGraph, type RoleId, reachable, targetsOf } from "./effective-graph.ts";

export type Step = "inherits" | "set-role" | "admin-option" | "create-role";

/** How `role` could act as `target`: the roles on the way, and by which step each follows the one before it. */
export type Becoming = {
  readonly target: RoleId;
  readonly roles: readonly RoleId[];
  readonly by: readonly Step[];
};

/** The chain along inherit edges (before 16 and for ADMIN: along any) from one role to another, without the first. */
export const chainTo = (
  graph: RoleGraph,
  edges: RoleGraph["inherit"],
  from: RoleId,
  to: RoleId,
): RoleId[] => {
  const before = new Map<RoleId, RoleId>([[from, from]]);
  for (const [id] of before) {
    if (id === to) break;
    for (const next of targetsOf(edges, id)) if (!before.has(next)) before.set(next, id);
  }
  const chain: RoleId[] = [];
  for (let at = to; at !== from; at = before.get(at) ?? from) chain.unshift(at);
  return chain.length <= graph.roles.length ? chain : [];
};

/**
 * All roles that `role` can act as in the end, nearest first, itself left out. A superuser is every role and becomes
 * none. ADMIN OPTION lets it grant itself the role, if it is held by the acting role or by one whose privileges that
 * has; superuser roles only a superuser may grant. CREATEROLE did the same for every other role before PostgreSQL 16,
 * since then only with ADMIN OPTION. https://www.postgresql.org/docs/16/role-attributes.html
 */
export const becomings = (engine: AccessEngine, role: RoleId): Becoming[] => {
  const { graph } = engine;
  if (graph.roles[role]?.superuser) return [];
  const ownerRole = graph.idOfName.get("pg_database_owner");
  const found = new Map<RoleId, Becoming>([[role, { target: role, roles: [role], by: [] }]]);
  const add = (from: Becoming, target: RoleId, chain: readonly RoleId[], step: Step): void => {
    if (found.has(target)) return;
    const by: Step[] = [...from.by, ...chain.slice(0, -1).map((): Step => "inherits"), step];
    found.set(target, { target, roles: [...from.roles, ...chain], by });
  };
  for (const [acting, way] of found) {
    if (graph.roles[acting]?.superuser) continue; // nothing above it
    for (const target of targetsOf(graph.set, acting)) add(way, target, [target], "set-role");
    const powers = graph.before16 ? graph.member : graph.inherit;
    for (const holder of reachable(powers, acting)) {
      for (const target of targetsOf(graph.admin, holder)) {
        if (graph.roles[target]?.superuser || target === ownerRole) continue;
        add(way, target, [...chainTo(graph, powers, acting, holder), target], "admin-option");
      }
    }
    if (graph.before16 && graph.roles[acting]?.createRole) {
      graph.roles.forEach(({ superuser }, target) => {
        if (!superuser && target !== ownerRole) add(way, target, [target], "create-role");
      });
    }
  }
  found.delete(role);
  return [...found.values()];
};
