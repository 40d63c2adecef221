// The live access is another than the baseline declares, is past its end, or was used outside the windows for emergencies.
import type { Principal } from "../../core/base/ids.ts";
import { DAY } from "../../core/base/time.ts";
import { principalName, visible } from "../../core/base/visible-text.ts";
import * as z from "../../core/base/zod.ts";
import { dependents } from "../../core/baseline/access.ts";
import type { Baseline, Component } from "../../core/baseline/baseline.ts";
import { useOutsideWindows } from "../../core/baseline/break-glass.ts";
import { type DriftRow, isDrift } from "../../core/baseline/drift.ts";
import { driftText } from "../../core/baseline/drift-text.ts";
import { rowsOf, type SectionName } from "../../core/catalog/catalog.ts";
import { type Since, seenInSnapshot, shownRole } from "../../core/findings/catalog-judgement.ts";
import { type DetectorView, defineDetector, type Judgement } from "../../core/findings/detector.ts";
import { type Case, daily, daysAgo, exampleFacts } from "../../core/findings/example-facts.ts";
import type { Severity } from "../../core/findings/finding.ts";
import { mendDrift } from "../../core/remediation/mend-drift.ts";
import { remark } from "../../core/remediation/script.ts";

type DriftEvidence = {
  readonly drift: string;
  readonly component: string | null;
  readonly object: string | null;
  readonly privileges: readonly string[];
  readonly options: readonly string[];
  readonly declaredUntil: string | null;
  readonly connections: number | null;
  readonly since: Since;
};

const POWERS = new Set(["OWNER", "SUPERUSER", "CREATEROLE", "BYPASSRLS", "REPLICATION"]);

const severityOf = ({ kind, what, privilege, everybody, options }: DriftRow): Severity => {
  if (kind === "missing") return "low";
  const strong =
    what === "mapping" || everybody || POWERS.has(privilege ?? "") || options.includes("ADMIN OPTION");
  return strong ? "high" : "medium";
};

const verdicts = {
  undeclared: "which the baseline does not declare",
  widened: "more than the baseline declares",
  missing: "which the baseline declares",
} as const;

/** Beginning of the facets of all that one object's list, or a whole section, would show. */
const facetOf = (section: SectionName, object?: string | null): string =>
  object === undefined ? `${section}:` : `${section}:${JSON.stringify([object])}:`;

/** One finding for what one role has too much or too little of one thing. */
const groupOf = (row: DriftRow): string =>
  `${facetOf(row.section, row.object)}${row.kind}:${row.what}:${row.everybody ? "PUBLIC" : ""}:${JSON.stringify([row.isThere, row.until !== null])}`;

/** The statements that end it, where statements can, and the other way out: to declare what is meant. */
const fixOf = (view: DetectorView, rows: readonly DriftRow[], where: string): string => {
  const isMissing = rows[0]?.kind === "missing";
  const engine = view.privileges.engine();
  const mends = [...new Set(rows.map((row) => engine && mendDrift(engine, row)))];
  const declare = isMissing
    ? `take it out of ${where} in access.yml and publish it.`
    : `declare it under ${where} in access.yml and publish it: dsql-audit baseline publish`;
  if (mends.includes(undefined)) return `${isMissing ? "Grant it" : "Take it away"}, or ${declare}`;
  return [...mends, remark(`Or, if it is meant, ${declare}`)].join("\n");
};

const judgeRows = (view: DetectorView, rows: readonly DriftRow[]): Judgement<DriftEvidence>[] => {
  const [row] = rows;
  if (!row || row.kind === "unknown") return [];
  const { since, times } = seenInSnapshot(view);
  const oid =
    view.privileges.catalog &&
    rowsOf(view.privileges.catalog, "roles").find(({ name }) => name === row.role)?.oid;
  const privileges = [...new Set(rows.flatMap(({ privilege }) => privilege ?? []))];
  const text = driftText({ ...row, privilege: privileges.join(", ") || null });
  const title = row.until === null ? `${text}, ${verdicts[row.kind]}` : text;
  const where = row.component === null ? "a component" : `component ${visible(row.component, 63)}`;
  return [
    {
      subject: {
        ...(row.principal !== null && { principal: row.principal as Principal }),
        ...(row.role !== null && {
          role: row.role,
          ...(typeof oid === "number" && !row.everybody && { roleOid: oid }),
        }),
        ...(row.object !== null && { object: row.object }),
        facet: groupOf(row),
      },
      title: visible(title, 240),
      severity: severityOf(row),
      evidence: {
        drift: row.until === null ? row.kind : "outlived",
        component: row.component,
        object: row.object,
        privileges,
        options: row.options,
        declaredUntil: row.until,
        connections: null,
        since,
      },
      ...times,
      fix: fixOf(view, rows, where),
      grants: privileges,
    },
  ];
};

/** All rows on the same thing of the same role and principal. */
const drifts = (view: DetectorView): Judgement<DriftEvidence>[] => {
  const rows = view.baseline.drift().filter(isDrift);
  const groups = Map.groupBy(rows, (row) => JSON.stringify([row.role, row.principal, groupOf(row)]));
  return [...groups.values()].flatMap((same) => judgeRows(view, same));
};

const emergencies = (
  view: DetectorView,
  { components }: Baseline,
  days: number,
): Judgement<DriftEvidence>[] => {
  const judgeUser = (component: Component, principal: Principal): Judgement<DriftEvidence>[] => {
    const mine = view.mappings.standing.filter((mapping) => mapping.principal === principal);
    const user = {
      tallies: view.activity.talliesOf(principal),
      onlyRole: mine.every(({ role }) => role === component.role),
    };
    const use = useOutsideWindows(component, user, { from: view.now - days * DAY, to: view.now });
    if (!use) return [];
    const mapped = mine.find(({ role }) => role === component.role);
    return [
      {
        subject: {
          principal,
          role: component.role,
          ...(mapped && { roleOid: mapped.roleOid }),
          facet: "break-glass",
        },
        title: `${principalName(principal)} used the emergency role ${shownRole(component.role)} outside its declared windows`,
        severity: "high",
        evidence: {
          drift: "break-glass",
          component: component.name,
          object: null,
          privileges: [],
          options: [],
          declaredUntil: null,
          connections: use.connections,
          since: { by: new Date(use.firstAt).toISOString() },
        },
        firstSeenAt: use.firstAt,
        lastSeenAt: Math.min(use.lastAt, view.now),
        eventIds: use.eventIds,
        fix: "Ask who opened it and why. If it was an emergency, declare its window in access.yml and publish it; else revoke the sessions of the principal.",
      },
    ];
  };
  return components
    .filter(({ breakGlass }) => breakGlass !== undefined)
    .flatMap((component) => {
      const declared = (component.principals ?? []).map(({ arn }) => arn as Principal);
      const live = view.mappings.standing.flatMap(({ role, principal }) =>
        role === component.role ? [principal] : [],
      );
      return [...new Set([...declared, ...live])].flatMap((principal) => judgeUser(component, principal));
    });
};

export const baselineDrift = /* @__PURE__ */ defineDetector({
  id: "baseline-drift",
  category: "over-privileged",
  title: "Access that differs from the baseline",
  severity: "medium",
  life: "state",
  docs: {
    why: "The baseline is the access that somebody reviewed. What the database allows beside it, or longer than it was meant to, nobody decided.",
    fix: "Take the access away, or declare it in access.yml, have it reviewed and publish it (dsql-audit baseline publish). dsql-audit baseline diff shows all differences.",
    falsePositives:
      "A migration that is under way: declare its window under plannedChanges, and gains in it are notes. New objects of a schema: declare default privileges under future, or all: true.",
    blindSpots:
      "It is silent until a baseline is published. What admin and the server's own roles hold is not looked at, nor privileges on parameters, languages and large objects. A principal with several roles does not show which of them it used, so its use of an emergency role may stay unseen.",
  },
  evidence: {
    drift: "Difference",
    component: { label: "Component", whenEmpty: "" },
    object: { label: "Object", whenEmpty: "" },
    privileges: { label: "Privileges", whenEmpty: "" },
    options: { label: "With", whenEmpty: "" },
    declaredUntil: { label: "Declared until", whenEmpty: "" },
    connections: { label: "Connections", whenEmpty: "" },
    since: { label: "Since", hidden: true },
  },
  options: z.object({
    /** How long a use of an emergency role stays a finding while no window is declared for it. */
    breakGlassDays: z._default(z.int().check(z.positive(), z.lte(390)), 14),
  }),
  needs: ["roles"],
  unjudgedFacets: (view) =>
    view.baseline
      .drift()
      .filter(({ kind }) => kind === "unknown")
      .flatMap(({ section, object }) =>
        object === null ? dependents(section).map((one) => facetOf(one)) : [facetOf(section, object)],
      ),
  detect: (view, { breakGlassDays }): readonly Judgement<DriftEvidence>[] =>
    view.baseline.declared
      ? [...drifts(view), ...emergencies(view, view.baseline.declared, breakGlassDays)]
      : [],
});

export const cases = (): Case[] => {
  const roles = ["admin", "app"].map((name, i) => ({
    oid: i === 0 ? 10 : 100, name, superuser: false, inherit: true, createRole: false, createDb: false, canLogin: true,
    replication: false, bypassRls: false, connectionLimit: -1, validUntil: null,
  })); // biome-ignore format: one glance
  const catalog = (letters: string) => ({
    roles,
    schemas: [{ oid: 2200, name: "shop", owner: 10, acl: null }],
    relations: [
      {
        oid: 300, schema: 2200, name: "orders", kind: "r" as const, owner: 10,
        acl: { entries: letters ? [{ grantee: 100, grantor: 10, privileges: letters, grantable: "" }] : [], unknown: [] },
      },
    ],
  }); // biome-ignore format: one glance
  const component: Component = {
    name: "checkout",
    role: "app",
    attributes: ["LOGIN"],
    permissions: [{ schema: "shop", tables: [{ names: ["orders"], privileges: ["SELECT"] }] }],
  };
  const baseline = (more: Partial<Baseline> = {}, own: Partial<Component> = {}): Baseline => ({
    version: 1,
    components: [{ ...component, ...own }],
    ...more,
  });
  const mapped = { mappings: [{ to: "App", role: "app" }] };
  const emergency = {
    catalog: catalog("r"),
    connections: daily("App", 1, daysAgo(1)),
    ...mapped,
  };
  return [
    {
      name: "fires for a grant that nobody declared",
      facts: exampleFacts({ catalog: catalog("rd"), baseline: baseline() }),
      expect: ["app"],
    },
    {
      name: "fires for a declared privilege that is not there",
      facts: exampleFacts({ catalog: catalog(""), baseline: baseline() }),
      expect: ["app"],
    },
    {
      name: "fires for a grant past its end",
      facts: exampleFacts({
        catalog: catalog("r"),
        baseline: baseline(
          {},
          {
            permissions: [
              {
                schema: "shop",
                until: "2026-06-01",
                tables: [{ names: ["orders"], privileges: ["SELECT"] }],
              },
            ],
          },
        ),
      }),
      expect: ["app"],
    },
    {
      name: "fires for use of an emergency role outside its windows",
      facts: exampleFacts({ ...emergency, baseline: baseline({}, { breakGlass: { windows: [] } }) }),
      expect: ["app"],
    },
    {
      name: "is quiet while the use lies in a declared window",
      facts: exampleFacts({
        ...emergency,
        baseline: baseline(
          {},
          { breakGlass: { windows: [{ from: "2026-06-29", to: "2026-06-30", reason: "restore" }] } },
        ),
      }),
      expect: [],
    },
    {
      name: "is quiet while there is no baseline",
      facts: exampleFacts({ catalog: catalog("rd") }),
      expect: [],
    },
    {
      name: "is quiet while a planned change is open",
      facts: exampleFacts({
        catalog: catalog("rd"),
        baseline: baseline({ plannedChanges: [{ name: "move", from: "2026-06-30", to: "2026-07-02" }] }),
      }),
      expect: [],
    },
    {
      name: "is quiet while the tables could not be read",
      facts: exampleFacts({
        catalog: { ...catalog("r"), relations: "permission denied" },
        baseline: baseline(),
      }),
      expect: [],
    },
    {
      name: "clears when the grant is revoked",
      facts: exampleFacts({ catalog: catalog("r"), baseline: baseline() }),
      expect: [],
    },
  ];
};
