// A role that several principals connect as: what one of them did cannot be told from what the others did.
import { ADMIN } from "../../core/activity/admin-logins.ts";
import { type Principal, parseArn } from "../../core/base/ids.ts";
import { iso } from "../../core/base/time.ts";
import { principalName } from "../../core/base/visible-text.ts";
import * as z from "../../core/base/zod.ts";
import { shownRole, someOf } from "../../core/findings/catalog-judgement.ts";
import { type DetectorView, defineDetector, type Judgement } from "../../core/findings/detector.ts";
import { type Case, exampleArn, exampleFacts } from "../../core/findings/example-facts.ts";
import { isPerson } from "../../core/findings/role-principals.ts";
import type { MappingSubject } from "../../core/findings/view-mappings.ts";
import { revokeMappingSql } from "../../core/sql/statements.ts";

const SHOWN = 20;

type SharedEvidence = {
  readonly principalCount: number;
  readonly principals: readonly string[];
  readonly people: number;
  readonly programs: number;
  readonly accounts: number;
  readonly lastMappedBy: string;
};

/** Declared to be for several: a group of people, or a role for whatever there is. */
const isGroup = (view: DetectorView, role: string, groups: readonly string[]): boolean => {
  const found = view.privileges.archetypeOf(role);
  const declared = found?.because === "declared" ? found.archetype : undefined;
  return groups.includes(role) || declared === "developer" || declared === "custom";
};

const judge = (
  view: DetectorView,
  mappings: readonly MappingSubject[],
  principals: readonly Principal[],
): Judgement<SharedEvidence>[] => {
  const [first] = mappings;
  if (!first) return [];
  const people = principals.filter((principal) => isPerson(view, principal)).length;
  const accounts = new Set(principals.map((principal) => parseArn(principal)?.account)).size;
  const mixed = people > 0 && people < principals.length;
  const seen = mappings.map(({ period }) => period.firstSeenAt);
  const last = Math.max(...seen);
  const names = principals.map(principalName);
  return [
    {
      subject: { role: first.role, roleOid: first.roleOid },
      title: `${principals.length} principals share role ${shownRole(first.role)}: ${someOf(names)}`,
      // People beside programs, or another account: then the log cannot even say of what kind the caller was.
      severity: mixed || accounts > 1 ? "medium" : "low",
      evidence: {
        principalCount: principals.length,
        principals: principals.slice(0, SHOWN),
        people,
        programs: principals.length - people,
        accounts,
        lastMappedBy: iso(last),
      },
      // It is shared since the second one came.
      firstSeenAt: seen.toSorted((a, b) => a - b)[1] ?? last,
      lastSeenAt: view.now,
      fix: [
        "-- Give each principal a role of its own with the privileges that it needs, map it, then take it from this role:",
        ...principals.slice(1, SHOWN).map((principal) => revokeMappingSql(first.role, principal)),
      ].join("\n"),
      grants: principals,
    },
  ];
};

export const sharedRole = /* @__PURE__ */ defineDetector({
  id: "shared-role",
  category: "over-privileged",
  title: "Role that several principals share",
  short: "Shared by several principals",
  severity: "low",
  life: "state",
  docs: {
    why: "Each principal gets what any of them needs, and nobody can revoke a privilege without asking all of them. The database cannot tell them apart.",
    fix: "Give each principal a role of its own. Give what they have in common to a group role, and make these roles its members.",
    falsePositives:
      "Copies of one service in several Regions, a group of developers: list the role in the option groups, or declare it as developer.",
    blindSpots:
      "Roles that are shared inside one IAM role, by several programs with the same credentials, look like one principal. Who may connect as admin is decided in IAM and is not looked at.",
  },
  evidence: {
    principalCount: "Principals",
    principals: { label: "They are", lines: true },
    people: { label: "Of these people", hidden: true },
    programs: { label: "Of these programs", hidden: true },
    accounts: { label: "AWS accounts", hidden: true },
    lastMappedBy: "Last one mapped by",
  },
  options: z.object({
    /** Roles that are shared on purpose. */
    groups: z._default(z.array(z.string()), []),
  }),
  needs: ["mappings"],
  detect: (view, { groups }): readonly Judgement<SharedEvidence>[] =>
    [...Map.groupBy(view.mappings.standing, ({ roleOid }) => roleOid).values()].flatMap((mappings) => {
      const principals = [...new Set(mappings.map(({ principal }) => principal))].sort();
      const role = mappings[0]?.role ?? "";
      if (principals.length < 2 || role === ADMIN || isGroup(view, role, groups)) return [];
      return judge(view, mappings, principals);
    }),
});

export const cases = (): Case[] => {
  const mappings = [
    { to: "Orders", role: "app" },
    { to: "Billing", role: "app" },
    { to: "Audit", role: "auditor" },
  ];
  const declared = { app: "developer" } as const;
  return [
    {
      name: "fires for a role that two principals are mapped to",
      facts: exampleFacts({ mappings }),
      expect: ["app"],
    },
    {
      name: "fires once for people and programs in one role",
      facts: exampleFacts({
        mappings: [...mappings, { to: "x", role: "app", arn: exampleArn("AWSReservedSSO_Dev_1a2b") }],
      }),
      expect: ["app"],
    },
    {
      name: "is quiet for a group that is declared as one",
      facts: exampleFacts({ mappings, declared }),
      expect: [],
    },
    {
      name: "is quiet for a role that is listed as shared",
      facts: exampleFacts({ mappings }),
      options: { groups: ["app"] },
      expect: [],
    },
    {
      name: "is quiet for one principal with two roles",
      facts: exampleFacts({
        mappings: [
          { to: "Orders", role: "app" },
          { to: "Orders", role: "report" },
        ],
      }),
      expect: [],
    },
    {
      name: "is quiet while no mappings were read",
      facts: { ...exampleFacts({ mappings }), firstSnapshotAt: null },
      expect: [],
    },
    {
      name: "clears when all but one are revoked",
      facts: exampleFacts({
        mappings: [
          { to: "Orders", role: "app" },
          { to: "Billing", role: "app", goneAt: exampleFacts({}).now - 1000 },
        ],
      }),
      expect: [],
    },
  ];
};
