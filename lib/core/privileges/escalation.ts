// What a role could become or take beyond what it holds, each with the path that leads there.

import { isDsql } from "../catalog/catalog.ts";
import { extraOf, otherKinds, otherSections } from "../catalog/extras.ts";
import { HELD_BITS, type Privilege, privilegeBit, privilegeNames } from "../catalog/privileges.ts";
import { type Becoming, becomings, chainTo, type Step } from "./become.ts";
import type { AccessEngine } from "./effective.ts";
import { type RoleId, reachable, targetsOf } from "./effective-graph.ts";
import { grantOptionsOf } from "./effective-matrix.ts";
import { type AccessObject, isSystemSchema, type ObjectKind } from "./effective-objects.ts";
import { pathsTo } from "./effective-paths.ts";
import { cellOf } from "./effective-rows.ts";
import { objectText, typedName } from "./find-object.ts";
import { type OtherReach, otherReaches } from "./other-reach.ts";
import { type RuleReach, ruleReachesOf } from "./rule-reach.ts";
import { type ViewReaches, viewReachesOf } from "./view-reach.ts";

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
const common = { superuser: false, privileges: [], reaches: null, as: null, certain: true } as const;

/** Predefined roles that give what no ACL tells. https://www.postgresql.org/docs/16/predefined-roles.html */
const broadRoles = [
  "pg_read_all_data",
  "pg_write_all_data",
  "pg_dsql_audit_admin",
  "pg_read_all_stats",
  "pg_read_all_settings",
  "pg_stat_scan_tables",
  "pg_signal_backend",
  "pg_signal_autovacuum_worker",
  "pg_checkpoint",
  "pg_maintain",
  "pg_create_subscription",
  "pg_use_reserved_connections",
];

/** Roles that reach the server's files or programs, so its superuser. https://www.postgresql.org/docs/16/predefined-roles.html */
const serverRoles = ["pg_execute_server_program", "pg_read_server_files", "pg_write_server_files"];

type Way = Pick<Escalation, "path" | "by">;

const names = (engine: AccessEngine, roles: readonly RoleId[]): string[] =>
  roles.map((id) => engine.graph.roles[id]?.name ?? "");

/** The shortest way to have a role's privileges: inherited, else by SET ROLE. */
const wayTo = (engine: AccessEngine, from: RoleId, to: RoleId, object: AccessObject): Way | undefined => {
  const powers: AccessObject = { ...object, everyone: 0, roles: Int32Array.of(to), masks: Int32Array.of(1) };
  const path = pathsTo(engine.graph, powers, 1).shortest(from);
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
const wayToPrivilege = (
  engine: AccessEngine,
  role: RoleId,
  privilege: Privilege,
  object: AccessObject,
): Way => {
  const path = engine.paths(privilege, object).shortest(role);
  if (!path) return { path: names(engine, [role]), by: [] };
  return { path: engine.pathNames(path), by: stepsOf(engine, path.roles, path.holds === "set-role") };
};

const becomingsOf = (engine: AccessEngine, role: RoleId): Escalation[] => {
  const { graph } = engine;
  const told = (one: Becoming, how: Escalation["how"], superuser: boolean): Escalation => ({
    ...common,
    how,
    kind: "role",
    target: graph.roles[one.target]?.name ?? "",
    path: names(engine, one.roles),
    by: one.by,
    superuser,
  });
  const ways: Becoming[] = [{ target: role, roles: [role], by: [] }, ...becomings(engine, role)];
  const found = ways.flatMap((one): Escalation[] => {
    const superuser = graph.roles[one.target]?.superuser ?? false;
    const last = one.by.findLast((step) => step === "admin-option" || step === "create-role");
    if (last) return [told(one, last, superuser)];
    return superuser ? [told(one, "set-role", true)] : [];
  });
  // Since 16 CREATEROLE alone reaches no role that is there, but makes new ones and keeps ADMIN OPTION on them.
  const creators = graph.before16 ? [] : ways.filter(({ target }) => graph.roles[target]?.createRole);
  const dsql = isDsql(engine.catalog);
  const access = ways.flatMap((one) =>
    reachable(graph.inherit, one.target).flatMap((id): Escalation[] => {
      const name = graph.roles[id]?.name ?? "";
      if (id === role) return [];
      const chain = chainTo(graph, graph.inherit, one.target, id);
      const by = [...one.by, ...chain.map((): Step => "inherits")];
      const way = { target: name, path: names(engine, [...one.roles, ...chain]), by };
      if (serverRoles.includes(name) && !dsql) return [{ ...told(one, "server-access", true), ...way }];
      return broadRoles.includes(name) ? [{ ...told(one, "predefined-role", false), ...way }] : [];
    }),
  );
  // What a role may by its own attributes, which are never inherited. Aurora DSQL has neither.
  const attributes = ways.flatMap((one): Escalation[] => {
    const { replication = false, bypassRls = false } = graph.roles[one.target] ?? {};
    if (dsql || graph.roles[one.target]?.superuser) return [];
    return [
      ...(replication ? [{ ...told(one, "role-attribute", false), target: "REPLICATION" }] : []),
      ...(bypassRls ? [{ ...told(one, "role-attribute", false), target: "BYPASSRLS" }] : []),
    ];
  });
  const seen = new Set<string>();
  return [
    ...found,
    ...creators.map((one) => told(one, "create-role", false)),
    ...access.filter(({ target }) => !seen.has(target) && seen.add(target)),
    ...attributes,
  ];
};

/** What a role may that no ACL tells: by attributes, by predefined roles, and by what it could grant to others. */
const powersBesidesAcls = ({ graph }: AccessEngine, role: RoleId): Set<string> => {
  const { createRole, createDb, replication, bypassRls } = graph.roles[role] ?? {};
  const inherited = reachable(graph.inherit, role);
  return new Set([
    ...(createRole ? ["CREATEROLE"] : []),
    ...(createDb ? ["CREATEDB"] : []),
    ...(replication ? ["REPLICATION"] : []),
    ...(bypassRls ? ["BYPASSRLS"] : []),
    ...inherited.flatMap((id) => {
      const name = graph.roles[id]?.name ?? "";
      return [
        ...(name.startsWith("pg_") ? [name] : []),
        ...[...targetsOf(graph.admin, id)].map((to) => `admin ${to}`),
      ];
    }),
  ]);
};

/** Whether its owner makes a function as good as superuser. */
const isAlmighty = (engine: AccessEngine, owner: RoleId): boolean =>
  (engine.graph.roles[owner]?.superuser ?? false) ||
  (!isDsql(engine.catalog) && [...powersBesidesAcls(engine, owner)].some((one) => serverRoles.includes(one)));

/** Whether the owner of a function may do anything that the role may not. */
const holdsMore = (engine: AccessEngine, role: RoleId, owner: RoleId): boolean => {
  const { graph, matrix, objects } = engine;
  if (graph.roles[owner]?.superuser) return true;
  const own = powersBesidesAcls(engine, role);
  if ([...powersBesidesAcls(engine, owner)].some((one) => !own.has(one))) return true;
  return objects.some(
    (object) => (cellOf(matrix, owner, object).held & ~cellOf(matrix, role, object).held & HELD_BITS) !== 0,
  );
};

const takingsOf = (engine: AccessEngine, role: RoleId): Escalation[] => {
  const { graph, matrix } = engine;
  const more = new Map<RoleId, boolean>();
  const ownerWays = new Map<RoleId, Way | undefined>();
  const CREATE = privilegeBit("CREATE");
  const EXECUTE = privilegeBit("EXECUTE");
  const TRIGGER = privilegeBit("TRIGGER");
  const dsql = isDsql(engine.catalog);
  return engine.objects.flatMap((object): Escalation[] => {
    const found: Escalation[] = [];
    const cell = cellOf(matrix, role, object);
    const mask = cell.held | cell.settable;
    const usable = matrix.usable(role, object) ? mask : cell.settableUsable;
    const owner = graph.idOf.get(object.owner);
    const base = { ...common, kind: object.kind, target: objectText(object) };
    if (owner !== undefined && !ownerWays.has(owner))
      ownerWays.set(owner, wayTo(engine, role, owner, object));
    const asOwner = owner === undefined ? undefined : ownerWays.get(owner);
    if (asOwner && object.kind !== "column") {
      const lost = privilegeNames(object.all & HELD_BITS & ~mask);
      found.push({ ...base, ...asOwner, how: "ownership", privileges: lost });
    }
    const grantable = asOwner ? 0 : grantOptionsOf(mask) & HELD_BITS;
    const [first] = privilegeNames(grantable);
    if (first) {
      found.push({
        ...base,
        ...wayToPrivilege(engine, role, first, object),
        how: "grant-option",
        privileges: privilegeNames(grantable),
      });
    }
    if (object.kind === "schema" && mask & CREATE) {
      found.push({
        ...base,
        ...wayToPrivilege(engine, role, "CREATE", object),
        how: "create-in-schema",
      });
    }
    if (!dsql && object.kind === "table" && !asOwner && usable & TRIGGER) {
      found.push({
        ...base,
        ...wayToPrivilege(engine, role, "TRIGGER", object),
        how: "trigger",
        privileges: ["TRIGGER"],
      });
    }
    // The catalog has the system's objects only where an ordinary role was given something on them.
    if (object.kind !== "schema" && isSystemSchema(object.schema)) {
      const own = privilegeNames(mask & HELD_BITS & ~object.everyone);
      const [held] = own;
      if (held)
        found.push({
          ...base,
          ...wayToPrivilege(engine, role, held, object),
          how: "system-object",
          privileges: own,
        });
    }
    if (object.securityDefiner && owner !== undefined && !asOwner && usable & EXECUTE) {
      if (!more.has(owner)) more.set(owner, holdsMore(engine, role, owner));
      if (more.get(owner)) {
        const way = wayToPrivilege(engine, role, "EXECUTE", object);
        found.push({
          ...base,
          ...way,
          how: "security-definer",
          superuser: isAlmighty(engine, owner),
          as: graph.roles[owner]?.name ?? null,
        });
      }
    }
    return found;
  });
};

const viewReaches = new WeakMap<AccessEngine, ReturnType<typeof viewReachesOf>>();

/** The tables that it reaches through views, and the views that could not be followed. */
export const viewReachesOfRole = (engine: AccessEngine, role: RoleId): ViewReaches => {
  const known = viewReaches.get(engine) ?? viewReachesOf(engine);
  viewReaches.set(engine, known);
  return known(role);
};

const viewsOf = (engine: AccessEngine, role: RoleId): Escalation[] => {
  const nameOf = (id: RoleId | undefined): string | null => engine.graph.roles[id ?? -1]?.name ?? null;
  const { reaches, unfollowed } = viewReachesOfRole(engine, role);
  const base = (view: AccessObject, privileges: readonly Privilege[]) => ({
    ...common,
    ...wayToPrivilege(engine, role, privileges[0] ?? "SELECT", view),
    how: "view" as const,
    kind: "view" as const,
    target: objectText(view),
    privileges,
  });
  return [
    ...reaches.map(
      ({ view, relation, privileges, as, certain }): Escalation => ({
        ...base(view, privileges),
        reaches: objectText(relation),
        as: nameOf(as),
        certain,
        superuser: false,
      }),
    ),
    ...unfollowed.map(
      ({ view, privileges }): Escalation => ({
        ...base(view, privileges),
        as: nameOf(engine.graph.idOf.get(view.owner)),
        certain: false,
      }),
    ),
  ];
};

const ruleReaches = new WeakMap<AccessEngine, ReturnType<typeof ruleReachesOf>>();

/** What it sets off by rules that stand on tables and views. */
export const ruleReachesOfRole = (engine: AccessEngine, role: RoleId): RuleReach[] => {
  const known = ruleReaches.get(engine) ?? ruleReachesOf(engine);
  ruleReaches.set(engine, known);
  return known(role);
};

const rulesOf = (engine: AccessEngine, role: RoleId): Escalation[] =>
  ruleReachesOfRole(engine, role).map(
    ({ on, event, relation, as }: RuleReach): Escalation => ({
      ...common,
      ...wayToPrivilege(engine, role, event, on),
      how: "rule",
      kind: on.kind,
      target: objectText(on),
      privileges: [event],
      reaches: objectText(relation),
      as: engine.graph.roles[as]?.name ?? null,
      certain: false,
    }),
  );

const othersOf = (engine: AccessEngine, role: RoleId): Escalation[] =>
  otherReaches(engine, role).map(({ kind, name, privileges, holder, everybody, setRole, superuser }) => ({
    ...common,
    how: "other-object",
    kind,
    target: kind === "large object" ? name : typedName(name),
    path: [...names(engine, holder === role ? [role] : [role, holder]), ...(everybody ? ["PUBLIC"] : [])],
    by: holder === role ? [] : [setRole ? "set-role" : "inherits"],
    superuser,
    privileges,
  }));

/**
 * First what it could become, nearest first; then what it could take, by object. A superuser has all and gains nothing.
 * What could not be read is not in it: the engine's gaps and `notLookedAt` say what that is.
 */
export const escalations = (engine: AccessEngine, role: RoleId): Escalation[] =>
  engine.graph.roles[role]?.superuser
    ? []
    : [
        ...becomingsOf(engine, role),
        ...viewsOf(engine, role),
        ...rulesOf(engine, role),
        ...takingsOf(engine, role),
        ...othersOf(engine, role),
      ];

/** What was not looked at, each as a sentence: a list that is short because of it must not read as a clean one. */
export const notLookedAt = (engine: AccessEngine): string[] => {
  const { catalog } = engine;
  const unread = otherSections.flatMap((section) => {
    const found = extraOf(catalog, section);
    return found.rows === null ? [{ kind: otherKinds[section], reason: found.reason }] : [];
  });
  const views = [extraOf(catalog, "views"), extraOf(catalog, "viewRules")].find(({ rows }) => rows === null);
  const reasons = Map.groupBy(unread, ({ reason }) => reason);
  return [
    ...engine.gaps
      .filter(({ section }) => section !== "mappings" && section !== "defaultPrivileges")
      .map(({ section, reason }) => `Not known: ${section} could not be read (${reason}).`),
    ...[...reasons].map(
      ([reason, kinds]) => `Not read: ${kinds.map(({ kind }) => `${kind}s`).join(", ")} (${reason}).`,
    ),
    ...(views && views.rows === null
      ? [`Not followed: what views and rules reach with their owners' rights (${views.reason}).`]
      : []),
    isDsql(catalog)
      ? "Not possible on Aurora DSQL, so not listed: triggers, and programs and files of the server."
      : "Not looked at: what triggers do that are there (INSTEAD OF ones too), row-level security, publications, subscriptions, event triggers. Who may read or write a partitioned table or a parent reaches the rows of its partitions and children.",
  ];
};
