// A role that may do more than it is there for: a reader that can write, a service that owns or creates objects.
import * as z from "zod";
import { iso } from "../../core/base/time.ts";
import { visible } from "../../core/base/visible-text.ts";
import type { Role } from "../../core/catalog/catalog.ts";
import { declaredAs } from "../../core/findings/catalog-judgement.ts";
import { type DetectorView, defineDetector, type Judgement } from "../../core/findings/detector.ts";
import { type Case, type Example, exampleFacts } from "../../core/findings/example-facts.ts";
import { type Archetype, type ArchetypeOf, isReader } from "../../core/privileges/archetype.ts";
import type { AccessEngine } from "../../core/privileges/effective.ts";
import { reachable, targetsOf } from "../../core/privileges/effective-graph.ts";
import type { AccessObject } from "../../core/privileges/effective-objects.ts";
import type { Path } from "../../core/privileges/effective-paths.ts";
import { escalations, viewReachesOfRole } from "../../core/privileges/escalation.ts";
import { writeAccess, writePrivileges } from "../../core/privileges/write-access.ts";
import { alterOwnerSql } from "../../core/remediation/give-away.ts";
import { noSuperuserSql } from "../../core/remediation/no-superuser.ts";
import { revokeMembershipSql } from "../../core/remediation/revoke-membership.ts";
import { revokePrivilegeSql } from "../../core/remediation/revoke-privilege.ts";

const SHOWN_OBJECTS = 20;

type ShownObject = { readonly kind: string; readonly name: string; readonly oid: number };
type ExcessEvidence = {
  /** Of a role that is there to read. */
  readonly readOnlyBecause?: string;
  /** Of any other: what it was declared to be for. */
  readonly declaredAs?: Archetype;
  readonly privilege?: string;
  readonly privileges?: readonly string[];
  readonly object?: ShownObject;
  readonly path?: readonly string[];
  readonly holds?: string;
  readonly objects?: readonly string[];
  readonly objectCount?: number;
  readonly usable?: boolean;
  readonly since: { readonly after?: string; readonly by: string };
};

const rawName = ({ schema, name, column }: AccessObject): string =>
  [schema, name, column].filter((part) => part !== null).join(".");
const shownName = (object: AccessObject): string => visible(rawName(object), 130);

const idOf = ({ kind, oid, columnNumber }: AccessObject): string => `${kind}:${oid}:${columnNumber}`;

const serverPowers: Readonly<Record<string, string>> = {
  pg_execute_server_program: "can run programs as the database server",
  pg_write_server_files: "can write files as the database server",
  pg_read_server_files: "can read files as the database server",
};
const becomeWords: Readonly<Record<string, string>> = {
  "set-role": "SET ROLE",
  "admin-option": "ADMIN OPTION",
  "create-role": "CREATEROLE",
};

/** The first role on the way to a role whose privileges are inherited. */
const firstHop = ({ graph }: AccessEngine, id: number, target: string): string | undefined => {
  const to = graph.idOfName.get(target) ?? -1;
  const hop = [...targetsOf(graph.inherit, id)].find((next) => reachable(graph.inherit, next).includes(to));
  return hop === undefined ? undefined : graph.roles[hop]?.name;
};

const canWrite = (engine: AccessEngine, role: string): boolean => {
  const { superuser, owned, direct, inherited } = writeAccess(engine, engine.graph.idOfName.get(role) ?? -1);
  // What everybody may do it need not take a role for.
  return superuser || owned.length > 0 || inherited.size > 0 || direct.some(({ path }) => !path.everybody);
};

type Power = Pick<Judgement<ExcessEvidence>, "title" | "severity" | "fix"> & {
  readonly facet: string;
  readonly path: readonly string[];
};

/** What ends in superuser, in the server's own powers, or in a role that writes, by whatever way. */
const powersOf = (engine: AccessEngine, id: number, self: Role): Power[] =>
  escalations(engine, id).flatMap((it): Power[] => {
    const { how, target, path, superuser } = it;
    const name = visible(self.name, 63);
    const shown = visible(target, 63);
    // One way is one finding: when it is gone, another is told as another.
    const way = (to: string): number => engine.graph.roles[engine.graph.idOfName.get(to) ?? -1]?.oid ?? 0;
    const oid = [...path.slice(1), ...(path.at(-1) === target ? [] : [target])].map(way).join(">");
    const hop = path[1] ?? firstHop(engine, id, target) ?? target;
    const fix = revokeMembershipSql(engine, hop, self);
    const word = becomeWords[how];
    if (word !== undefined && superuser) {
      const title = `${name} can become superuser ${shown} (${word})`;
      return [{ facet: `superuser:${oid}`, title, severity: "critical", path, fix }];
    }
    if (how === "server-access") {
      const title = `${name} ${serverPowers[target] ?? `can act as ${shown}`} (${shown}), as good as superuser`;
      return [{ facet: `server:${oid}`, title, severity: "critical", path, fix }];
    }
    if (target === "pg_dsql_audit_admin" && how === "predefined-role") {
      const title = `${name} can switch the audit log on and off (${shown})`;
      return [{ facet: `audit-log:${oid}`, title, severity: "high", path, fix }];
    }
    if (how === "admin-option" && canWrite(engine, target)) {
      const title = `${name} can grant itself role ${shown}, which can write (ADMIN OPTION)`;
      return [{ facet: `admin:${oid}`, title, severity: "medium", path, fix }];
    }
    return [];
  });

/** Where a write through a view ends, by its owner's rights: ", and so into app.orders as app_owner". */
const beyondView = (engine: AccessEngine, id: number, object: AccessObject, privilege: string): string => {
  if (object.kind !== "view") return "";
  const reached = viewReachesOfRole(engine, id).reaches.filter(
    (one) => one.view.oid === object.oid && one.privileges.some((each) => each === privilege),
  );
  const [first] = reached;
  if (!first) return "";
  const owner = visible(engine.graph.roles[first.as]?.name ?? "", 63);
  return `, and so ${first.certain ? "" : "perhaps "}${shownName(first.relation)} with the rights of ${owner}`;
};

const isSuperuserPath = ({ graph }: AccessEngine, { holds, roles }: Path): boolean =>
  holds === "set-role" && (graph.roles[roles.at(-1) ?? -1]?.superuser ?? false);

/** Why it should have less, as its evidence says it; `writes`: reading and writing rows is what it is for. */
type Purpose = {
  readonly evidence: Pick<ExcessEvidence, "readOnlyBecause" | "declaredAs">;
  readonly writes: boolean;
};

/** What of a role's purpose is judged; undefined: nothing. A service is one by declaration alone, a reader by its name too. */
const purposeOf = ({ archetype, because }: ArchetypeOf): Purpose | undefined => {
  if (archetype === "service") return { evidence: { declaredAs: archetype }, writes: true };
  if (!isReader(archetype)) return undefined;
  const declared = archetype === "read-only" ? because : `declared as ${archetype}`;
  return { evidence: { readOnlyBecause: declared }, writes: false };
};

/** All that one role has too much. */
const judgeRole = (
  view: DetectorView,
  engine: AccessEngine,
  id: number,
  self: Role,
  purpose: Purpose,
): Judgement<ExcessEvidence>[] => {
  const takenAt = view.privileges.snapshot?.takenAt ?? view.now;
  const before = view.privileges.snapshot?.judgedBefore ?? null;
  const common = { firstSeenAt: takenAt, lastSeenAt: takenAt };
  const evidence = (
    more: Omit<ExcessEvidence, "readOnlyBecause" | "declaredAs" | "since">,
  ): ExcessEvidence => ({
    ...purpose.evidence,
    ...more,
    since: { ...(before !== null && before < takenAt && { after: iso(before) }), by: iso(takenAt) },
  });
  const subject = (facet: string, object?: AccessObject): Judgement["subject"] => ({
    role: self.name,
    roleOid: self.oid,
    ...(object && { object: rawName(object) }),
    facet,
  });
  const name = visible(self.name, 63);
  const { superuser, owned, direct, inherited } = writeAccess(engine, id);
  if (superuser) {
    return [
      {
        ...common,
        subject: subject("superuser"),
        title: `${name} is a superuser`,
        severity: "critical",
        evidence: evidence({}),
        fix: noSuperuserSql(engine, self),
      },
    ];
  }
  const powers = powersOf(engine, id, self).filter(
    // A service that could grant itself a role that writes gets nothing that it is not there for.
    ({ facet }) => !purpose.writes || !facet.startsWith("admin:"),
  );
  const found = powers.map(
    ({ facet, path, ...power }): Judgement<ExcessEvidence> => ({
      ...common,
      ...power,
      subject: subject(facet),
      evidence: evidence({ path }),
    }),
  );
  for (const object of owned) {
    found.push({
      ...common,
      subject: subject(`owner:${idOf(object)}`, object),
      title: `${name} owns ${object.kind} ${shownName(object)}`,
      evidence: evidence({ object: { kind: object.kind, name: rawName(object), oid: object.oid } }),
      fix: alterOwnerSql(
        engine,
        object,
        self,
        (role) =>
          !isReader(view.privileges.archetypeOf(role)?.archetype) && declaredAs(view, role) !== "service",
      ),
    });
  }
  for (const right of direct) {
    if (purpose.writes && right.privilege !== "CREATE") continue;
    const { object, privilege, path, usable } = right;
    const verb = {
      INSERT: "INSERT into",
      UPDATE: "UPDATE",
      DELETE: "DELETE from",
      CREATE: "CREATE in",
      TRIGGER: "run code by a TRIGGER as whoever writes",
    };
    const doing = privilege in verb ? verb[privilege as keyof typeof verb] : privilege;
    found.push({
      ...common,
      subject: subject(`${path.everybody ? "public" : "grant"}:${idOf(object)}:${privilege}`, object),
      title: `${name} can ${doing} ${shownName(object)}${beyondView(engine, id, object, privilege)}${path.everybody ? ", as everybody can (PUBLIC)" : ""}`,
      severity: !usable ? "low" : privilege === "CREATE" ? "medium" : "high",
      evidence: evidence({
        privilege,
        object: { kind: object.kind, name: rawName(object), oid: object.oid },
        path: engine.pathNames(path),
        usable,
      }),
      fix: revokePrivilegeSql(engine, object, privilege, path.everybody ? null : self),
    });
  }
  for (const [key, all] of inherited) {
    const rights = purpose.writes ? all.filter(({ privilege }) => privilege === "CREATE") : all;
    const [first] = rights;
    // That it can become a superuser is told once, above.
    if (!first || isSuperuserPath(engine, first.path)) continue;
    const names = engine.pathNames(first.path);
    const [, group = ""] = names;
    const privileges = writePrivileges.filter((one) => rights.some(({ privilege }) => privilege === one));
    const setRole = first.path.holds === "set-role";
    const usable = rights.some((right) => right.usable);
    const objects = new Set(rights.map(({ object }) => shownName(object)));
    const [only] = objects;
    found.push({
      ...common,
      subject: subject(`path:${key}`, objects.size === 1 ? first.object : undefined),
      title: `${name} can ${privileges.join(", ")} on ${objects.size === 1 ? only : `${objects.size} objects`} ${setRole ? "after SET ROLE to" : "through"} ${visible(group, 63)}`,
      severity: !usable ? "low" : setRole ? "medium" : "high",
      evidence: evidence({
        path: names,
        holds: first.path.holds,
        privileges,
        objects: [...objects].slice(0, SHOWN_OBJECTS),
        objectCount: objects.size,
        usable,
      }),
      fix: revokeMembershipSql(engine, group, self),
    });
  }
  return found;
};

/** Of a role whose name only sounds like reading nobody has said that it must not write. */
const atMostMedium = (found: Judgement<ExcessEvidence>): Judgement<ExcessEvidence> => ({
  ...found,
  severity: found.severity === "low" ? "low" : "medium",
});

const hidingFacets = {
  functions: ["owner:function:"],
  types: ["owner:type:"],
  database: ["owner:database:", "grant:database:", "public:database:"],
} as const;

export const privilegeExceedsArchetype = /* @__PURE__ */ defineDetector({
  id: "privilege-exceeds-archetype",
  category: "over-privileged",
  title: "Role that can do more than it is for",
  severity: "high",
  life: "state",
  docs: {
    why: "Whoever hands out a role called read-only trusts that it cannot change anything; a leaked reader's credential must not be able to delete, nor a service's to change tables.",
    fix: "REVOKE the privilege, or the membership that it comes through; give what the role owns to another. If the role may write, give it a name that says so or declare its archetype.",
    falsePositives:
      "A reporting role that fills its own tables: declare it as read-write, or exempt the one grant. Privileges in a schema that the role cannot use are low.",
    blindSpots:
      "Of the archetypes, read-only, analytics and backup must not write, own or create, and a service must not own or create. Nothing is expected of the others. Roles whose name says nothing, and that nobody declared. A role whose name only suggests reading (reporting, backup, audit) is medium at most. Functions with SECURITY DEFINER, rules and INSTEAD OF triggers can write for their caller, see `dsql-audit escalations`. Of several paths to one privilege, the shortest is named.",
  },
  evidence: {
    readOnlyBecause: { label: "Read-only, because", whenEmpty: "" },
    declaredAs: { label: "Declared as", whenEmpty: "" },
    privilege: "Privilege",
    privileges: "Privileges",
    object: "Object",
    path: "Path",
    holds: { label: "How", hidden: true },
    objects: "Objects",
    objectCount: "Objects in all",
    usable: { label: "Usable now", whenEmpty: "no" },
    since: { label: "Since", hidden: true },
  },
  options: z.object({}),
  needs: ["roles", "memberships", "schemas", "relations", "columns"],
  // Aurora DSQL may refuse these: what was found on them before is neither confirmed nor gone.
  unjudgedFacets: (view) =>
    (["functions", "types", "database"] as const).flatMap((section) =>
      view.missing(section) === undefined ? [] : hidingFacets[section],
    ),
  detect: (view): readonly Judgement<ExcessEvidence>[] => {
    const engine = view.privileges.engine();
    if (!engine) return [];
    // The catalog is the same for all moments that share it, and so is the answer.
    return view.once(engine, () =>
      engine.graph.roles.flatMap((role, id) => {
        const purpose = role.name.startsWith("pg_") ? undefined : view.privileges.archetypeOf(role.name);
        const judged = purpose && purposeOf(purpose);
        if (!judged) return [];
        const found = judgeRole(view, engine, id, role, judged);
        return purpose.sure ? found : found.map(atMostMedium);
      }),
    );
  },
});

export const cases = (): Case[] => {
  const role = (oid: number, name: string, superuser = false): Role => ({
    oid, name, superuser, inherit: true, createRole: false, createDb: false, canLogin: true, replication: false,
    bypassRls: false, connectionLimit: -1, validUntil: null,
  }); // biome-ignore format: one glance
  const owner = role(100, "owner");
  const reader = role(101, "api_readonly");
  const writer = role(102, "app_writer");
  const acl = (grantee: number, privileges: string) => ({
    entries: [{ grantee, grantor: 100, privileges, grantable: "" }],
    unknown: [],
  });
  const schema = { oid: 2200, name: "public", owner: 100, acl: acl(0, "U") };
  const orders = (grantee: number, privileges: string, ownerOid = 100) => ({
    oid: 300, schema: 2200, name: "orders", kind: "r" as const, owner: ownerOid, acl: acl(grantee, privileges),
  }); // biome-ignore format: one glance
  const member = { role: 102, member: 101, grantor: 100, admin: false, inherit: true, set: true };
  const facts = (catalog: Example["catalog"], declared: Example["declared"] = {}) =>
    exampleFacts({ catalog: { roles: [owner, reader, writer], schemas: [schema], ...catalog }, declared });
  return [
    {
      name: "fires for a reader that may DELETE",
      facts: facts({ relations: [orders(101, "rd")] }),
      expect: ["api_readonly"],
    },
    {
      name: "fires for each privilege apart",
      facts: facts({ relations: [orders(101, "awdD")] }),
      expect: ["api_readonly", "api_readonly", "api_readonly", "api_readonly"],
    },
    {
      name: "fires once for a membership that brings them all",
      facts: facts({ relations: [orders(102, "arwd")], memberships: [member] }),
      expect: ["api_readonly"],
    },
    {
      name: "fires for what everybody may do",
      facts: facts({ relations: [orders(0, "a")] }),
      expect: ["api_readonly"],
    },
    {
      name: "fires for a reader that owns a table",
      facts: facts({ relations: [orders(102, "r", 101)] }),
      expect: ["api_readonly"],
    },
    {
      name: "fires for a role that is declared to be a reader",
      facts: facts({ relations: [orders(102, "a")] }, { app_writer: "read-only" }),
      expect: ["app_writer"],
    },
    {
      name: "fires for a backup that can write, and for analytics that own",
      facts: facts(
        { relations: [orders(102, "a"), { ...orders(102, "r", 101), oid: 301, name: "items" }] },
        { app_writer: "backup", api_readonly: "analytics" },
      ),
      expect: ["api_readonly", "app_writer"],
    },
    {
      name: "fires for a service that owns a table or may create some, not for its writing",
      facts: facts(
        {
          relations: [orders(102, "arwd"), { ...orders(102, "r", 102), oid: 301, name: "items" }],
          schemas: [{ ...schema, acl: acl(102, "UC") }],
        },
        { app_writer: "service" },
      ),
      expect: ["app_writer", "app_writer"],
    },
    {
      name: "is quiet for a developer that writes, and for a role that is declared as custom",
      facts: facts(
        { relations: [orders(102, "a"), { ...orders(101, "a"), oid: 301, name: "items" }] },
        { app_writer: "developer", api_readonly: "custom" },
      ),
      expect: [],
    },
    {
      name: "is quiet for a reader that reads, and a writer that writes",
      facts: facts({ relations: [orders(101, "r"), { ...orders(102, "arwd"), oid: 301, name: "items" }] }),
      expect: [],
    },
    {
      name: "is quiet for a name with a reader's word that is declared to write",
      facts: facts({ relations: [orders(101, "a")] }, { api_readonly: "read-write" }),
      expect: [],
    },
    {
      name: "is quiet while the roles could not be read",
      facts: facts({ relations: [orders(101, "d")], roles: "permission denied" }),
      expect: [],
    },
    {
      name: "clears when the privilege is revoked",
      facts: facts({ relations: [orders(101, "r")] }),
      expect: [],
    },
  ];
};
