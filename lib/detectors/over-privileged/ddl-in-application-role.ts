// A role that programs connect as and that can create, own or alter objects: whoever takes over the program can, too.
import * as z from "../../core/base/zod.ts";
import { declaredAs, isBuiltIn, isToldAsReader } from "../../core/findings/catalog-judgement.ts";
import { defineDetector, type Judgement } from "../../core/findings/detector.ts";
import { databaseRole, membership } from "../../core/findings/example-catalog.ts";
import { type Case, type Example, exampleArn, exampleFacts } from "../../core/findings/example-facts.ts";
import { usedByPrograms } from "../../core/findings/role-principals.ts";
import { keepsObjects } from "../../core/privileges/archetype.ts";
import { type DdlEvidence, judgeRole, ownersIn } from "./ddl/judge-role.ts";

const hidingFacets = { functions: ["owner:"], types: ["owner:"], database: ["create:database:"] } as const;

export const ddlInApplicationRole = /* @__PURE__ */ defineDetector({
  id: "ddl-in-application-role",
  category: "over-privileged",
  title: "Application role that can create, own or alter objects",
  short: "Can create or own objects",
  severity: "medium",
  life: "state",
  docs: {
    why: "A program that reads and writes rows does not need to create or alter tables. Whoever takes it over could drop them, change what others rely on, and plant functions that run with their caller's rights.",
    fix: "Let another role own the objects and run migrations as that role: ALTER … OWNER TO. REVOKE CREATE on the schema, or the membership that gives it.",
    falsePositives:
      "A program that runs its own migrations: give migrations a role of their own, whose name says migration or owner, or declare this one as migration, owner or admin.",
    blindSpots:
      "Read-only roles are covered by privilege-exceeds-archetype, members of admin by admin-membership. A role counts as an application's when a principal that no person uses is mapped to it or, where no mapping is known, when it can log in. TEMPORARY is left out.",
  },
  evidence: {
    can: { label: "Can", hidden: true },
    object: "Object",
    objects: "Objects",
    objectCount: "Objects in all",
    path: "Path",
    since: { label: "Since", hidden: true },
  },
  options: z.object({}),
  needs: ["roles", "memberships", "schemas", "relations", "mappings"],
  unjudgedFacets: (view) =>
    (["functions", "types", "database"] as const).flatMap((section) =>
      view.missing(section) === undefined ? [] : hidingFacets[section],
    ),
  detect: (view): readonly Judgement<DdlEvidence>[] => {
    const engine = view.privileges.engine();
    if (!engine) return [];
    // Who connects changes with time; what each role can does not, as long as the catalog is the same.
    const ofRoles = view.once(engine, () => {
      const owners = ownersIn(engine);
      return engine.graph.roles.flatMap((role, id) => {
        const purpose = declaredAs(view, role.name);
        const keeps = keepsObjects(role.name, view.privileges.archetypeOf(role.name));
        // A declared service is told by privilege-exceeds-archetype, as a reader is.
        if (isBuiltIn(engine, role) || keeps || purpose === "service" || isToldAsReader(view, role.name))
          return [];
        const found = judgeRole(view, engine, owners, id, role);
        return found.length ? [{ role, found }] : [];
      });
    });
    if (!ofRoles.length) return [];
    const isUsed = usedByPrograms(view);
    return ofRoles.flatMap(({ role, found }) => (isUsed(role) ? found : []));
  },
});

export const cases = (): Case[] => {
  const roles = [
    databaseRole(100, "keeper"),
    databaseRole(20_000, "orders_app"),
    databaseRole(20_001, "mia"),
  ];
  const entry = (grantee: number, privileges: string) => ({
    grantee,
    grantor: 100,
    privileges,
    grantable: "",
  });
  const schema = (...entries: ReturnType<typeof entry>[]) => ({
    oid: 400, name: "app", owner: 100, acl: { entries: [entry(100, "UC"), ...entries], unknown: [] },
  }); // biome-ignore format: one glance
  const table = (oid: number, owner: number) => ({
    oid, schema: 400, name: `t${oid}`, kind: "r" as const, owner, acl: null,
  }); // biome-ignore format: one glance
  const mappings = [
    { to: "OrdersService", role: "orders_app" },
    { to: "x", role: "mia", arn: exampleArn("aws-reserved/sso.amazonaws.com/AWSReservedSSO_Dev_1a2b") },
  ];
  const member = (group: number, more = {}) => membership(group, 20_000, { grantor: 100, ...more });
  const facts = (catalog: Example["catalog"], declared: Example["declared"] = {}) =>
    exampleFacts({ mappings, catalog: { roles, schemas: [schema()], ...catalog }, declared });
  return [
    {
      name: "fires for CREATE on a schema",
      facts: facts({ schemas: [schema(entry(20_000, "UC"))] }),
      expect: ["orders_app"],
    },
    {
      name: "fires once for all tables that it owns in a schema",
      facts: facts({ relations: [table(1, 20_000), table(2, 20_000)] }),
      expect: ["orders_app"],
    },
    {
      name: "fires for a member of the owner's role, also where it has to SET ROLE",
      facts: facts({ relations: [table(1, 100)], memberships: [member(100, { inherit: false })] }),
      expect: ["orders_app"],
    },
    {
      name: "is quiet for USAGE, reading and writing",
      facts: facts({
        schemas: [schema(entry(20_000, "U"))],
        relations: [{ ...table(1, 100), acl: { entries: [entry(20_000, "arwd")], unknown: [] } }],
      }),
      expect: [],
    },
    {
      name: "is quiet for a person's role and for one that nobody is mapped to",
      facts: facts({ schemas: [schema(entry(20_001, "UC"))], relations: [table(1, 100)] }),
      expect: [],
    },
    {
      name: "is quiet for a membership that has none of the three options",
      facts: facts({
        relations: [table(1, 100)],
        memberships: [member(100, { inherit: false, set: false })],
      }),
      expect: [],
    },
    {
      name: "is quiet for a role whose name says that it runs migrations",
      facts: facts({
        roles: [databaseRole(100, "keeper"), databaseRole(20_000, "migration_user")],
        schemas: [schema(entry(20_000, "UC"))],
      }),
      expect: [],
    },
    {
      name: "is quiet for a role that is declared to run migrations",
      facts: facts({ schemas: [schema(entry(20_000, "UC"))] }, { orders_app: "migration" }),
      expect: [],
    },
    {
      name: "is quiet while the tables could not be read",
      facts: facts({ schemas: [schema(entry(20_000, "UC"))], relations: "permission denied" }),
      expect: [],
    },
    {
      name: "clears when CREATE is revoked and the tables have another owner",
      facts: facts({ relations: [table(1, 100)] }),
      expect: [],
    },
  ];
};
