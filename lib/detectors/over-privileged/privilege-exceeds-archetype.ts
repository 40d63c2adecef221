// A role that is there to read, by its name or by declaration, and can write or owns things.
import * as z from "zod";
import { iso } from "../../core/base/time.ts";
import { visible } from "../../core/base/visible-text.ts";
import type { Role } from "../../core/catalog/catalog.ts";
import { type DetectorView, defineDetector, type Judgement } from "../../core/findings/detector.ts";
import { type Case, type Example, exampleFacts } from "../../core/findings/example-facts.ts";
import type { AccessEngine } from "../../core/privileges/effective.ts";
import type { AccessObject } from "../../core/privileges/effective-objects.ts";
import { writeAccess, writePrivileges } from "../../core/privileges/write-access.ts";
import { alterOwnerSql } from "../../core/remediation/give-away.ts";
import { noSuperuserSql } from "../../core/remediation/no-superuser.ts";
import { revokeMembershipSql } from "../../core/remediation/revoke-membership.ts";
import { revokePrivilegeSql } from "../../core/remediation/revoke-privilege.ts";

const SHOWN_OBJECTS = 20;

type ShownObject = { readonly kind: string; readonly name: string; readonly oid: number };
type ExcessEvidence = {
  readonly readOnlyBecause: string;
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

/** All that one read-only role has too much. */
const judgeRole = (
  view: DetectorView,
  engine: AccessEngine,
  id: number,
  self: Role,
  because: string,
): Judgement<ExcessEvidence>[] => {
  const takenAt = view.privileges.snapshot?.takenAt ?? view.now;
  const before = view.privileges.snapshot?.judgedBefore ?? null;
  const common = { firstSeenAt: takenAt, lastSeenAt: takenAt };
  const evidence = (more: Omit<ExcessEvidence, "readOnlyBecause" | "since">): ExcessEvidence => ({
    readOnlyBecause: because,
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
  const found: Judgement<ExcessEvidence>[] = [];
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
        (role) => view.privileges.archetypeOf(role)?.archetype !== "read-only",
      ),
    });
  }
  for (const right of direct) {
    const { object, privilege, path, usable } = right;
    const verb = { INSERT: "INSERT into", UPDATE: "UPDATE", DELETE: "DELETE from", CREATE: "CREATE in" };
    const doing = privilege in verb ? verb[privilege as keyof typeof verb] : privilege;
    found.push({
      ...common,
      subject: subject(`${path.everybody ? "public" : "grant"}:${idOf(object)}:${privilege}`, object),
      title: `${name} can ${doing} ${shownName(object)}${path.everybody ? ", as everybody can (PUBLIC)" : ""}`,
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
  for (const [key, rights] of inherited) {
    const [first] = rights;
    if (!first) continue;
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

const hidingFacets = {
  functions: ["owner:function:"],
  types: ["owner:type:"],
  database: ["owner:database:", "grant:database:", "public:database:"],
} as const;

export const privilegeExceedsArchetype = /* @__PURE__ */ defineDetector({
  id: "privilege-exceeds-archetype",
  category: "over-privileged",
  title: "Read-only role that can write",
  severity: "high",
  life: "state",
  docs: {
    why: "Whoever hands out a role called read-only trusts that it cannot change anything; a leaked reader's credential must not be able to delete.",
    fix: "REVOKE the privilege, or the membership that it comes through; give what the role owns to another. If the role may write, give it a name that says so or declare its archetype.",
    falsePositives:
      "A reporting role that fills its own tables: declare it as read-write, or exempt the one grant. Privileges in a schema that the role cannot use are low.",
    blindSpots:
      "Roles whose name says nothing and that nobody declared. Functions with SECURITY DEFINER can write for their caller. Of several ways to one privilege the shortest is told.",
  },
  evidence: {
    readOnlyBecause: "Read-only, because",
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
        return purpose?.archetype === "read-only" ? judgeRole(view, engine, id, role, purpose.because) : [];
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
