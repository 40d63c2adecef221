// What everybody may do with users' own objects: every role there is and every one that will be.
import * as z from "../../core/base/zod.ts";
import { privilegeBit, privilegeNames } from "../../core/catalog/privileges.ts";
import {
  rawName,
  roleName,
  type Since,
  seenInSnapshot,
  shownName,
  shownRole,
} from "../../core/findings/catalog-judgement.ts";
import { type DetectorView, defineDetector, type Judgement } from "../../core/findings/detector.ts";
import { databaseRole } from "../../core/findings/example-catalog.ts";
import { type Case, type Example, exampleFacts } from "../../core/findings/example-facts.ts";
import type { AccessEngine } from "../../core/privileges/effective.ts";
import { type AccessObject, isSystemSchema } from "../../core/privileges/effective-objects.ts";
import { revokePrivilegeSql } from "../../core/remediation/revoke-privilege.ts";

type PublicEvidence = {
  readonly object: { readonly kind: string; readonly name: string; readonly oid: number };
  readonly privileges: readonly string[];
  readonly runsAs?: string;
  readonly schemaOpen: boolean | null;
  readonly since: Since;
};

const bits = (...names: string[]): number => names.reduce((mask, name) => mask | privilegeBit(name), 0);
const WRITES = bits("INSERT", "UPDATE", "DELETE", "TRUNCATE", "CREATE", "TRIGGER", "MAINTAIN");
const HELD = WRITES | bits("SELECT", "REFERENCES", "USAGE", "EXECUTE");

/** The schema that was everybody's to create in by default, before PostgreSQL 15. */
const isOpenByDefault = (engine: AccessEngine, { kind, name }: AccessObject): boolean =>
  kind === "schema" &&
  name === "public" &&
  engine.catalog.serverVersion > 0 &&
  engine.catalog.serverVersion < 150_000;

/** What PUBLIC has on it that PostgreSQL does not give by itself, or gives to a function that runs as its owner. */
const publicMask = (engine: AccessEngine, object: AccessObject): number => {
  const { kind, everyone, securityDefiner } = object;
  if (isSystemSchema(kind === "schema" ? object.name : object.schema)) return 0;
  switch (kind) {
    case "table":
    case "view":
    case "column":
    case "sequence":
      return everyone & HELD;
    case "function":
      return securityDefiner ? everyone & HELD : 0;
    case "schema":
      return isOpenByDefault(engine, object) ? 0 : everyone & bits("CREATE");
    case "type":
    case "database":
      return 0;
    default:
      return kind satisfies never;
  }
};

const doing = (object: AccessObject, privileges: readonly string[]): string => {
  const name = shownName(object);
  if (object.kind === "function") return `Everybody can call ${name}`;
  if (object.kind === "schema") return `Everybody can create objects in schema ${name}`;
  return `Everybody has ${privileges.join(", ")} on ${object.kind} ${name}`;
};

const judge = (
  view: DetectorView,
  engine: AccessEngine,
  object: AccessObject,
  mask: number,
): Judgement<PublicEvidence> => {
  const { since, times } = seenInSnapshot(view);
  const privileges = privilegeNames(mask);
  const schema = engine.objects.find(({ kind, oid }) => kind === "schema" && oid === object.schemaOid);
  const schemaOpen = schema ? (schema.everyone & privilegeBit("USAGE")) !== 0 : null;
  const runsAs = object.kind === "function" ? roleName(engine, object.owner) : undefined;
  const runsAsSuperuser =
    runsAs !== undefined && engine.graph.roles[engine.graph.idOf.get(object.owner) ?? -1]?.superuser === true;
  const grave = (mask & WRITES) !== 0 || runsAsSuperuser;
  return {
    subject: { object: rawName(object), facet: `${object.kind}:${object.oid}:${object.columnNumber}` },
    title: `${doing(object, privileges)}${runsAs === undefined ? "" : `, which runs with the rights of ${shownRole(runsAs)}`} (PUBLIC)`,
    // Who may not use the schema cannot reach it: everybody is then everybody with USAGE there.
    severity: grave ? (schemaOpen === false ? "medium" : "high") : schemaOpen === false ? "low" : "medium",
    evidence: {
      object: { kind: object.kind, name: rawName(object), oid: object.oid },
      privileges,
      ...(runsAs !== undefined && { runsAs }),
      schemaOpen,
      since,
    },
    ...times,
    fix: privileges.map((privilege) => revokePrivilegeSql(engine, object, privilege, null)).join("\n"),
    grants: privileges,
  };
};

export const publicAccess = /* @__PURE__ */ defineDetector({
  id: "public-access",
  category: "over-privileged",
  title: "Access for everybody (PUBLIC)",
  short: "Access for PUBLIC",
  severity: "medium",
  life: "state",
  docs: {
    why: "PUBLIC is every role, present and future. No role's own grants show this access, and revoking them changes nothing.",
    fix: "Grant the privilege to the roles that need it, then REVOKE it from PUBLIC. For a function with SECURITY DEFINER, do this for EXECUTE.",
    falsePositives:
      "Lookup tables and views that are made for everybody, and tables of extensions: exempt the finding. What PostgreSQL itself gives to PUBLIC, such as EXECUTE on ordinary functions, is not found.",
    blindSpots:
      "Types, the database (CONNECT, TEMPORARY) and USAGE on schemas are left out. A function with SECURITY DEFINER that only a trigger can call is found all the same.",
  },
  evidence: {
    object: "Object",
    privileges: "Privileges of PUBLIC",
    runsAs: "Runs with the rights of",
    schemaOpen: { label: "PUBLIC may use the schema", whenEmpty: "no" },
    since: { label: "Since", hidden: true },
  },
  options: z.object({}),
  needs: ["roles", "schemas", "relations", "columns"],
  unjudgedFacets: (view) => (view.missing("functions") === undefined ? [] : ["function:"]),
  detect: (view): readonly Judgement<PublicEvidence>[] => {
    const engine = view.privileges.engine();
    if (!engine) return [];
    return view.once(engine, () => {
      const tables = new Map(
        engine.objects.filter(({ kind }) => kind !== "column").map((object) => [object.oid, object.everyone]),
      );
      return engine.objects.flatMap((object) => {
        const mask = publicMask(engine, object);
        // What the whole table gives is told once, at the table.
        const own = object.kind === "column" ? mask & ~(tables.get(object.oid) ?? 0) : mask;
        return own === 0 ? [] : [judge(view, engine, object, own)];
      });
    });
  },
});

export const cases = (): Case[] => {
  const roles = [databaseRole(100, "keeper")];
  const acl = (...items: readonly (readonly [number, string])[]) => ({
    entries: items.map(([grantee, privileges]) => ({ grantee, grantor: 100, privileges, grantable: "" })),
    unknown: [],
  });
  const schema = { oid: 2200, name: "public", owner: 100, acl: acl([0, "U"], [100, "UC"]) };
  const orders = (privileges: string, kind: "r" | "v" | "S" = "r") => ({
    oid: 300, schema: 2200, name: "orders", kind, owner: 100, acl: acl([0, privileges], [100, "arwd"]),
  }); // biome-ignore format: one glance
  const f = (securityDefiner: boolean, given: ReturnType<typeof acl> | null = null) => ({
    oid: 500, schema: 2200, name: "f", identityArguments: "", kind: "f" as const, owner: 100, securityDefiner, acl: given,
  }); // biome-ignore format: one glance
  const facts = (catalog: Example["catalog"]) =>
    exampleFacts({ catalog: { roles, schemas: [schema], ...catalog } });
  return [
    {
      name: "fires once for two privileges of PUBLIC on a table",
      facts: facts({ relations: [orders("ra")] }),
      expect: ["public.orders"],
    },
    { name: "fires for a view", facts: facts({ relations: [orders("r", "v")] }), expect: ["public.orders"] },
    {
      name: "fires for a sequence",
      facts: facts({ relations: [orders("U", "S")] }),
      expect: ["public.orders"],
    },
    {
      name: "fires for a function with SECURITY DEFINER that nobody took from PUBLIC",
      facts: facts({ functions: [f(true)] }),
      expect: ["public.f()"],
    },
    {
      name: "is quiet for what PostgreSQL gives by itself: USAGE on public, EXECUTE on ordinary functions",
      facts: facts({ functions: [f(false)], relations: [orders("")] }),
      expect: [],
    },
    {
      name: "is quiet while the tables could not be read",
      facts: facts({ relations: "permission denied" }),
      expect: [],
    },
    {
      name: "clears when PUBLIC has lost the privilege, on a function too",
      facts: facts({ functions: [f(true, acl([100, "X"]))], relations: [orders("")] }),
      expect: [],
    },
  ];
};
