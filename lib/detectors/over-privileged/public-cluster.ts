// A cluster whose policy does not keep the internet out: IAM credentials are all that it takes, from anywhere.
import * as z from "../../core/base/zod.ts";
import { seenInSnapshot } from "../../core/findings/catalog-judgement.ts";
import {
  flawsOf,
  policyDocument,
  policySubject,
  unjudgedPolicies,
  versionOf,
} from "../../core/findings/cluster-policies.ts";
import { type DetectorView, defineDetector, type Judgement } from "../../core/findings/detector.ts";
import { type Case, EXAMPLE_CLUSTER, exampleFacts } from "../../core/findings/example-facts.ts";
import { denying, exampleCluster, exampleIam } from "../../core/findings/example-iam.ts";
import { putPolicyCommand } from "../../core/iam/aws-command.ts";
import type { ClusterAccess } from "../../core/iam/facts.ts";
import { type ConnectAction, connectActions } from "../../core/iam/may-connect.ts";
import { mendedPolicy } from "../../core/iam/mend-policy.ts";
import { parsePolicy } from "../../core/iam/policy.ts";
import { keepsInternetOut } from "../../core/iam/public-access.ts";

type PublicEvidence = {
  readonly region: string;
  readonly policy: string;
  readonly open: readonly string[];
};

/** For which actions nobody is denied for where it comes from; null: it cannot be told of one of them, and no other is. */
const openFor = (view: DetectorView, access: ClusterAccess): readonly ConnectAction[] | null => {
  const document = policyDocument(access);
  if (document === null || flawsOf(view, access) === null) return null;
  const policy = parsePolicy(document, "resource");
  const truths = connectActions.map((action) => keepsInternetOut(policy, access.arn, action));
  if (!truths.includes("no") && !truths.every((truth) => truth === "yes")) return null;
  return connectActions.filter((_, at) => truths[at] === "no");
};

const fixOf = (view: DetectorView, access: ClusterAccess): string | undefined => {
  const document = mendedPolicy(access, flawsOf(view, access) ?? [], true);
  return document === undefined
    ? undefined
    : putPolicyCommand({ ...access, version: versionOf(access) }, document);
};

export const publicCluster = /* @__PURE__ */ defineDetector({
  id: "public-cluster",
  category: "over-privileged",
  title: "Cluster that can be reached from the internet",
  short: "Open to the internet",
  severity: "medium",
  life: "state",
  docs: {
    why: "Every cluster has a public endpoint, and without a policy that denies it anybody with stolen credentials connects from wherever they are.",
    fix: "Give the cluster a policy that denies both actions to whoever does not come through a VPC endpoint, or not from your addresses. Try it first with `policy try POLICY.json`: the query editor of the AWS console needs the public endpoint, and so does everybody whom it shows as refused.",
    falsePositives:
      "Applications that connect from outside AWS: deny by aws:SourceIp instead, or exempt the finding with an owner and an end.",
    blindSpots:
      "Organisation policies and VPC endpoint policies are not read. A policy that keeps out all but a wide range of addresses counts as one that keeps the internet out.",
  },
  evidence: { region: "Region", policy: "Cluster policy", open: "Open from the internet" },
  options: z.object({}),
  needs: ["iam.clusters"],
  detect: (view): readonly Judgement<PublicEvidence>[] =>
    view.iam.clusters.flatMap((access): Judgement<PublicEvidence>[] => {
      const open = openFor(view, access);
      if (!open?.length) return [];
      const hasPolicy = access.policy.status === "read" && access.policy.rows.length > 0;
      const fix = fixOf(view, access);
      return [
        {
          subject: policySubject(access),
          title: `The cluster in ${access.region} can be reached from the internet${open.length < connectActions.length ? ` with dsql:${open.join(" and dsql:")}` : ""}`,
          evidence: {
            region: access.region,
            policy: hasPolicy ? "does not deny it" : "there is none",
            open: open.map((action) => `dsql:${action}`),
          },
          ...seenInSnapshot(view).times,
          ...(fix !== undefined && { fix }),
        },
      ];
    }),
  unjudged: (view) => [
    ...unjudgedPolicies(view),
    ...view.iam.clusters.filter((access) => openFor(view, access) === null).map(policySubject),
  ],
});

const vpcOnly = { Null: { "aws:SourceVpc": "true" } };
const both = ["dsql:DbConnect", "dsql:DbConnectAdmin"];

export const cases = (): Case[] => {
  const with_ = (...clusters: Parameters<typeof exampleCluster>[]) =>
    exampleFacts({ iam: exampleIam({ clusters: clusters.map((one) => exampleCluster(...one)) }) });
  const here = "cluster policy in us-east-1";
  return [
    { name: "fires for a cluster without a policy", facts: with_([EXAMPLE_CLUSTER]), expect: [here] },
    {
      name: "fires for a policy that denies by organization alone",
      facts: with_([EXAMPLE_CLUSTER, denying(both, { StringNotEquals: { "aws:PrincipalOrgID": "o-1" } })]),
      expect: [here],
    },
    {
      name: "fires for a policy that leaves admin open",
      facts: with_([EXAMPLE_CLUSTER, denying(["dsql:DbConnect"], vpcOnly)]),
      expect: [here],
    },
    {
      name: "fires for the Region that has no policy",
      facts: with_(
        [EXAMPLE_CLUSTER, denying(both, vpcOnly)],
        ["arn:aws:dsql:us-east-2:111122223333:cluster/peer"],
      ),
      expect: ["cluster policy in us-east-2"],
    },
    {
      name: "is quiet for a policy that lets in the addresses of an office alone",
      facts: with_([EXAMPLE_CLUSTER, denying(both, { NotIpAddress: { "aws:SourceIp": "192.0.2.0/24" } })]),
      expect: [],
    },
    {
      name: "is quiet while the policy could not be read",
      facts: with_([EXAMPLE_CLUSTER, null]),
      expect: [],
    },
    {
      name: "is quiet while a statement of the policy is not understood",
      facts: with_([EXAMPLE_CLUSTER, JSON.stringify({ Statement: [{ Effect: "Perhaps" }] })]),
      expect: [],
    },
    {
      name: "clears when a policy lets in VPC endpoints alone",
      facts: with_([EXAMPLE_CLUSTER, denying(both, vpcOnly)]),
      expect: [],
    },
  ];
};
