// A cluster policy that protects less than it seems: it forgets admin, ANDs what was meant as either, or denies nothing.
import { visible } from "../../core/base/visible-text.ts";
import * as z from "../../core/base/zod.ts";
import { seenInSnapshot } from "../../core/findings/catalog-judgement.ts";
import { flawsOf, policySubject, unjudgedPolicies, versionOf } from "../../core/findings/cluster-policies.ts";
import { type DetectorView, defineDetector, type Judgement } from "../../core/findings/detector.ts";
import { type Case, EXAMPLE_CLUSTER, exampleFacts } from "../../core/findings/example-facts.ts";
import { denying, exampleCluster, exampleIam } from "../../core/findings/example-iam.ts";
import { putPolicyCommand } from "../../core/iam/aws-command.ts";
import type { ClusterAccess } from "../../core/iam/facts.ts";
import { mendedPolicy } from "../../core/iam/mend-policy.ts";
import type { FlawKind, PolicyFlaw } from "../../core/iam/policy-flaws.ts";

type FlawedEvidence = {
  readonly region: string;
  readonly flaws: readonly { readonly statement: string; readonly says: string }[];
};

/** In a title, by the worst that it has. */
const words: Partial<Record<FlawKind, string>> = {
  "misses-admin": "leaves admin open",
  "misses-connect": "holds back admin alone",
  "anded-conditions": "denies only where two tests hold at once",
  "never-applies": "has a statement that never applies",
  "other-cluster": "has a statement that names another cluster",
  "allow-restricts-nothing": "has an Allow that holds nobody back",
};

/** That the internet is not kept out is told by public-cluster; null: nothing can be said of the policy. */
const told = (view: DetectorView, access: ClusterAccess): readonly PolicyFlaw[] | null =>
  flawsOf(view, access)?.filter(({ kind }) => words[kind] !== undefined) ?? null;

const judged = (
  view: DetectorView,
  access: ClusterAccess,
  flaws: readonly PolicyFlaw[],
): Judgement<FlawedEvidence>[] => {
  const [first] = flaws;
  if (!first) return [];
  const mended = mendedPolicy(access, flaws, false);
  const name = ({ statement }: PolicyFlaw): string => visible(statement ?? "the policy", 80);
  return [
    {
      subject: policySubject(access),
      title: `The cluster policy in ${access.region} ${words[first.kind]}`,
      evidence: {
        region: access.region,
        flaws: flaws.map((flaw) => ({ statement: name(flaw), says: visible(flaw.says, 600) })),
      },
      ...seenInSnapshot(view).times,
      ...(mended !== undefined && {
        fix: putPolicyCommand({ ...access, version: versionOf(access) }, mended),
      }),
      grants: flaws.map((flaw) => `${flaw.kind} ${name(flaw)}`),
    },
  ];
};

export const policyMissesAdmin = /* @__PURE__ */ defineDetector({
  id: "policy-misses-admin",
  category: "over-privileged",
  title: "Cluster policy that protects less than it seems",
  short: "Policy protects too little",
  severity: "medium",
  life: "state",
  docs: {
    why: "Whoever wrote it believes that it keeps somebody out, and it does not. Samples that AWS publishes have these faults too: a Deny of dsql:DbConnect that leaves dsql:DbConnectAdmin open, two tests of one key in one statement, an Allow where only a Deny holds anybody back, cluster:NAME where cluster/ID is meant.",
    fix: "Deny both actions; write a statement of its own for each test of which either is meant; deny by the opposite conditions instead of allowing by them; name the cluster by its ARN. Try the policy first with `policy try POLICY.json`.",
    falsePositives:
      "An Allow with conditions for somebody whom no IAM policy lets in does restrict: exempt the finding with an owner.",
    blindSpots:
      "Only faults of these kinds are looked for. A policy of which one statement is not understood is not judged.",
  },
  evidence: {
    region: "Region",
    flaws: { label: "Fault", lines: true, fields: { statement: "", says: { label: "", sentence: true } } },
  },
  options: z.object({}),
  needs: ["iam.clusters"],
  detect: (view): readonly Judgement<FlawedEvidence>[] =>
    view.iam.clusters.flatMap((access) => judged(view, access, told(view, access) ?? [])),
  unjudged: unjudgedPolicies,
});

export const cases = (): Case[] => {
  const both = ["dsql:DbConnect", "dsql:DbConnectAdmin"];
  const vpcOnly = { Null: { "aws:SourceVpc": "true" } };
  const with_ = (policy: Parameters<typeof exampleCluster>[1]) =>
    exampleFacts({ iam: exampleIam({ clusters: [exampleCluster(EXAMPLE_CLUSTER, policy)] }) });
  const here = "cluster policy in us-east-1";
  return [
    {
      name: "fires for a Deny of dsql:DbConnect alone",
      facts: with_(denying(["dsql:DbConnect"], vpcOnly)),
      expect: [here],
    },
    {
      name: "fires for two tests of the VPC that must both hold",
      facts: with_(denying(both, { ...vpcOnly, StringNotEquals: { "aws:SourceVpc": "vpc-1" } })),
      expect: [here],
    },
    {
      name: "fires for an Allow with conditions where nothing is denied",
      facts: with_(denying(both, { StringEquals: { "aws:SourceVpc": "vpc-1" } }, { Effect: "Allow" })),
      expect: [here],
    },
    {
      name: "fires for a Resource that names a cluster by its name",
      facts: with_(
        denying(both, vpcOnly, { Resource: "arn:aws:dsql:us-east-1:111122223333:cluster:mycluster" }),
      ),
      expect: [here],
    },
    {
      name: "is quiet for a cluster without a policy, which public-cluster tells",
      facts: with_(undefined),
      expect: [],
    },
    {
      name: "is quiet for two tests of different keys, of which both are meant",
      facts: with_(denying(both, { ...vpcOnly, NotIpAddress: { "aws:SourceIp": "192.0.2.0/24" } })),
      expect: [],
    },
    { name: "is quiet while the policy could not be read", facts: with_(null), expect: [] },
    { name: "is quiet while the policy is not understood", facts: with_("{"), expect: [] },
    { name: "clears when both actions are denied", facts: with_(denying(both, vpcOnly)), expect: [] },
  ];
};
