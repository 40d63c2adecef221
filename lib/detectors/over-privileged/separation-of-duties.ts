// A role or a principal that holds two duties which the baseline keeps apart.
import { principalName, visible } from "../../core/base/visible-text.ts";
import * as z from "../../core/base/zod.ts";
import type { Baseline, Component } from "../../core/baseline/baseline.ts";
import { type DutyPath, holdersOfDuty } from "../../core/baseline/duties.ts";
import {
  isBuiltIn,
  rawName,
  type Since,
  seenInSnapshot,
  shownRole,
} from "../../core/findings/catalog-judgement.ts";
import { type DetectorView, defineDetector, type Judgement } from "../../core/findings/detector.ts";
import { databaseRole, membership } from "../../core/findings/example-catalog.ts";
import { type Case, exampleFacts } from "../../core/findings/example-facts.ts";
import type { AccessEngine } from "../../core/privileges/effective.ts";
import type { RoleId } from "../../core/privileges/effective-graph.ts";

type DutyEvidence = {
  readonly duties: readonly string[];
  readonly ways: readonly string[];
  readonly reason: string | null;
  readonly since: Since;
};

type Pair = {
  readonly names: readonly [string, string];
  readonly reason: string | null;
  readonly holders: readonly [ReadonlyMap<RoleId, DutyPath>, ReadonlyMap<RoleId, DutyPath>];
};

const pairsOf = (engine: AccessEngine, { duties = [], keepApart = [] }: Baseline): Pair[] =>
  keepApart.flatMap(({ duties: names, reason = null }) => {
    const [a, b] = names.map((name) => duties.find((duty) => duty.name === name));
    return a && b
      ? [{ names, reason, holders: [holdersOfDuty(engine, a), holdersOfDuty(engine, b)] as const }]
      : [];
  });

const wayText = (duty: string, { path, privilege, object }: DutyPath): string => {
  const by = path.map((name) => visible(name, 63)).join(" → ");
  const what =
    privilege === null || object === null ? "" : `: ${privilege} on ${visible(rawName(object), 130)}`;
  return `${visible(duty, 80)}, by ${by}${what}`;
};

const judgePair = (
  view: DetectorView,
  { names, reason }: Pair,
  ways: readonly [DutyPath, DutyPath],
  subject: Judgement["subject"],
  who: string,
): Judgement<DutyEvidence> => {
  const { since, times } = seenInSnapshot(view);
  const [a, b] = names.map((name) => visible(name, 80));
  return {
    subject,
    title: `${who} holds two duties that are kept apart: ${a} and ${b}`,
    evidence: {
      duties: names,
      ways: [wayText(names[0], ways[0]), wayText(names[1], ways[1])],
      reason,
      since,
    },
    ...times,
    fix: `Take one of the two away: ${a} or ${b}. The ways to both stand in the evidence.`,
  };
};

const facetOf = (kind: "role" | "principal", names: readonly string[]): string =>
  `${kind}:${JSON.stringify(names)}`;

const judge = (view: DetectorView, engine: AccessEngine, pair: Pair): Judgement<DutyEvidence>[] => {
  const [first, second] = pair.holders;
  const both = (ids: readonly RoleId[]): readonly [DutyPath, DutyPath] | undefined => {
    const one = ids.map((id) => first.get(id)).find((way) => way !== undefined);
    const other = ids.map((id) => second.get(id)).find((way) => way !== undefined);
    return one && other && [one, other];
  };
  const roles = engine.graph.roles.flatMap((role, id) => {
    const ways = both([id]);
    if (!ways || isBuiltIn(engine, role)) return [];
    const subject = { role: role.name, roleOid: role.oid, facet: facetOf("role", pair.names) };
    return [judgePair(view, pair, ways, subject, shownRole(role.name))];
  });
  const byPrincipal = Map.groupBy(view.mappings.standing, ({ principal }) => principal);
  const principals = [...byPrincipal].flatMap(([principal, mappings]) => {
    const ids = mappings.flatMap(({ roleOid }) => engine.graph.idOf.get(roleOid) ?? []);
    const ways = both(ids);
    // Through one role alone it is that role's finding.
    if (!ways || ids.some((id) => both([id]))) return [];
    return [
      judgePair(
        view,
        pair,
        ways,
        { principal, facet: facetOf("principal", pair.names) },
        principalName(principal),
      ),
    ];
  });
  return [...roles, ...principals];
};

export const separationOfDuties = /* @__PURE__ */ defineDetector({
  id: "separation-of-duties",
  category: "over-privileged",
  title: "Duties that are kept apart in one hand",
  short: "Duties in one hand",
  severity: "high",
  life: "state",
  docs: {
    why: "Who can do both can do alone what should take two: change the tables and read the customers in them, and nobody else would see it.",
    fix: "Take one of the two away from the role, or give the principal one of the roles only. The evidence names the way to each.",
    falsePositives:
      "A role for emergencies that holds all on purpose: exempt the finding. A duty declared too wide: name fewer schemas or privileges in access.yml.",
    blindSpots:
      "Only pairs that the published baseline declares under keepApart. Superusers, admin and the server's own roles are left out: they hold every duty. A person with two IAM roles is two principals.",
  },
  evidence: {
    duties: { label: "Duties", hidden: true },
    ways: { label: "How", lines: true },
    reason: { label: "Kept apart because", whenEmpty: "" },
    since: { label: "Since", hidden: true },
  },
  options: z.object({}),
  needs: ["roles", "memberships", "schemas", "relations", "columns"],
  unjudgedFacets: (view) => (view.missing("mappings") === undefined ? [] : ["principal:"]),
  detect: (view): readonly Judgement<DutyEvidence>[] => {
    const engine = view.privileges.engine();
    const { declared } = view.baseline;
    if (!engine || !declared?.keepApart?.length) return [];
    const pairs = view.once(engine, () => pairsOf(engine, declared));
    return pairs.flatMap((pair) => judge(view, engine, pair));
  },
});

export const cases = (): Case[] => {
  const roles = ["admin", "migrator", "reader", "both"].map((name, i) =>
    databaseRole(i === 0 ? 10 : 20_000 + i - 1, name),
  );
  const member = (role: number, set = true) => membership(role, 20_002, { inherit: set, set });
  const catalog = (...memberships: ReturnType<typeof member>[]) => ({
    roles,
    memberships,
    schemas: [{ oid: 2200, name: "shop", owner: 10, acl: { entries: [{ grantee: 20_001, grantor: 10, privileges: "U", grantable: "" }], unknown: [] } }],
    relations: [
      {
        oid: 300, schema: 2200, name: "customers", kind: "r" as const, owner: 10,
        acl: { entries: [{ grantee: 20_001, grantor: 10, privileges: "r", grantable: "" }], unknown: [] },
      },
    ],
  }); // biome-ignore format: one glance
  const components: Component[] = [];
  const baseline: Baseline = {
    version: 1,
    components,
    duties: [
      { name: "migrate", roles: ["migrator"] },
      { name: "read customers", schemas: ["shop"], privileges: ["SELECT"] },
    ],
    keepApart: [{ duties: ["migrate", "read customers"] }],
  };
  return [
    {
      name: "fires for a role that holds both by membership",
      facts: exampleFacts({ catalog: catalog(member(20_000), member(20_001)), baseline }),
      expect: ["both"],
    },
    {
      name: "fires for a principal that holds each by another role",
      facts: exampleFacts({
        catalog: catalog(),
        mappings: [
          { to: "Deploy", role: "migrator" },
          { to: "Deploy", role: "reader" },
        ],
        baseline,
      }),
      expect: ["Deploy"],
    },
    {
      name: "is quiet for a membership that gives nothing",
      facts: exampleFacts({ catalog: catalog(member(20_000), member(20_001, false)), baseline }),
      expect: [],
    },
    {
      name: "is quiet while the memberships could not be read",
      facts: exampleFacts({ catalog: { ...catalog(), memberships: "permission denied" }, baseline }),
      expect: [],
    },
    {
      name: "is quiet while there is no baseline",
      facts: exampleFacts({ catalog: catalog(member(20_000), member(20_001)) }),
      expect: [],
    },
    {
      name: "clears when one of the two is taken away",
      facts: exampleFacts({ catalog: catalog(member(20_000)), baseline }),
      expect: [],
    },
  ];
};
