// The live access is another than the baseline declares, is past its end, or was used outside the windows for emergencies.
import * as z from "../../core/base/zod.ts";
import { dependents } from "../../core/baseline/access.ts";
import type { Baseline, Component } from "../../core/baseline/baseline.ts";
import { defineDetector, type Judgement } from "../../core/findings/detector.ts";
import { databaseRole } from "../../core/findings/example-catalog.ts";
import { type Case, daily, daysAgo, exampleFacts } from "../../core/findings/example-facts.ts";
import { type DriftEvidence, driftJudgements, facetOf } from "./drift/drift-judgement.ts";
import { EMERGENCY_FACET, emergencyUses, whyEmergencyGone } from "./drift/emergency-use.ts";

export const baselineDrift = /* @__PURE__ */ defineDetector({
  id: "baseline-drift",
  category: "over-privileged",
  title: "Access that differs from the baseline",
  short: "Differs from the baseline",
  severity: "medium",
  life: "state",
  ofEndpoint: true,
  docs: {
    why: "The baseline is the access that somebody reviewed. What the database allows beside it, or longer than it was meant to, nobody decided.",
    fix: "Take the access away, or declare it in access.yml, have it reviewed and publish it: `dsql-audit baseline publish --file access.yml`. All differences: `dsql-audit baseline diff --published`.",
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
  activityDays: ({ breakGlassDays }, baseline) =>
    baseline?.components.some(({ breakGlass }) => breakGlass !== undefined) ? breakGlassDays : 0,
  unjudgedFacets: (view) => [
    ...view.baseline
      .drift()
      .filter(({ kind }) => kind === "unknown")
      .flatMap(({ section, object }) =>
        object === null ? dependents(section).map((one) => facetOf(one)) : [facetOf(section, object)],
      ),
    ...(view.mappings.unreadable === undefined ? [] : [EMERGENCY_FACET]),
  ],
  gone: (view, subject, { breakGlassDays }, seen) =>
    subject.facet === EMERGENCY_FACET ? whyEmergencyGone(view, subject, breakGlassDays, seen) : undefined,
  detect: (view, { breakGlassDays }): readonly Judgement<DriftEvidence>[] =>
    view.baseline.declared
      ? [...driftJudgements(view), ...emergencyUses(view, view.baseline.declared, breakGlassDays)]
      : [],
});

const exampleCatalog = (letters: string) => ({
  roles: ["admin", "app"].map((name, i) => databaseRole(i === 0 ? 10 : 100, name)),
  schemas: [{ oid: 2200, name: "shop", owner: 10, acl: null }],
  relations: [
    {
      oid: 300, schema: 2200, name: "orders", kind: "r" as const, owner: 10,
      acl: { entries: letters ? [{ grantee: 100, grantor: 10, privileges: letters, grantable: "" }] : [], unknown: [] },
    },
  ],
}); // biome-ignore format: one glance

const exampleBaseline = (more: Partial<Baseline> = {}, own: Partial<Component> = {}): Baseline => ({
  version: 1,
  components: [
    {
      name: "checkout",
      role: "app",
      attributes: ["LOGIN"],
      permissions: [{ schema: "shop", tables: [{ names: ["orders"], privileges: ["SELECT"] }] }],
      ...own,
    },
  ],
  ...more,
});

export const cases = (): Case[] => {
  const mapped = { mappings: [{ to: "App", role: "app" }] };
  const emergency = {
    catalog: exampleCatalog("r"),
    connections: daily("App", 1, daysAgo(1)),
    ...mapped,
  };
  return [
    {
      name: "fires for a grant that nobody declared",
      facts: exampleFacts({ catalog: exampleCatalog("rd"), baseline: exampleBaseline() }),
      expect: ["app"],
    },
    {
      name: "fires for a declared privilege that is not there",
      facts: exampleFacts({ catalog: exampleCatalog(""), baseline: exampleBaseline() }),
      expect: ["app"],
    },
    {
      name: "fires for a grant past its end",
      facts: exampleFacts({
        catalog: exampleCatalog("r"),
        baseline: exampleBaseline(
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
      facts: exampleFacts({ ...emergency, baseline: exampleBaseline({}, { breakGlass: { windows: [] } }) }),
      expect: ["app"],
    },
    {
      name: "is quiet while the use lies in a declared window",
      facts: exampleFacts({
        ...emergency,
        baseline: exampleBaseline(
          {},
          { breakGlass: { windows: [{ from: "2026-06-29", to: "2026-06-30", reason: "restore" }] } },
        ),
      }),
      expect: [],
    },
    {
      name: "is quiet while there is no baseline",
      facts: exampleFacts({ catalog: exampleCatalog("rd") }),
      expect: [],
    },
    {
      name: "is quiet while a planned change is open",
      facts: exampleFacts({
        catalog: exampleCatalog("rd"),
        baseline: exampleBaseline({
          plannedChanges: [{ name: "move", from: "2026-06-30", to: "2026-07-02" }],
        }),
      }),
      expect: [],
    },
    {
      name: "is quiet while the tables could not be read",
      facts: exampleFacts({
        catalog: { ...exampleCatalog("r"), relations: "permission denied" },
        baseline: exampleBaseline(),
      }),
      expect: [],
    },
    {
      name: "clears when the grant is revoked",
      facts: exampleFacts({ catalog: exampleCatalog("r"), baseline: exampleBaseline() }),
      expect: [],
    },
  ];
};
