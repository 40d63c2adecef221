// A multi-Region cluster whose policies differ: what one Region keeps out comes in through the other.

import { counted } from "../../core/base/counted.ts";
import { visible } from "../../core/base/visible-text.ts";
import * as z from "../../core/base/zod.ts";
import { seenInSnapshot } from "../../core/findings/catalog-judgement.ts";
import { type DetectorView, defineDetector, type Judgement } from "../../core/findings/detector.ts";
import { type Case, EXAMPLE_CLUSTER, exampleFacts } from "../../core/findings/example-facts.ts";
import { denying, exampleCluster, exampleIam } from "../../core/findings/example-iam.ts";
import { getPolicyCommand } from "../../core/iam/aws-command.ts";
import { type PolicyDifference, policyDifferences } from "../../core/iam/policy-difference.ts";

type DiffersEvidence = {
  readonly first: string;
  readonly second: string;
  readonly onlyInFirst: readonly string[];
  readonly onlyInSecond: readonly string[];
};

const SHOWN = 20;
const names = (sids: readonly string[]): string[] => sids.slice(0, SHOWN).map((sid) => visible(sid, 80));
const count = (sids: readonly string[]): string => counted(sids.length, "statement");

const subjectOf = (first: string, second: string): Judgement["subject"] => ({
  object: `cluster policies of ${first} and ${second}`,
});

const lacks = ({ regions: [first, second], onlyInFirst, onlyInSecond }: PolicyDifference): string =>
  onlyInFirst.length
    ? `${second} lacks ${count(onlyInFirst)} that ${first} has`
    : `${first} lacks ${count(onlyInSecond)} that ${second} has`;

const judged = (view: DetectorView, difference: PolicyDifference): Judgement<DiffersEvidence> => {
  const { regions, onlyInFirst, onlyInSecond } = difference;
  const [first, second] = regions;
  const shown = view.iam.clusters.filter(({ region }) => regions.includes(region));
  return {
    subject: subjectOf(first, second),
    title: `The cluster policy differs between Regions: ${lacks(difference)}`,
    evidence: { first, second, onlyInFirst: names(onlyInFirst), onlyInSecond: names(onlyInSecond) },
    ...seenInSnapshot(view).times,
    fix: shown.map(getPolicyCommand).join("\n"),
    grants: [
      ...onlyInFirst.map((sid) => `${first} ${visible(sid, 80)}`),
      ...onlyInSecond.map((sid) => `${second} ${visible(sid, 80)}`),
    ],
  };
};

/** Regions of which the policy, or whether there are any, is not known. */
const unknownRegions = (view: DetectorView): ReadonlySet<string> =>
  new Set(policyDifferences(view.iam.clusters).unknown.map(({ region }) => region));

export const policyDiffers = /* @__PURE__ */ defineDetector({
  id: "policy-differs",
  category: "over-privileged",
  title: "Cluster policies that differ between Regions",
  short: "Cluster policies differ",
  severity: "medium",
  life: "state",
  docs: {
    why: "A multi-Region cluster is one database with an endpoint and a policy in each Region. A principal that one policy keeps out comes in through the other.",
    fix: "Read both policies with the commands in the finding, decide which one is meant, and put it in both Regions with aws dsql put-cluster-policy, each with the VPCs and the ARN of its own Region.",
    falsePositives:
      "Regions that serve different callers on purpose: exempt the finding, which accepts these statements and no further one.",
    blindSpots:
      "Ids of VPCs and endpoints, addresses within a VPC, the Region and the cluster's own ARN are taken for the same in all Regions. Peers are unknown where GetCluster was refused, which section-unreadable tells.",
  },
  evidence: {
    first: "Region",
    second: "Other Region",
    onlyInFirst: { label: "Only in the first", whenEmpty: "" },
    onlyInSecond: { label: "Only in the other", whenEmpty: "" },
  },
  options: z.object({}),
  needs: ["iam.clusters"],
  detect: (view): readonly Judgement<DiffersEvidence>[] =>
    policyDifferences(view.iam.clusters).differences.map((one) => judged(view, one)),
  // Where peers are not known, none is compared, and a difference that was found stands as it is.
  unjudgedFacets: (view) =>
    view.iam.clusters.some(({ peersUnread }) => peersUnread !== undefined) ? [""] : [],
  unjudged: (view) => {
    const unknown = unknownRegions(view);
    const regions = view.iam.clusters.map(({ region }) => region);
    return regions.flatMap((first) =>
      regions
        .filter((second) => first !== second && (unknown.has(first) || unknown.has(second)))
        .map((second) => subjectOf(first, second)),
    );
  },
});

export const cases = (): Case[] => {
  const PEER = "arn:aws:dsql:us-east-2:111122223333:cluster/peer";
  const both = ["dsql:DbConnect", "dsql:DbConnectAdmin"];
  const oneVpc = (id: string) => denying(both, { StringNotEquals: { "aws:SourceVpc": id } });
  const with_ = (...clusters: ReturnType<typeof exampleCluster>[]) =>
    exampleFacts({ iam: exampleIam({ clusters }) });
  const pair = "cluster policies of us-east-1 and us-east-2";
  return [
    {
      name: "fires for a Region that has no policy where the other has one",
      facts: with_(exampleCluster(EXAMPLE_CLUSTER, oneVpc("vpc-1")), exampleCluster(PEER)),
      expect: [pair],
    },
    {
      name: "fires for a Region that denies less",
      facts: with_(
        exampleCluster(EXAMPLE_CLUSTER, oneVpc("vpc-1")),
        exampleCluster(PEER, denying(["dsql:DbConnect"], { StringNotEquals: { "aws:SourceVpc": "vpc-1" } })),
      ),
      expect: [pair],
    },
    {
      name: "is quiet for policies that differ in their VPCs alone",
      facts: with_(exampleCluster(EXAMPLE_CLUSTER, oneVpc("vpc-1")), exampleCluster(PEER, oneVpc("vpc-2"))),
      expect: [],
    },
    {
      name: "is quiet for a cluster in one Region",
      facts: with_(exampleCluster(EXAMPLE_CLUSTER, oneVpc("vpc-1"))),
      expect: [],
    },
    {
      name: "is quiet while the other Region's policy could not be read",
      facts: with_(exampleCluster(EXAMPLE_CLUSTER, oneVpc("vpc-1")), exampleCluster(PEER, null)),
      expect: [],
    },
    {
      name: "is quiet while it is not known which peers there are",
      facts: with_({ ...exampleCluster(EXAMPLE_CLUSTER, oneVpc("vpc-1")), peersUnread: "access denied" }),
      expect: [],
    },
    {
      name: "clears when both Regions have the same policy",
      facts: with_(exampleCluster(EXAMPLE_CLUSTER, oneVpc("vpc-1")), exampleCluster(PEER, oneVpc("vpc-1"))),
      expect: [],
    },
  ];
};
