// An identity that IAM lets connect and that no database role is mapped to: access is one AWS IAM GRANT away.
import { Principal, withoutPath } from "../../core/base/ids.ts";
import { principalName } from "../../core/base/visible-text.ts";
import * as z from "../../core/base/zod.ts";
import { seenInSnapshot } from "../../core/findings/catalog-judgement.ts";
import { type DetectorView, defineDetector, type Judgement } from "../../core/findings/detector.ts";
import { type Case, exampleFacts } from "../../core/findings/example-facts.ts";
import { allowing, exampleIam, exampleRole, exampleUser } from "../../core/findings/example-iam.ts";
import { type BecauseEvidence, becauseEvidence, becauseWords } from "../../core/findings/verdict-words.ts";
import { mappedBy } from "../../core/iam/mapped-to.ts";
import type { WhoMayRow } from "../../core/iam/who-may.ts";

type WithoutEvidence = {
  readonly principal: string;
  readonly action: string;
  readonly conditions: readonly string[];
  readonly because: BecauseEvidence;
};

const opens = (rows: readonly WhoMayRow[]): WhoMayRow | undefined =>
  rows.find(({ verdict }) => verdict === "allowed") ?? rows.find(({ verdict }) => verdict === "conditional");

/** Whether a mapping names a principal. */
const mappingsOf = (view: DetectorView) => mappedBy(view.mappings.standing.map(({ principal }) => principal));

/** Who may connect, but not as admin, and is no identity that AWS keeps for itself. Administrators need no mapping. */
const waiting = (view: DetectorView): { readonly row: WhoMayRow; readonly principal: string }[] => {
  const mapped = mappingsOf(view);
  const auditor = view.activity.auditor === null ? null : withoutPath(view.activity.auditor);
  return (view.iam.who()?.principals ?? []).flatMap((principal) => {
    const bare = withoutPath(principal);
    if (mapped(principal) !== "no" || bare === auditor) return [];
    const row = opens(view.iam.mayOf(principal, "DbConnect"));
    if (!row || (row.kind !== "user" && row.kind !== "role")) return [];
    // Who is admin needs no mapping, and neither would who may be one as far as is known.
    const admin = view.iam.mayOf(principal, "DbConnectAdmin");
    return admin.every(({ verdict }) => verdict === "denied") ? [{ row, principal }] : [];
  });
};

export const permissionWithoutMapping = /* @__PURE__ */ defineDetector({
  id: "permission-without-mapping",
  category: "over-privileged",
  title: "Identity that may connect and is mapped to no role",
  short: "May connect, has no mapping",
  severity: "low",
  life: "state",
  docs: {
    why: "IAM lets this identity connect to the cluster, and only a missing mapping keeps it out. Nobody who looks at the database alone sees it.",
    fix: "Take dsql:DbConnect out of its policies, or map it to the role that it is meant to have.",
    falsePositives:
      "A new service whose mapping is still to come: exempt the finding with an owner and an end. Identities that may connect as admin are not told here, for they need no mapping.",
    blindSpots:
      "Policies of the organization and of sessions are not read: they may still keep it out. Identities of other accounts are not judged.",
  },
  evidence: {
    principal: { label: "Identity", hidden: true },
    action: "Allowed",
    conditions: { label: "Conditions", whenEmpty: "none", lines: true },
    because: becauseWords,
  },
  options: z.object({}),
  needs: ["mappings", "iam.users", "iam.roles", "iam.groups", "iam.managedPolicies", "iam.clusters"],
  detect: (view): readonly Judgement<WithoutEvidence>[] =>
    waiting(view).map(({ row, principal }) => ({
      subject: { principal: Principal.parse(principal) },
      title: `${principalName(principal)} may connect by IAM${row.verdict === "conditional" ? ", on conditions," : ""} and is mapped to no role`,
      evidence: {
        principal,
        action: "dsql:DbConnect",
        conditions: row.conditions,
        because: becauseEvidence(row),
      },
      ...seenInSnapshot(view).times,
    })),
  unjudged: (view) => {
    const mapped = mappingsOf(view);
    return (view.iam.who()?.principals ?? []).flatMap((principal) => {
      const rows = [
        ...view.iam.mayOf(principal, "DbConnect"),
        ...view.iam.mayOf(principal, "DbConnectAdmin"),
      ];
      // Who may not connect is mapped to nothing that it could use.
      const isOpen = (verdict: string): boolean =>
        mapped(principal) === "maybe" ? verdict !== "denied" : verdict === "unknown";
      return rows.some(({ verdict }) => isOpen(verdict)) ? [{ principal: Principal.parse(principal) }] : [];
    });
  },
});

export const cases = (): Case[] => {
  const mappings = [{ to: "Job", role: "app_ro" }];
  const with_ = (iam: Parameters<typeof exampleIam>[0]) => exampleFacts({ mappings, iam: exampleIam(iam) });
  return [
    {
      name: "fires for a role and a user that may connect and are mapped to nothing",
      facts: with_({
        roles: [exampleRole("Job", "dsql:DbConnect"), exampleRole("Stray", "dsql:DbConnect")],
        users: [exampleUser("kim", "dsql:DbConnect")],
      }),
      expect: ["Stray", "kim"],
    },
    {
      name: "is quiet for a mapped role, and for one that may not connect",
      facts: with_({
        roles: [exampleRole("Job", "dsql:DbConnect"), exampleRole("Build", "s3:*")],
      }),
      expect: [],
    },
    {
      name: "is quiet for an administrator, who needs no mapping",
      facts: with_({ roles: [exampleRole("Ops", "dsql:*")] }),
      expect: [],
    },
    {
      name: "is quiet while it is not known whether it is an administrator",
      facts: with_({
        roles: [
          {
            ...exampleRole("Stray", "dsql:DbConnect"),
            inline: [
              { name: "connect", document: allowing("dsql:DbConnect") },
              {
                name: "admin",
                document: JSON.stringify({
                  Version: "2012-10-17",
                  Statement: [
                    { Effect: "Allow", Action: "dsql:DbConnectAdmin", Resource: "*", Condition: { Odd: {} } },
                  ],
                }),
              },
            ],
          },
        ],
      }),
      expect: [],
    },
    {
      name: "is quiet for a role of which one session is mapped",
      facts: exampleFacts({
        mappings: [{ to: "Job", arn: "arn:aws:sts::111122223333:assumed-role/Job/jane", role: "app_ro" }],
        iam: exampleIam({ roles: [exampleRole("Job", "dsql:DbConnect")] }),
      }),
      expect: [],
    },
    {
      name: "is quiet while a mapping is to a pattern that it matches",
      facts: exampleFacts({
        mappings: [{ to: "x", arn: "arn:aws:iam::111122223333:role/J*", role: "app_ro" }],
        iam: exampleIam({
          roles: [exampleRole("Job", "dsql:DbConnect")],
        }),
      }),
      expect: [],
    },
    {
      name: "is quiet for a role that AWS keeps for itself",
      facts: with_({
        roles: [
          {
            ...exampleRole("AWSServiceRoleForX"),
            arn: "arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX",
            path: "/aws-service-role/x.amazonaws.com/",
            inline: [{ name: "p", document: allowing("dsql:DbConnect") }],
          },
        ],
      }),
      expect: [],
    },
    {
      name: "is quiet while the account's roles could not be read",
      facts: with_({ roles: "access denied", users: [exampleUser("kim", "dsql:DbConnect")] }),
      expect: [],
    },
    {
      name: "clears when the permission is taken away",
      facts: with_({ roles: [exampleRole("Job", "dsql:DbConnect"), exampleRole("Stray")] }),
      expect: [],
    },
  ];
};
