// A mapping of an identity that IAM does not let connect: half a wall, and dead weight until somebody adds the other half.
import { parseArn } from "../../core/base/ids.ts";
import { principalName } from "../../core/base/visible-text.ts";
import * as z from "../../core/base/zod.ts";
import { seenInSnapshot, shownRole } from "../../core/findings/catalog-judgement.ts";
import { type DetectorView, defineDetector, type Judgement } from "../../core/findings/detector.ts";
import { type Case, exampleArn, exampleFacts } from "../../core/findings/example-facts.ts";
import { exampleIam, exampleRole, exists } from "../../core/findings/example-iam.ts";
import {
  type MappedPair,
  mappedPairs,
  mappingRevoked,
  mappingSubject,
} from "../../core/findings/mapped-identities.ts";
import { type BecauseEvidence, becauseEvidence, becauseWords } from "../../core/findings/verdict-words.ts";
import type { WhoMayRow } from "../../core/iam/who-may.ts";
import { revokeMappingSql } from "../../core/sql/statements.ts";

type WithoutEvidence = {
  readonly mappedTo: string;
  readonly action: string;
  readonly because: BecauseEvidence;
};

/** Denied in every Region of the cluster; null: not decided. Who is gone is told by orphan-mapping. */
const deniedBy = (view: DetectorView, { mapping, identity }: MappedPair): WhoMayRow | null | undefined => {
  if (identity?.status === "gone") return undefined;
  // The policies of another account are not read.
  if (parseArn(mapping.principal)?.account !== parseArn(view.cluster)?.account) return null;
  const rows = view.iam.mayOf(mapping.principal, "DbConnect");
  if (rows.some(({ verdict }) => verdict === "allowed" || verdict === "conditional")) return undefined;
  const [first] = rows;
  if (!first || rows.some(({ verdict }) => verdict === "unknown")) return null;
  return first.kind === "gone" ? undefined : first;
};

export const mappingWithoutPermission = /* @__PURE__ */ defineDetector({
  id: "mapping-without-permission",
  category: "over-privileged",
  title: "Mapping that IAM does not let anybody use",
  short: "Mapping that IAM blocks",
  severity: "low",
  life: "state",
  docs: {
    why: "The mapping opens the database, and IAM keeps the identity out. Access is one policy away, and whoever writes that policy may not know what the role can do.",
    fix: "Run AWS IAM REVOKE role FROM 'arn' where nobody needs it. Else let IAM allow dsql:DbConnect on the cluster.",
    falsePositives:
      "Access that is prepared, or suspended by a policy on purpose: exempt the finding with an owner and an end.",
    blindSpots:
      "Policies of the organization and of sessions are not read, so more may be denied than is told here. Identities of other accounts are not judged.",
  },
  evidence: { mappedTo: "Mapped to", action: "Denied", because: becauseWords },
  options: z.object({}),
  needs: ["mappings", "iam"],
  detect: (view): readonly Judgement<WithoutEvidence>[] =>
    mappedPairs(view).flatMap((pair): Judgement<WithoutEvidence>[] => {
      const denied = deniedBy(view, pair);
      if (!denied) return [];
      const { principal, role } = pair.mapping;
      return [
        {
          subject: mappingSubject(view, pair.mapping),
          title: `Role ${shownRole(role)} is mapped to ${principalName(principal)}, which IAM does not let connect`,
          evidence: { mappedTo: principal, action: "dsql:DbConnect", because: becauseEvidence(denied) },
          ...seenInSnapshot(view).times,
          fix: revokeMappingSql(role, principal),
        },
      ];
    }),
  unjudged: (view) =>
    mappedPairs(view)
      .filter((pair) => deniedBy(view, pair) === null)
      .map(({ mapping }) => mappingSubject(view, mapping)),
  gone: (view, subject) => mappingRevoked(view, subject) ?? "IAM lets it connect now, or may.",
});

export const cases = (): Case[] => {
  const mappings = [{ to: "Job", role: "app_ro" }];
  const identities = [exists(exampleArn("Job"))];
  const with_ = (iam: Parameters<typeof exampleIam>[0]) =>
    exampleFacts({ mappings, iam: exampleIam({ identities, ...iam }) });
  return [
    {
      name: "fires for a mapped role whose policies do not mention the cluster",
      facts: with_({ roles: [exampleRole("Job", "s3:GetObject")] }),
      expect: ["app_ro"],
    },
    {
      name: "fires for a role that may connect as admin alone",
      facts: with_({ roles: [exampleRole("Job", "dsql:DbConnectAdmin")] }),
      expect: ["app_ro"],
    },
    {
      name: "is quiet for a role that may connect",
      facts: with_({ roles: [exampleRole("Job", "dsql:DbConnect")] }),
      expect: [],
    },
    {
      name: "is quiet for a role that is gone, which orphan-mapping tells",
      facts: with_({ roles: [], identities: [{ arn: exampleArn("Job"), status: "gone" }] }),
      expect: [],
    },
    {
      name: "is quiet while the account's policies could not be read",
      facts: with_({ roles: "access denied", managedPolicies: "access denied" }),
      expect: [],
    },
    {
      name: "is quiet while the cluster's policy could not be read, which may allow it",
      facts: with_({
        roles: [exampleRole("Job")],
        clusters: [
          {
            arn: exampleFacts({}).cluster,
            region: "us-east-1",
            policy: { status: "unreadable", reason: "access denied", code: null },
            tags: { status: "read", rows: [] },
          },
        ],
      }),
      expect: [],
    },
    {
      name: "clears when the mapping is revoked",
      facts: exampleFacts({
        mappings: [{ to: "Job", role: "app_ro", goneAt: exampleFacts({}).now - 1_000 }],
        iam: exampleIam({ identities, roles: [exampleRole("Job")] }),
      }),
      expect: [],
    },
  ];
};
