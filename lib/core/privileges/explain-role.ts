// The part of the chain inside the database: role, memberships, the schema's USAGE, the privilege itself.

import { type Oid, PUBLIC } from "../base/ids.ts";
import { isDsql, rowsOf } from "../catalog/catalog.ts";
import { type Privilege, privilegeBit, privilegeLetters } from "../catalog/privileges.ts";
import { isClosedOnDsql } from "../sql/dsql.ts";
import { grantPrivilegeSql, grantRoleSql, grantUsageSql } from "../sql/statements.ts";
import { aclOf } from "./acl-of.ts";
import { besideGrants } from "./beside-grants.ts";
import type { AccessEngine } from "./effective.ts";
import { type Edges, type RoleId, reachable, targetsOf } from "./effective-graph.ts";
import type { AccessObject } from "./effective-objects.ts";
import type { Holds, Path } from "./effective-paths.ts";
import { cellOf } from "./effective-rows.ts";
import type { Link } from "./explain.ts";
import { objectText, typedName } from "./find-object.ts";

export type RoleAnswer = {
  readonly holds: Holds | undefined;
  readonly grantable: boolean;
  readonly links: readonly Link[];
  readonly path: readonly string[];
  readonly completes: readonly string[];
};

const has = (edges: Edges, from: RoleId, to: RoleId): boolean => targetsOf(edges, from).includes(to);

const roleName = ({ graph }: AccessEngine, oid: Oid): string =>
  graph.roles[graph.idOf.get(oid) ?? -1]?.name ?? `the role with OID ${oid}`;

/** The entry of the ACL that gives the last role of a path its privilege: "app=arw/admin". */
const entryOf = (engine: AccessEngine, path: Path, privilege: Privilege, object: AccessObject): string[] => {
  const holder = engine.graph.roles[path.roles.at(-1) ?? -1];
  const grantee = path.everybody ? PUBLIC : holder?.oid;
  const letter = privilegeLetters(privilegeBit(privilege));
  const entry = aclOf(engine.catalog, object)?.entries.find(
    (one) => one.grantee === grantee && one.privileges.includes(letter),
  );
  if (!entry) return [];
  const who = path.everybody ? "" : (holder?.name ?? "");
  const letters = [...entry.privileges]
    .map((one) => (entry.grantable.includes(one) ? `${one}*` : one))
    .join("");
  return [`ACL entry ${who}=${letters}/${roleName(engine, entry.grantor)}`];
};

/** Why the last role of a path holds it: as superuser, as owner, predefined, or granted by whom. */
const sourceOf = (engine: AccessEngine, path: Path, privilege: Privilege, object: AccessObject): string => {
  const { graph, catalog } = engine;
  const holder = graph.roles[path.roles.at(-1) ?? -1];
  if (!holder) return "";
  if (holder.superuser && !path.everybody) return `${holder.name} is superuser`;
  const letter = privilegeLetters(privilegeBit(privilege));
  const grantee = path.everybody ? PUBLIC : holder.oid;
  const who = path.everybody ? "PUBLIC (everybody)" : holder.name;
  const acl = aclOf(catalog, object);
  const entry = acl?.entries.find((one) => one.grantee === grantee && one.privileges.includes(letter));
  if (entry) {
    return entry.grantor === entry.grantee
      ? `${who} holds ${privilege} as owner`
      : `${who} holds ${privilege}, granted by ${roleName(engine, entry.grantor)}`;
  }
  if (!path.everybody && holder.name.startsWith("pg_") && object.owner !== holder.oid) {
    return `${who} is predefined and holds ${privilege} on everything`;
  }
  if (object.kind === "column") return `${who} holds ${privilege} on the whole table`;
  return path.everybody ? `${who} holds ${privilege} by default` : `${who} holds ${privilege} as owner`;
};

/** Where SET ROLE ends and inheritance begins, so that the acting role may use the schema if any can. */
const actingAt = (engine: AccessEngine, { roles, holds }: Path, object: AccessObject): number => {
  if (holds === "inherited") return 0;
  const { graph, matrix } = engine;
  const edge = (edges: Edges, i: number): boolean => has(edges, roles[i - 1] as RoleId, roles[i] as RoleId);
  let last = 0;
  while (last + 1 < roles.length && edge(graph.set, last + 1)) last += 1;
  for (let at = last; at >= 1; at -= 1) {
    const inheritsOn = roles.every((_, i) => i <= at || edge(graph.inherit, i));
    if (inheritsOn && matrix.usable(roles[at] as RoleId, object)) return at;
  }
  return last;
};

const PATHS_LOOKED_AT = 200;

/** The shortest path that can be used as things stand, else the shortest of all. */
const bestPath = (
  engine: AccessEngine,
  role: RoleId,
  privilege: Privilege,
  object: AccessObject,
): Path | undefined => {
  const paths = engine.paths(privilege, object);
  const shortest = paths.shortest(role);
  if (shortest?.holds !== "set-role") return shortest;
  let looked = 0;
  for (const path of paths.all(role)) {
    if (engine.matrix.usable(path.roles[actingAt(engine, path, object)] as RoleId, object)) return path;
    looked += 1;
    if (looked === PATHS_LOOKED_AT) break;
  }
  return shortest;
};

const membershipLinks = (engine: AccessEngine, path: Path, acting: number): Link[] => {
  const at = (i: number) => engine.graph.roles[path.roles[i] ?? -1];
  const name = (i: number): string => at(i)?.name ?? "";
  return path.roles.slice(1).map((_, i): Link => {
    const says =
      i < acting ? `${name(i)} may SET ROLE ${name(i + 1)}` : `${name(i)} inherits from ${name(i + 1)}`;
    const grants = rowsOf(engine.catalog, "memberships").filter(
      ({ role, member }) => role === at(i + 1)?.oid && member === at(i)?.oid,
    );
    const evidence = grants.map(({ grantor }) => `membership granted by ${roleName(engine, grantor)}`);
    return { step: "membership", state: "ok", says, evidence: [...new Set(evidence)] };
  });
};

const schemaLink = (
  engine: AccessEngine,
  role: RoleId,
  object: AccessObject,
): { link: Link | undefined; completes: string[] } => {
  if (object.schemaOid === null) return { link: undefined, completes: [] };
  const who = engine.graph.roles[role]?.name ?? "";
  const schema = engine.objects.find(({ kind, oid }) => kind === "schema" && oid === object.schemaOid);
  if (!schema) {
    return {
      link: { step: "schema", state: "unknown", says: "its schema could not be read", evidence: [] },
      completes: [],
    };
  }
  const text = objectText(schema);
  const certain = engine.holds(role, "USAGE", schema);
  if (certain === "yes") {
    const path = engine.paths("USAGE", schema).shortest(role);
    const names = path ? engine.pathNames(path).slice(1) : [];
    const by = names.length ? ` (by ${names.at(-1)})` : "";
    return {
      link: { step: "schema", state: "ok", says: `${who} has USAGE on schema ${text}${by}`, evidence: [] },
      completes: [],
    };
  }
  if (certain === "unknown") {
    return {
      link: {
        step: "schema",
        state: "unknown",
        says: `whether ${who} has USAGE on schema ${text} is not known`,
        evidence: [],
      },
      completes: [],
    };
  }
  return {
    link: { step: "schema", state: "broken", says: `${who} has no USAGE on schema ${text}`, evidence: [] },
    completes: [giving(engine, schema, grantUsageSql(schema.name, who))],
  };
};

/** The statement that gives it, or what to do instead where Aurora DSQL refuses that. */
const giving = (engine: AccessEngine, { kind, name }: AccessObject, statement: string): string =>
  isDsql(engine.catalog) && isClosedOnDsql(kind, name)
    ? `-- Aurora DSQL grants nothing on ${kind === "database" ? "the database" : `schema ${typedName(name)}`}: create a schema of its own and grant there.`
    : statement;

/** An owner keeps its grant options whatever was revoked from it: so it, and who acts as it, is a GRANT away from all. */
const ownership = ({ graph }: AccessEngine, role: RoleId, { owner }: AccessObject): string => {
  const id = graph.idOf.get(owner);
  if (id === undefined) return "";
  if (id === role) return ", but owns it and can grant it to itself";
  const acts = [graph.inherit, graph.set].some((edges) => reachable(edges, role).includes(id));
  return acts ? `, but is a member of ${graph.roles[id]?.name ?? ""}, which owns it and can grant it` : "";
};

/**
 * A holder that the role is a member of, but by memberships that give nothing: the link that is missing. The role itself
 * is made to inherit from it: a membership on the way may be one that the role cannot use either.
 */
const idleMembership = (
  engine: AccessEngine,
  role: RoleId,
  privilege: Privilege,
  object: AccessObject,
): { link: Link; completes: string[] } | undefined => {
  const { graph } = engine;
  const bit = privilegeBit(privilege);
  const useful = reachable(graph.member, role).find(
    (id) => id !== role && cellOf(engine.matrix, id, object).held & bit,
  );
  if (useful === undefined) return undefined;
  const self = graph.roles[role]?.name ?? "";
  const group = graph.roles[useful]?.name ?? "";
  const says = has(graph.member, role, useful)
    ? `${self} is a member of ${group}, but neither inherits from it nor may SET ROLE to it`
    : `${self} is a member of ${group}, but neither inherits from it nor may SET ROLE to it all the way`;
  return {
    link: { step: "membership", state: "broken", says, evidence: [] },
    completes: [
      ...(engine.matrix.usable(useful, object) ? [] : schemaLink(engine, role, object).completes),
      grantRoleSql(group, self, graph.before16),
    ],
  };
};

/** The links from a role to a privilege: all ok, or the faults in the order in which they stand in the way. */
export const roleLinks = (
  engine: AccessEngine,
  role: RoleId,
  privilege: Privilege,
  object: AccessObject,
): RoleAnswer => {
  const self = engine.graph.roles[role];
  const name = self?.name ?? "";
  const start: Link = {
    step: "role",
    state: "ok",
    says: `role ${name}${self?.superuser ? ", a superuser" : ""}`,
    evidence: [],
  };
  const path = bestPath(engine, role, privilege, object);
  const text = `${object.kind} ${objectText(object)}`;
  if (path) {
    const acting = actingAt(engine, path, object);
    const schema = schemaLink(engine, path.roles[acting] as RoleId, object);
    const cell = cellOf(engine.matrix, role, object);
    const mask = path.holds === "inherited" ? cell.held : cell.settable;
    const source = sourceOf(engine, path, privilege, object);
    return {
      holds: path.holds,
      grantable: ((mask >>> 16) & privilegeBit(privilege)) !== 0,
      links: [
        start,
        ...membershipLinks(engine, path, acting),
        ...(schema.link ? [schema.link] : []),
        {
          step: "privilege",
          state: "ok",
          says: `${source}: ${text}`,
          evidence: entryOf(engine, path, privilege, object),
        },
      ],
      path: engine.pathNames(path),
      completes: schema.completes,
    };
  }
  const none = { holds: undefined, grantable: false, path: [] };
  if (
    engine.holdsAfterSetRole(role, privilege, object) === "unknown" ||
    engine.holds(role, privilege, object) === "unknown"
  ) {
    const because = engine.gaps.map(({ section }) => section).join(", ") || "an ACL entry";
    const says = `whether ${name} holds ${privilege} on ${text} is not known: ${because} could not be read`;
    return {
      ...none,
      links: [start, { step: "privilege", state: "unknown", says, evidence: [] }],
      completes: [],
    };
  }
  const idle = idleMembership(engine, role, privilege, object);
  const beside = besideGrants(engine, role, privilege, object);
  if (idle) return { ...none, links: [start, idle.link, ...beside], completes: idle.completes };
  const schema = schemaLink(engine, role, object);
  const missing: Link = {
    step: "privilege",
    state: "broken",
    says: `${name} does not hold ${privilege} on ${text}${ownership(engine, role, object)}`,
    evidence: [],
  };
  return {
    ...none,
    links: [start, ...(schema.link ? [schema.link] : []), missing, ...beside],
    completes: [...schema.completes, giving(engine, object, grantPrivilegeSql(privilege, object, name))],
  };
};
