// A part of a snapshot that the database or IAM refused to show: what stands there is unknown.
import { minute } from "../../core/base/time.ts";
import { visible } from "../../core/base/visible-text.ts";
import * as z from "../../core/base/zod.ts";
import { MAPPINGS_GRANT } from "../../core/catalog/auditor-needs.ts";
import { type SectionName, sectionNames } from "../../core/catalog/catalog.ts";
import { type ClusterAccess, type IamPartName, iamPartNames } from "../../core/catalog/iam-facts.ts";
import { defineDetector, type Judgement } from "../../core/findings/detector.ts";
import { type Case, EXAMPLE_CLUSTER, exampleFacts } from "../../core/findings/example-facts.ts";
import { exampleCluster, exampleIam } from "../../core/findings/example-iam.ts";
import type { Severity } from "../../core/findings/finding.ts";
import type { IamView } from "../../core/findings/view-iam.ts";
import { policyFlaws } from "../../core/iam/policy-flaws.ts";

/** Aurora DSQL documents these catalogs as unsupported: expected to be refused, and little hangs on them. */
const optional: ReadonlySet<SectionName> = new Set(["functions", "types", "database"]);

/** AWS does not document who may read them. */
const MAPPINGS_FIX = `Two ways. First try, as admin in the cluster: ${MAPPINGS_GRANT} If Aurora DSQL refuses that, set auditAsAdmin: on in deploy/params.STAGE.yml and deploy: the auditor then reads the mappings, and nothing else, as admin.`;

type SectionEvidence = { readonly section: string; readonly reason: string; readonly code: string | null };

/** What each part of IAM is called in a sentence. */
const IAM_PARTS: Readonly<Record<IamPartName, string>> = {
  users: "users",
  groups: "groups",
  roles: "roles",
  managedPolicies: "managed policies",
  roleUses: "the last use of roles",
  accessKeys: "access keys of mapped users",
  clusters: "the cluster's policy and tags",
  identities: "the identities behind the mappings",
};
/** They say how long something was unused, not who may connect. */
const onlyUse: ReadonlySet<IamPartName> = new Set(["roleUses", "accessKeys"]);

type Unread = { readonly reason: string; readonly code: string | null };

/** What of one cluster is not known; a policy that is read and not understood is as good as unread. */
const unreadOf = ({
  arn,
  region,
  policy,
  tags,
  peersUnread,
}: ClusterAccess): (readonly [string, string, Unread, Severity])[] => {
  const document = policy.status === "read" ? policy.rows[0]?.document : undefined;
  const flaw =
    document === undefined
      ? undefined
      : policyFlaws(document, arn).find(({ kind }) => kind === "not-understood");
  return [
    ...(policy.status === "read"
      ? []
      : [[`iam.policy ${arn}`, `the cluster's policy in ${region}`, policy, "medium"] as const]),
    ...(flaw
      ? [
          [
            `iam.policy ${arn}`,
            `the cluster's policy in ${region}, which is not understood,`,
            { reason: flaw.says, code: null },
            "medium",
          ] as const,
        ]
      : []),
    ...(tags.status === "read" || peersUnread === tags.reason
      ? []
      : [[`iam.tags ${arn}`, `the cluster's tags in ${region}`, tags, "low"] as const]),
    ...(peersUnread === undefined
      ? []
      : [
          [
            `iam.peers ${arn}`,
            `in which other Regions the cluster is${tags.status === "read" ? "" : ", and its tags,"}`,
            { reason: peersUnread, code: null },
            "low",
          ] as const,
        ]),
  ];
};

/**
 * What was asked of IAM and refused: parts, and within the clusters the policy in one Region. A snapshot without any IAM was
 * taken so on purpose.
 */
const unreadInIam = ({ missing, facts, clusters, takenAt = 0 }: IamView): Judgement<SectionEvidence>[] => {
  const judged = (object: string, what: string, { reason, code }: Unread, severity: Severity) => ({
    subject: { object },
    title: `IAM: ${what} could not be read`,
    severity,
    evidence: { section: object, reason: visible(reason, 500), code },
    firstSeenAt: takenAt,
    lastSeenAt: takenAt,
  });
  if (!facts || missing() !== undefined) return [];
  return [
    ...iamPartNames.flatMap((part) => {
      const found = facts.parts[part];
      const severity = onlyUse.has(part) ? ("low" as const) : ("medium" as const);
      return found.status === "read" ? [] : [judged(`iam.${part}`, IAM_PARTS[part], found, severity)];
    }),
    ...clusters.flatMap((access) => unreadOf(access).map((one) => judged(...one))),
  ];
};

export const sectionUnreadable = /* @__PURE__ */ defineDetector({
  id: "section-unreadable",
  category: "coverage",
  title: "Part of the snapshot that could not be read",
  short: "Could not be read",
  severity: "high",
  life: "state",
  docs: {
    why: "No other detector can see access in a part that could not be read. That they find nothing proves nothing.",
    fix: "Give the auditor's database role the privileges that `dsql-audit setup-sql --cluster CLUSTER` prints, and its IAM role the permission that the evidence names. For the mappings there are two ways: a grant on the view, which AWS does not document, or the parameter auditAsAdmin. Where Aurora DSQL refuses a catalog to everybody, exempt the finding.",
    falsePositives:
      "Functions, types and the database are low: Aurora DSQL documents their catalogs as unsupported.",
    blindSpots: "A view that returns fewer rows than exist looks complete.",
  },
  evidence: { section: "Section", reason: "The answer was", code: { label: "Code", whenEmpty: "" } },
  options: z.object({}),
  detect: ({ privileges: { snapshot }, iam }): Judgement<SectionEvidence>[] =>
    snapshot
      ? [
          ...unreadInIam(iam),
          ...sectionNames.flatMap((name) => {
            const section = snapshot.catalog.sections[name];
            if (section.status === "read") return [];
            return {
              subject: { object: name },
              title: `Catalog section "${name}" could not be read`,
              severity: optional.has(name) ? ("low" as const) : ("high" as const),
              evidence: { section: name, reason: visible(section.reason, 500), code: section.code },
              firstSeenAt: snapshot.takenAt,
              lastSeenAt: snapshot.takenAt,
              fix:
                name === "mappings"
                  ? MAPPINGS_FIX
                  : "Give the auditor's database role the privileges that `dsql-audit setup-sql` prints.",
            };
          }),
        ]
      : [],
  gone: ({ privileges: { snapshot } }) =>
    snapshot ? `The snapshot of ${minute(snapshot.takenAt)} could read it.` : undefined,
});

export const cases = (): Case[] => [
  {
    name: "fires for a section that the database refused",
    facts: exampleFacts({ catalog: { mappings: "permission denied for view iam_pg_role_mappings" } }),
    expect: ["mappings"],
  },
  {
    name: "is quiet for a section that was read and is empty",
    facts: exampleFacts({ catalog: {} }),
    expect: [],
  },
  {
    name: "fires for a part of IAM that was refused",
    facts: exampleFacts({ iam: exampleIam({ roles: "access denied" }) }),
    expect: ["iam.roles"],
  },
  {
    name: "is quiet where IAM was read, and is empty",
    facts: exampleFacts({ iam: exampleIam({}) }),
    expect: [],
  },
  {
    name: "fires for a cluster whose other Regions and policy are not known",
    facts: exampleFacts({
      iam: exampleIam({
        clusters: [{ ...exampleCluster(EXAMPLE_CLUSTER, null), peersUnread: "access denied" }],
      }),
    }),
    expect: [`iam.policy ${EXAMPLE_CLUSTER}`, `iam.peers ${EXAMPLE_CLUSTER}`],
  },
  {
    name: "fires for a cluster policy that is not understood",
    facts: exampleFacts({ iam: exampleIam({ clusters: [exampleCluster(EXAMPLE_CLUSTER, "{")] }) }),
    expect: [`iam.policy ${EXAMPLE_CLUSTER}`],
  },
  { name: "is quiet while there is no snapshot", facts: exampleFacts({}), expect: [] },
  {
    name: "clears when the section is read again",
    facts: exampleFacts({ catalog: { mappings: [] } }),
    expect: [],
  },
];
