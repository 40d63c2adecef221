// By which chains of roles a privilege is held: the shortest, all of them shortest first, and how many there are.

import type { PrivilegeMask } from "../catalog/privileges.ts";
import { type Edges, type RoleGraph, type RoleId, targetsOf } from "./effective-graph.ts";
import type { AccessObject } from "./effective-objects.ts";

/** `inherited`: at once, along inherit edges. `set-role`: first SET ROLE along SET edges, then inheritance. */
export type Holds = "inherited" | "set-role";

/** From the role to the one that holds it directly; `everybody` where that is PUBLIC (then only the role itself stands). */
export type Path = { readonly holds: Holds; readonly roles: readonly RoleId[]; readonly everybody: boolean };

/** All roles' ways to one privilege on one object. */
export type Paths = {
  /** The shortest by which the role holds it at once, else the shortest after SET ROLE. */
  readonly shortest: (role: RoleId) => Path | undefined;
  /** How many chains of that kind there are; Infinity beyond what a number can count. */
  readonly count: (role: RoleId, holds: Holds) => number;
  /** Shortest first, those held at once before those after SET ROLE; ends when the caller stops asking. */
  readonly all: (role: RoleId) => Generator<Path>;
};

const FAR = 0x3fffffff;

/** Who ends a chain: holders of the privilege of their own; superusers too, but only for who becomes them. */
type Ends = { readonly holders: Uint8Array; readonly superusers: Uint8Array };

type Ways = {
  /** Steps to a holder along inherit edges. */
  readonly inherit: Int32Array;
  /** Steps to a holder along SET edges, then inherit edges. */
  readonly set: Int32Array;
  readonly inheritCount: Float64Array;
  /** Chains that begin with SET edges as far as they go; each chain is counted once. */
  readonly setCount: Float64Array;
};

const isIn = (edges: Edges, from: RoleId, to: RoleId): boolean => {
  for (const target of targetsOf(edges, from)) if (target === to) return true;
  return false;
};

const waysOf = (graph: RoleGraph, { holders, superusers }: Ends): Ways => {
  const size = graph.roles.length;
  const inherit = new Int32Array(size).fill(FAR);
  const set = new Int32Array(size).fill(FAR);
  const inheritCount = new Float64Array(size);
  const setCount = new Float64Array(size);
  let changed: boolean;
  let first = true;
  do {
    changed = false;
    for (const role of graph.order) {
      let near = holders[role] ? 0 : FAR;
      let count = holders[role] ? 1 : 0;
      for (const group of targetsOf(graph.inherit, role)) {
        near = Math.min(near, (inherit[group] as number) + 1);
        count += inheritCount[group] as number;
      }
      let nearSet = superusers[role] ? 0 : near;
      let counted = holders[role] || superusers[role] ? 1 : 0;
      for (const target of targetsOf(graph.set, role)) {
        nearSet = Math.min(nearSet, (set[target] as number) + 1);
        counted += setCount[target] as number;
      }
      for (const group of targetsOf(graph.inherit, role)) {
        if (!isIn(graph.set, role, group)) counted += inheritCount[group] as number;
      }
      changed ||= near !== inherit[role] || nearSet !== set[role];
      inherit[role] = Math.min(near, FAR);
      set[role] = Math.min(nearSet, FAR);
      if (first) {
        // In a cycle, which only a damaged catalog has, chains are counted as far as one pass sees them.
        inheritCount[role] = count;
        setCount[role] = counted;
      }
    }
    first = false;
  } while (changed && graph.cyclic);
  return { inherit, set, inheritCount, setCount };
};

/** The chain from `role` by the nearest next role each time, the first by name among equals. */
const follow = (graph: RoleGraph, ways: Ways, role: RoleId, holds: Holds): RoleId[] => {
  const roles = [role];
  let at = role;
  let setting = holds === "set-role";
  if (setting) {
    // At least one step by SET ROLE: what is held at once is another kind.
    const nearest = nearestOf(graph.set, ways.set, at);
    if (nearest === undefined) return roles;
    roles.push(nearest);
    at = nearest;
  }
  while (roles.length <= graph.roles.length) {
    const left = setting ? (ways.set[at] as number) : (ways.inherit[at] as number);
    if (left === 0) break;
    if (setting && ways.inherit[at] === left) setting = false;
    const next = setting ? nearestOf(graph.set, ways.set, at) : nearestOf(graph.inherit, ways.inherit, at);
    if (next === undefined) break;
    roles.push(next);
    at = next;
  }
  return roles;
};

const nearestOf = (edges: Edges, steps: Int32Array, from: RoleId): RoleId | undefined => {
  let nearest: RoleId | undefined;
  let least = FAR;
  for (const target of targetsOf(edges, from)) {
    const left = steps[target] as number;
    if (left < least) {
      least = left;
      nearest = target;
    }
  }
  return nearest;
};

/**
 * Simple chains of one kind, shortest first. What is begun waits under the length that it will have at least, which the
 * steps left tell exactly, so that no work is done for chains that nobody asks for, however many there are.
 */
function* chains(graph: RoleGraph, ends: Ends, ways: Ways, from: RoleId, holds: Holds): Generator<RoleId[]> {
  type Open = { readonly roles: readonly RoleId[]; readonly setting: boolean };
  const waiting: Open[][] = [[{ roles: [from], setting: holds === "set-role" }]];
  for (let length = 0; length < waiting.length; length += 1) {
    for (let open = waiting[length]?.pop(); open; open = waiting[length]?.pop()) {
      const { roles, setting } = open;
      const at = roles.at(-1) as RoleId;
      const begun = roles.length > 1;
      if ((begun || !setting) && (ends.holders[at] || (setting && ends.superusers[at]))) yield [...roles];
      const step = (role: RoleId, stillSetting: boolean): void => {
        const left = (stillSetting ? ways.set[role] : ways.inherit[role]) as number;
        if (left === FAR || roles.includes(role)) return;
        const total = roles.length + left;
        while (waiting.length <= total) waiting.push([]);
        waiting[total]?.push({ roles: [...roles, role], setting: stillSetting });
      };
      // Last in, first out: pushed backwards they come by name. SET as long as it goes: a chain that could change over
      // to inheritance at several places is one chain.
      if (!setting || begun) {
        for (const role of targetsOf(graph.inherit, at).toReversed()) {
          if (!setting || !isIn(graph.set, at, role)) step(role, false);
        }
      }
      if (setting) for (const role of targetsOf(graph.set, at).toReversed()) step(role, true);
    }
  }
}

/** Whether a chain is one of inheritance alone, to a holder. */
const isInherited = (graph: RoleGraph, { holders }: Ends, roles: readonly RoleId[]): boolean =>
  holders[roles.at(-1) as RoleId] === 1 &&
  roles.every((role, i) => i === 0 || isIn(graph.inherit, roles[i - 1] as RoleId, role));

/** Numbers for every role of the graph are kept with each answer: of a larger graph fewer answers. */
const MAX_KEPT = 2_000_000;
type Answered = {
  readonly byHolders: Map<string, Paths>;
  readonly byObject: Map<AccessObject, Map<PrivilegeMask, Paths>>;
};
const answered = new WeakMap<RoleGraph, Answered>();

const answeredFor = (graph: RoleGraph): Answered => {
  const known = answered.get(graph) ?? { byHolders: new Map(), byObject: new Map() };
  answered.set(graph, known);
  return known;
};

/** What has the same holders has the same paths: many objects are granted to the same roles. */
const sharedPaths = (graph: RoleGraph, holders: Int32Array, everybody: boolean): Paths => {
  const { byHolders, byObject } = answeredFor(graph);
  const key = `${everybody ? "PUBLIC" : ""} ${holders.join(" ")}`;
  const found = byHolders.get(key);
  if (found) return found;
  if (byHolders.size * graph.roles.length > MAX_KEPT) {
    byHolders.clear();
    byObject.clear();
  }
  const paths = pathsToHolders(graph, holders, everybody);
  byHolders.set(key, paths);
  return paths;
};

/**
 * The ways to one privilege (one bit) on one object, for all roles at once. Whoever asks role after role asks for the same
 * objects, so each is worked out once.
 */
export const pathsTo = (graph: RoleGraph, object: AccessObject, bit: PrivilegeMask): Paths => {
  const { byObject } = answeredFor(graph);
  const found = byObject.get(object)?.get(bit);
  if (found) return found;
  const holders = object.roles.filter((_, k) => ((object.masks[k] as number) & bit) !== 0);
  const paths = sharedPaths(graph, holders, (object.everyone & bit) !== 0);
  const own = byObject.get(object) ?? new Map<PrivilegeMask, Paths>();
  byObject.set(object, own.set(bit, paths));
  return paths;
};

/** The ways to have a role's privileges, for all roles at once. */
export const pathsToRole = (graph: RoleGraph, to: RoleId): Paths =>
  sharedPaths(graph, Int32Array.of(to), false);

const pathsToHolders = (graph: RoleGraph, ids: Int32Array, everybody: boolean): Paths => {
  const size = graph.roles.length;
  const holders = new Uint8Array(size);
  for (const role of ids) holders[role] = 1;
  const superusers = new Uint8Array(size);
  graph.roles.forEach(({ superuser }, role) => {
    if (superuser) superusers[role] = 1;
  });
  const ends = { holders, superusers };
  let solved: Ways | undefined;
  const ways = (): Ways => {
    solved ??= waysOf(graph, ends);
    return solved;
  };
  const setSteps = (role: RoleId): number => {
    const { set } = ways();
    let least = FAR;
    for (const target of targetsOf(graph.set, role)) least = Math.min(least, set[target] as number);
    return least;
  };

  return {
    shortest: (role) => {
      if (holders[role] || superusers[role]) return { holds: "inherited", roles: [role], everybody: false };
      const near = ways().inherit[role] as number;
      // A membership says more than PUBLIC where both are one step away.
      if (near <= 1 || (near !== FAR && !everybody)) {
        return { holds: "inherited", roles: follow(graph, ways(), role, "inherited"), everybody: false };
      }
      if (everybody) return { holds: "inherited", roles: [role], everybody: true };
      if (setSteps(role) === FAR) return undefined;
      return { holds: "set-role", roles: follow(graph, ways(), role, "set-role"), everybody: false };
    },
    count: (role, holds) => {
      const { inheritCount, setCount } = ways();
      if (holds === "inherited") {
        const asSuperuser = superusers[role] && !holders[role] ? 1 : 0;
        return (inheritCount[role] as number) + (everybody ? 1 : 0) + asSuperuser;
      }
      let count = 0;
      for (const target of targetsOf(graph.set, role)) count += setCount[target] as number;
      return count;
    },
    all: function* (role) {
      if (superusers[role] && !holders[role]) yield { holds: "inherited", roles: [role], everybody: false };
      let told = !everybody;
      for (const roles of chains(graph, ends, ways(), role, "inherited")) {
        if (!told && roles.length > 2) {
          told = true;
          yield { holds: "inherited", roles: [role], everybody: true };
        }
        yield { holds: "inherited", roles, everybody: false };
      }
      if (!told) yield { holds: "inherited", roles: [role], everybody: true };
      for (const roles of chains(graph, ends, ways(), role, "set-role")) {
        if (!isInherited(graph, ends, roles)) yield { holds: "set-role", roles, everybody: false };
      }
    },
  };
};
