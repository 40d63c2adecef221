// Roles and memberships as a graph over dense ids, and PostgreSQL's three ways to walk it.

import type { Oid } from "../base/ids.ts";
import type { Catalog, Role } from "../catalog/catalog.ts";
import { rowsOf } from "../catalog/catalog.ts";

/** Dense index of a role: roles sorted by name. */
export type RoleId = number;

/** From member to role: the targets of `id` are `to[start[id]] … to[start[id + 1] - 1]`, ascending, each once. */
export type Edges = { readonly start: Int32Array; readonly to: Int32Array };

export type RoleGraph = {
  readonly roles: readonly Role[];
  readonly idOf: ReadonlyMap<Oid, RoleId>;
  readonly idOfName: ReadonlyMap<string, RoleId>;
  /** Edges whose role's privileges the member has at once. */
  readonly inherit: Edges;
  /** Edges that SET ROLE may go along. */
  readonly set: Edges;
  /** All edges, whatever their options. */
  readonly member: Edges;
  /** Edges with ADMIN OPTION. */
  readonly admin: Edges;
  /** All roles, each after the roles that it is a member of. */
  readonly order: Int32Array;
  /** PostgreSQL refuses cycles, a file may hold one: then one pass in `order` is not enough. */
  readonly cyclic: boolean;
  /** Inheritance is the member's own attribute and there are no SET options: before PostgreSQL 16. */
  readonly before16: boolean;
};

type Pair = readonly [member: RoleId, role: RoleId];

const edgesOf = (size: number, pairs: readonly Pair[]): Edges => {
  const targets: number[][] = Array.from({ length: size }, () => []);
  for (const [member, role] of pairs) targets[member]?.push(role);
  const start = new Int32Array(size + 1);
  const all: number[] = [];
  targets.forEach((list, member) => {
    all.push(...[...new Set(list)].sort((a, b) => a - b));
    start[member + 1] = all.length;
  });
  return { start, to: Int32Array.from(all) };
};

/** The targets of one role. */
export const targetsOf = ({ start, to }: Edges, id: RoleId): Int32Array =>
  to.subarray(start[id] ?? 0, start[id + 1] ?? 0);

/** Depth first without recursion: chains may be long. An edge to a role that is still open closes a cycle. */
const topological = (size: number, edges: Edges): { order: Int32Array; cyclic: boolean } => {
  const order = new Int32Array(size);
  const state = new Uint8Array(size); // 0 new, 1 open, 2 done
  const next = Int32Array.from(edges.start.subarray(0, size));
  let placed = 0;
  let cyclic = false;
  for (let root = 0; root < size; root += 1) {
    if (state[root] !== 0) continue;
    const stack = [root];
    state[root] = 1;
    while (stack.length) {
      const id = stack.at(-1) as number;
      const at = next[id] as number;
      if (at < (edges.start[id + 1] as number)) {
        next[id] = at + 1;
        const role = edges.to[at] as number;
        if (state[role] === 0) {
          state[role] = 1;
          stack.push(role);
        } else if (state[role] === 1) cyclic = true;
      } else {
        state[id] = 2;
        order[placed] = id;
        placed += 1;
        stack.pop();
      }
    }
  }
  return { order, cyclic };
};

const byName = (a: Role, b: Role): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.oid - b.oid);

/**
 * The graph of a catalog. Several rows of one pair count together; without options (before 16) a membership is
 * inherited as the member's attribute says and SET ROLE goes along any. The database's owner is the one implicit member
 * of pg_database_owner. https://www.postgresql.org/docs/16/role-membership.html
 */
export const roleGraph = (catalog: Catalog): RoleGraph => {
  const roles = [...rowsOf(catalog, "roles")].sort(byName);
  const idOf = new Map(roles.map(({ oid }, id) => [oid, id]));
  const idOfName = new Map(roles.map(({ name }, id) => [name, id]));
  const memberships = rowsOf(catalog, "memberships");
  const before16 =
    (catalog.serverVersion > 0 && catalog.serverVersion < 160_000) ||
    memberships.some(({ inherit }) => inherit === null);

  const inherit: Pair[] = [];
  const set: Pair[] = [];
  const member: Pair[] = [];
  const admin: Pair[] = [];
  for (const row of memberships) {
    const from = idOf.get(row.member);
    const to = idOf.get(row.role);
    if (from === undefined || to === undefined || from === to) continue;
    const pair = [from, to] as const;
    member.push(pair);
    if (row.inherit ?? roles[from]?.inherit) inherit.push(pair);
    if (row.set ?? true) set.push(pair);
    if (row.admin) admin.push(pair);
  }
  const owner = idOf.get(rowsOf(catalog, "database")[0]?.owner ?? -1);
  const ownerRole = idOfName.get("pg_database_owner");
  if (owner !== undefined && ownerRole !== undefined && owner !== ownerRole) {
    const pair = [owner, ownerRole] as const;
    member.push(pair);
    set.push(pair);
    if (!before16 || roles[owner]?.inherit) inherit.push(pair);
  }
  const size = roles.length;
  const members = edgesOf(size, member);
  return {
    roles,
    idOf,
    idOfName,
    inherit: edgesOf(size, inherit),
    set: edgesOf(size, set),
    member: members,
    admin: edgesOf(size, admin),
    ...topological(size, members),
    before16,
  };
};

/** All roles that `from` reaches along the edges, itself included, nearest first. */
export const reachable = (edges: Edges, from: RoleId): RoleId[] => {
  const seen = new Set([from]);
  for (const id of seen) for (const role of targetsOf(edges, id)) seen.add(role); // a Set grows while it is walked
  return [...seen];
};
