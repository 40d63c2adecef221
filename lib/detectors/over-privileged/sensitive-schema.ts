// A role that reaches a schema which the baseline calls sensitive, and that the baseline does not name for it.
import { visible } from "../../core/base/visible-text.ts";
import * as z from "../../core/base/zod.ts";
import type { Baseline, Component } from "../../core/baseline/baseline.ts";
import { isOver } from "../../core/baseline/declared-access.ts";
import {
  isBuiltIn,
  rawName,
  type Since,
  seenInSnapshot,
  shownRole,
  someOf,
} from "../../core/findings/catalog-judgement.ts";
import { type DetectorView, defineDetector, type Judgement } from "../../core/findings/detector.ts";
import { databaseRole } from "../../core/findings/example-catalog.ts";
import { type Case, exampleFacts } from "../../core/findings/example-facts.ts";
import type { AccessEngine } from "../../core/privileges/effective.ts";
import type { PrivilegeRow } from "../../core/privileges/effective-rows.ts";

const SHOWN = 20;
/** Functions and types show no data by themselves, and PUBLIC may use nearly all of them. */
const HOLD_DATA: ReadonlySet<string> = new Set(["table", "view", "column", "sequence"]);

type SensitiveEvidence = {
  readonly schema: string;
  readonly privileges: readonly string[];
  readonly objects: readonly string[];
  readonly objectCount: number;
  readonly path: readonly string[];
  readonly since: Since;
};

const names = ({ permissions = [] }: Pick<Component, "permissions">, schema: string, at: number): boolean =>
  permissions.some((one) => one.schema === schema && !isOver({ until: one.until ?? null }, at));

/** Roles that the baseline names for the schema, and those that it lets be members of such a one. */
const namedRoles = ({ components }: Baseline, schema: string, at: number): ReadonlySet<string> => {
  const named = new Set(components.filter((one) => names(one, schema, at)).map(({ role }) => role));
  let size = -1;
  while (size !== named.size) {
    size = named.size;
    for (const { role, memberOf = [] } of components) {
      const joins = memberOf.some((one) => named.has(one.role) && !isOver({ until: one.until ?? null }, at));
      if (joins) named.add(role);
    }
  }
  return named;
};

type Reach = Omit<SensitiveEvidence, "schema" | "since">;

const reachOf = (rows: readonly PrivilegeRow[]): Reach => {
  const objects = [
    ...new Set(rows.map(({ schema, object, column }) => rawName({ schema, name: object, column }))),
  ];
  return {
    privileges: [...new Set(rows.map(({ privilege }) => privilege))],
    objects: objects.slice(0, SHOWN),
    objectCount: objects.length,
    path: rows[0]?.path ?? [],
  };
};

const judge = (
  view: DetectorView,
  schema: string,
  rows: readonly PrivilegeRow[],
  role: { readonly name: string; readonly oid?: number },
): Judgement<SensitiveEvidence> => {
  const { since, times } = seenInSnapshot(view);
  const reach = reachOf(rows);
  const where =
    reach.objectCount === 1 ? visible(reach.objects[0] ?? "", 130) : `${reach.objectCount} objects`;
  return {
    subject: {
      role: role.name,
      ...(role.oid !== undefined && { roleOid: role.oid }),
      facet: `${role.oid === undefined ? "PUBLIC:" : ""}${JSON.stringify([schema])}`,
    },
    title: `${shownRole(role.name)} reaches the sensitive schema ${shownRole(schema)}: ${someOf(reach.privileges, 4)} on ${where}`,
    evidence: { schema, ...reach, since },
    ...times,
    fix: "Take the access away where the path begins, or name the schema for the role in access.yml, have it reviewed and publish it.",
    grants: reach.privileges,
  };
};

/** By way of PUBLIC it is everybody's, and told once. */
const isByPublic = ({ path }: PrivilegeRow): boolean => path.length > 1 && path.at(-1) === "PUBLIC";

const judgeSchema = (
  view: DetectorView,
  engine: AccessEngine,
  baseline: Baseline,
  schema: string,
): Judgement<SensitiveEvidence>[] => {
  const objects = engine.objects.filter((one) => one.schema === schema);
  const named = namedRoles(baseline, schema, view.now);
  // What the schema does not let anybody use is no reach.
  const rows = [...engine.rows({ objects })].filter(
    ({ usable, kind }) => usable !== false && HOLD_DATA.has(kind),
  );
  const everybody = rows.filter(isByPublic);
  const found = [
    ...Map.groupBy(
      rows.filter((row) => !isByPublic(row)),
      ({ role }) => role,
    ),
  ].flatMap(([name, own]) => {
    const role = engine.graph.roles[engine.graph.idOfName.get(name) ?? -1];
    return role && !isBuiltIn(engine, role) && !named.has(name) ? [judge(view, schema, own, role)] : [];
  });
  const publicIsNamed = names({ permissions: baseline.public?.permissions }, schema, view.now);
  return everybody.length && !publicIsNamed
    ? [...found, judge(view, schema, everybody, { name: "PUBLIC" })]
    : found;
};

export const sensitiveSchema = /* @__PURE__ */ defineDetector({
  id: "sensitive-schema",
  category: "over-privileged",
  title: "Undeclared access to a sensitive schema",
  short: "Undeclared sensitive access",
  severity: "high",
  life: "state",
  docs: {
    why: "The schema holds what must not get out. Every role that reaches it, by whatever path, is one more way out, and this one nobody reviewed.",
    fix: "Follow the path in the evidence to the grant or the membership that opens it, and take that away. If the access is wanted, name the schema for the role in access.yml.",
    falsePositives:
      "A new component whose access is wanted: declare it and publish the baseline. A role that may join a declared one counts as declared.",
    blindSpots:
      "Only schemas that the published baseline lists under sensitiveSchemas. Superusers, admin and the server's own roles are left out. Functions of the schema are not looked at. Data copied into another schema, and views there that show it, are not followed.",
  },
  evidence: {
    schema: "Schema",
    privileges: "Privileges",
    objects: { label: "On", lines: true },
    objectCount: { label: "Objects", hidden: true },
    path: "Path",
    since: { label: "Since", hidden: true },
  },
  options: z.object({}),
  needs: ["roles", "memberships", "schemas", "relations", "columns"],
  detect: (view): readonly Judgement<SensitiveEvidence>[] => {
    const engine = view.privileges.engine();
    const { declared } = view.baseline;
    if (!engine || !declared) return [];
    return (declared.sensitiveSchemas ?? []).flatMap((schema) => judgeSchema(view, engine, declared, schema));
  },
});

export const cases = (): Case[] => {
  const roles = ["admin", "billing", "reporting"].map((name, i) =>
    databaseRole(i === 0 ? 10 : 20_000 + i - 1, name),
  );
  const entry = (grantee: number, privileges: string) => ({
    grantee,
    grantor: 10,
    privileges,
    grantable: "",
  });
  const catalog = (usage: number[], reads: number[]) => ({
    roles,
    schemas: [{ oid: 2200, name: "customers", owner: 10, acl: { entries: usage.map((oid) => entry(oid, "U")), unknown: [] } }],
    relations: [
      {
        oid: 300, schema: 2200, name: "cards", kind: "r" as const, owner: 10,
        acl: { entries: reads.map((oid) => entry(oid, "r")), unknown: [] },
      },
    ],
  }); // biome-ignore format: one glance
  const baseline: Baseline = {
    version: 1,
    components: [
      { name: "billing", role: "billing", permissions: [{ schema: "customers", privileges: ["USAGE"] }] },
    ],
    sensitiveSchemas: ["customers"],
  };
  const [billing, reporting] = [20_000, 20_001];
  return [
    {
      name: "fires for a role that the baseline does not name",
      facts: exampleFacts({ catalog: catalog([billing, reporting], [billing, reporting]), baseline }),
      expect: ["reporting"],
    },
    {
      name: "fires once for PUBLIC",
      facts: exampleFacts({ catalog: catalog([0], [0]), baseline }),
      expect: ["PUBLIC"],
    },
    {
      name: "is quiet for a role that is named",
      facts: exampleFacts({ catalog: catalog([billing], [billing]), baseline }),
      expect: [],
    },
    {
      name: "is quiet where the schema lets nobody use the grant",
      facts: exampleFacts({ catalog: catalog([], [reporting]), baseline }),
      expect: [],
    },
    {
      name: "is quiet while the tables could not be read",
      facts: exampleFacts({
        catalog: { ...catalog([reporting], []), relations: "permission denied" },
        baseline,
      }),
      expect: [],
    },
    {
      name: "is quiet while no schema is declared sensitive",
      facts: exampleFacts({
        catalog: catalog([reporting], [reporting]),
        baseline: { version: 1, components: [] },
      }),
      expect: [],
    },
    {
      name: "clears when the grant is revoked",
      facts: exampleFacts({ catalog: catalog([reporting], []), baseline }),
      expect: [],
    },
  ];
};
