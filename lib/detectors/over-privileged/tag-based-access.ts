// Access that depends on tags of the cluster: who may tag it may change who connects.
import { principalName, visible } from "../../core/base/visible-text.ts";
import * as z from "../../core/base/zod.ts";
import { seenInSnapshot, someOf } from "../../core/findings/catalog-judgement.ts";
import { policySubject } from "../../core/findings/cluster-policies.ts";
import { type DetectorView, defineDetector, type Judgement } from "../../core/findings/detector.ts";
import { type Case, EXAMPLE_CLUSTER, exampleArn, exampleFacts } from "../../core/findings/example-facts.ts";
import { denying, exampleCluster, exampleIam, exampleRole } from "../../core/findings/example-iam.ts";
import { denyCommands } from "../../core/iam/aws-command.ts";
import type { ClusterAccess } from "../../core/iam/facts.ts";
import { type TagCondition, tagConditions } from "../../core/iam/tag-conditions.ts";

type TagEvidence = {
  readonly region: string;
  readonly statements: readonly {
    readonly policy: string;
    readonly statement: string;
    readonly effect: string;
    readonly key: string;
  }[];
  readonly taggers: readonly string[] | null;
  readonly moreTaggers: number;
  readonly unknownTaggers: number;
};

const SHOWN = 20;

/** Who may tag and is not admin anyway gains something by it. */
const gaining = (view: DetectorView, { taggers }: ClusterAccess): string[] =>
  (taggers?.arns ?? []).filter((arn) =>
    view.iam.mayOf(arn, "DbConnectAdmin").some(({ verdict }) => verdict !== "allowed"),
  );

const subjectOf = (access: ClusterAccess): Judgement["subject"] => ({
  object: policySubject(access).object?.replace("cluster policy", "tags of the cluster") ?? "",
});

const judged = (
  view: DetectorView,
  access: ClusterAccess,
  conditions: readonly TagCondition[],
): Judgement<TagEvidence> => {
  const { taggers, region } = access;
  const gain = gaining(view, access);
  const who =
    taggers === undefined
      ? "who may tag it is not known"
      : gain.length
        ? `${someOf(gain.map(principalName))} may change them`
        : "only who is admin anyway may change them";
  return {
    subject: subjectOf(access),
    title: `Who connects in ${region} depends on tags of the cluster: ${who}`,
    evidence: {
      region,
      statements: conditions.slice(0, SHOWN).map(({ policy, statement, effect, key }) => ({
        policy: visible(policy, 160),
        statement: visible(statement, 80),
        effect,
        key: visible(key, 160),
      })),
      taggers: taggers ? taggers.arns.slice(0, SHOWN) : null,
      moreTaggers: taggers ? taggers.more + Math.max(0, taggers.arns.length - SHOWN) : 0,
      unknownTaggers: taggers?.unknown ?? 0,
    },
    ...seenInSnapshot(view).times,
    severity: gain.length ? "medium" : "low",
    ...(gain.length && {
      fix: denyCommands(gain, "NoDsqlTags", ["dsql:TagResource", "dsql:UntagResource"], [access.arn]),
    }),
    grants: conditions.map(({ policy, statement, key }) => visible(`${policy} ${statement} ${key}`, 300)),
  };
};

export const tagBasedAccess = /* @__PURE__ */ defineDetector({
  id: "tag-based-access",
  category: "over-privileged",
  title: "Access that depends on tags of the cluster",
  short: "Access depends on tags",
  severity: "low",
  life: "state",
  docs: {
    why: "A policy that allows or denies by aws:ResourceTag gives whoever may tag the cluster the say in who connects, and dsql:TagResource is easily handed out.",
    fix: "Name the cluster by its ARN in the policy instead of by a tag. Else allow dsql:TagResource and dsql:UntagResource on it to nobody but its administrators.",
    falsePositives:
      "Tags that only a pipeline may set: exempt the finding, which accepts these statements and no further one.",
    blindSpots:
      "Who may tag is worked out when a snapshot is taken, from users and roles of this account. Organisation policies are not read. Whoever may change policies needs no tag.",
  },
  evidence: {
    region: "Region",
    statements: {
      label: "Decides by a tag",
      lines: true,
      fields: { policy: "", statement: "", effect: "", key: "" },
    },
    taggers: { label: "May tag the cluster", lines: true, whenEmpty: "nobody" },
    moreTaggers: { label: "May tag it, and not listed", whenEmpty: "" },
    unknownTaggers: { label: "Not known of", whenEmpty: "" },
  },
  options: z.object({}),
  needs: ["iam.users", "iam.roles", "iam.groups", "iam.managedPolicies", "iam.clusters"],
  detect: (view): readonly Judgement<TagEvidence>[] => {
    const { facts } = view.iam;
    return facts
      ? view.iam.clusters.flatMap((access) => {
          const conditions = tagConditions(facts, access);
          return conditions.length ? [judged(view, access, conditions)] : [];
        })
      : [];
  },
  unjudged: (view) => view.iam.clusters.filter(({ policy }) => policy.status === "unreadable").map(subjectOf),
});

export const cases = (): Case[] => {
  const byTag = { StringEquals: { "aws:ResourceTag/stage": "dev" } };
  const inline = (more: object) => [
    {
      name: "connect",
      document: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: "dsql:DbConnect", Resource: "*", ...more }],
      }),
    },
  ];
  const job = (more: object) => ({ ...exampleRole("Job"), inline: inline(more) });
  const tagged = (more: Partial<ClusterAccess> = {}): ClusterAccess => ({
    ...exampleCluster(EXAMPLE_CLUSTER),
    taggers: { arns: [exampleArn("Deploy")], more: 0, unknown: 0 },
    ...more,
  });
  const here = "tags of the cluster in us-east-1";
  return [
    {
      name: "fires for a role that may connect by a tag of the cluster",
      facts: exampleFacts({ iam: exampleIam({ roles: [job({ Condition: byTag })], clusters: [tagged()] }) }),
      expect: [here],
    },
    {
      name: "fires for a cluster policy that denies by a tag, also where who may tag is not known",
      facts: exampleFacts({
        iam: exampleIam({
          clusters: [
            exampleCluster(
              EXAMPLE_CLUSTER,
              denying(["dsql:DbConnect"], { StringNotEquals: { "aws:ResourceTag/stage": "dev" } }),
            ),
          ],
        }),
      }),
      expect: [here],
    },
    {
      name: "is quiet for tags of the principal, and for other actions",
      facts: exampleFacts({
        iam: exampleIam({
          roles: [
            job({ Condition: { StringEquals: { "aws:PrincipalTag/stage": "dev" } } }),
            { ...job({ Action: "dsql:DeleteCluster", Condition: byTag }), arn: exampleArn("Other") },
          ],
        }),
      }),
      expect: [],
    },
    {
      name: "is quiet while the account's roles could not be read",
      facts: exampleFacts({ iam: exampleIam({ roles: "access denied", clusters: [tagged()] }) }),
      expect: [],
    },
    {
      name: "clears when the policy names the cluster instead",
      facts: exampleFacts({ iam: exampleIam({ roles: [job({ Resource: EXAMPLE_CLUSTER })] }) }),
      expect: [],
    },
  ];
};
