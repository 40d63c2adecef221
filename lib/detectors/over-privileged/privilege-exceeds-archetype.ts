// A role that may do more than it is there for: a reader that can write, a service that owns or creates objects.
import * as z from "../../core/base/zod.ts";
import { defineDetector, type Judgement } from "../../core/findings/detector.ts";
import { databaseRole, membership } from "../../core/findings/example-catalog.ts";
import { type Case, type Example, exampleFacts } from "../../core/findings/example-facts.ts";
import { type ExcessEvidence, purposeOf } from "./exceeds/evidence.ts";
import { judgeRole } from "./exceeds/judge-role.ts";

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
  short: "Can do more than it is for",
  severity: "high",
  life: "state",
  docs: {
    why: "Whoever hands out a role called read-only trusts that it cannot change anything; a leaked reader's credential must not be able to delete, nor a service's to change tables.",
    fix: "REVOKE the privilege, or the membership that it comes through; give what the role owns to another. If the role may write, give it a name that says so or declare its archetype.",
    falsePositives:
      "A reporting role that fills its own tables: declare it as read-write, or exempt the one grant. Where only the name suggests reading (reporting, backup, audit) the finding is medium at most, and low where the role cannot use the schema.",
    blindSpots:
      "Whether the role may write by way of a function with SECURITY DEFINER, a rule or an INSTEAD OF trigger: see `dsql-audit escalations`. Of several paths to one privilege, only the shortest is named. A role that nobody declared and whose name says nothing is not looked at. Of the archetypes, read-only, analytics and backup must not write, own or create, and a service must not own or create.",
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
  const owner = databaseRole(100, "owner");
  const reader = databaseRole(101, "api_readonly");
  const writer = databaseRole(102, "app_writer");
  const acl = (grantee: number, privileges: string) => ({
    entries: [{ grantee, grantor: 100, privileges, grantable: "" }],
    unknown: [],
  });
  const schema = { oid: 2200, name: "public", owner: 100, acl: acl(0, "U") };
  const orders = (grantee: number, privileges: string, ownerOid = 100) => ({
    oid: 300, schema: 2200, name: "orders", kind: "r" as const, owner: ownerOid, acl: acl(grantee, privileges),
  }); // biome-ignore format: one glance
  const member = membership(102, 101, { grantor: 100 });
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
