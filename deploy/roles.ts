// One role per function, with what that function does and nothing else.

import { iamReads, SIMULATE } from "../lib/iam/auditor-policy.ts";
import {
  arn,
  arnOf,
  either,
  type Intrinsic,
  inText,
  logGroupId,
  pascal,
  type Resource,
  type Resources,
  ref,
  sub,
} from "./cloudformation.ts";
import { keyPolicy } from "./key-rights.ts";
import { optionalRights } from "./optional-rights.ts";
import { deadLetterQueueId, queueId } from "./queues.ts";
import {
  allow,
  empties,
  owns,
  policy,
  READ,
  READ_CHUNKS,
  reads,
  type Statement,
  sendTo,
  WRITE,
  WRITE_CHUNKS,
} from "./statements.ts";
import type { FunctionName } from "./topology.ts";

/** What a role has that others have not. */
type Special = { readonly RoleName?: Intrinsic; readonly policies?: readonly Intrinsic[] };

const role = (
  name: string,
  statements: readonly Statement[],
  { RoleName, policies = [] }: Special = {},
): Resource => ({
  Type: "AWS::IAM::Role",
  Properties: {
    ...(RoleName && { RoleName }),
    Description: sub(`The function ${name} of \${AWS::StackName}`),
    AssumeRolePolicyDocument: {
      Version: "2012-10-17",
      Statement: [
        { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" },
      ],
    },
    Policies: [
      {
        PolicyName: name,
        PolicyDocument: {
          Version: "2012-10-17",
          Statement: [
            // The log group's ARN ends in ":*": the streams of this group. The group itself is made by the stack.
            allow("ItsLog", ["logs:CreateLogStream", "logs:PutLogEvents"], [arnOf(logGroupId(name))]),
            ...statements,
          ],
        },
      },
      keyPolicy(name, statements),
      ...policies,
    ],
  },
});

// Clusters come and go, so all of this account and Region are named. A login also needs a mapping in the database, which
// only that cluster's admin can make: IAM has no word for a database role. CloudFormation cannot make an ARN of each Region of
// a list, so with more Regions a condition names them.
const clusters = either(
  "HasRegions",
  sub(`arn:\${AWS::Partition}:dsql:*:\${AWS::AccountId}:cluster/*`),
  arn("dsql", "cluster/*"),
);

/**
 * Every request has the key, as AWS documents; should one to a database lack it, the auditor is not to be locked out.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-requestedregion
 */
const inItsRegions = either(
  "HasRegions",
  {
    StringEqualsIfExists: {
      "aws:RequestedRegion": { "Fn::Split": [",", sub(`\${AWS::Region},\${Regions}`)] },
    },
  },
  ref("AWS::NoValue"),
);

/** What may be done to the clusters of the deployment's Regions, and to no others. */
const toItsClusters = (Sid: string, actions: readonly string[]): Statement => ({
  ...allow(Sid, actions, [clusters]),
  Condition: inItsRegions,
});

/** IAM is asked about whomever the databases' mappings name, which no policy can know. */
const identities = ["role/*", "user/*"].map((names) =>
  sub(`arn:\${AWS::Partition}:iam::\${AWS::AccountId}:${names}`),
);
/** A cluster's peers live in other Regions, each with a policy and tags of its own. */
const clustersAndPeers = sub(`arn:\${AWS::Partition}:dsql:*:\${AWS::AccountId}:cluster/*`);

const statements = {
  plan: [
    // ListClusters knows no resource: https://docs.aws.amazon.com/service-authorization/latest/reference/list_dsql.html
    allow("FindClusters", ["dsql:ListClusters"], "*"),
    toItsClusters("DescribeClusters", ["dsql:GetCluster", "dsql:ListTagsForResource"]),
    reads("plan", ...READ),
    ...owns("plan"),
    sendTo(queueId("snapshot")),
    sendTo(queueId("detect")),
    sendTo(deadLetterQueueId("plan")),
  ],
  snapshot: [
    empties("snapshot"),
    toItsClusters("ConnectAsTheAuditor", ["dsql:DbConnect"]),
    // It knows no resource: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
    allow("ReadPolicies", iamReads.policies, "*"),
    allow("ReadMappedIdentities", iamReads.identities, identities),
    allow("ReadClusterAccess", iamReads.clusters, [clustersAndPeers]),
    // A question that changes nothing. Where it is denied, snapshots say that no second opinion was asked for.
    allow("AskForSecondOpinions", [SIMULATE], identities),
    reads("snapshot", ...READ, ...READ_CHUNKS),
    ...owns("snapshot", [...WRITE, ...WRITE_CHUNKS]),
    sendTo(queueId("detect")),
  ],
  ingestEvents: [
    empties("ingestEvents"),
    reads("ingestEvents", ...READ),
    ...owns("ingestEvents"),
    sendTo(queueId("detect")),
  ],
  ingestFiles: [
    empties("ingestFiles"),
    reads("ingestFiles", ...READ),
    ...owns("ingestFiles"),
    // Knows no resource either, and a trail's digests are signed with the keys of their own Region.
    allow("ProveDigests", ["cloudtrail:ListPublicKeys"], "*"),
    sendTo(queueId("detect")),
  ],
  detect: [
    empties("detect"),
    reads("detect", ...READ, ...READ_CHUNKS),
    ...owns("detect"),
    // These two know no resource: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscloudtrail.html
    allow("FindTrails", ["cloudtrail:ListTrails", "cloudtrail:LookupEvents"], "*"),
    // A trail that records this Region may live in another one, and an organization's in another account.
    allow(
      "DescribeTrails",
      ["cloudtrail:GetTrail", "cloudtrail:GetTrailStatus", "cloudtrail:GetEventSelectors"],
      [sub(`arn:\${AWS::Partition}:cloudtrail:*:*:trail/*`)],
    ),
    // CloudWatch knows no resource: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
    allow("CountCalls", ["cloudwatch:GetMetricStatistics"], "*"),
    allow("SeeWhoListens", ["sns:ListSubscriptionsByTopic"], [ref("Topic")]),
    sendTo(queueId("notify")),
  ],
  notify: [
    empties("notify"),
    // The summaries and what a principal can reach rest on all that a judgement rests on.
    reads("notify", ...READ, ...READ_CHUNKS),
    ...owns("notify"),
    allow("PublishNotices", ["sns:Publish"], [ref("Topic")]),
  ],
  retain: [reads("retain", ...READ, ...READ_CHUNKS), ...owns("retain"), sendTo(deadLetterQueueId("retain"))],
  query: [reads("query", ...READ, ...READ_CHUNKS)],
  act: [reads("act", ...READ), ...owns("act")],
} satisfies Readonly<Record<FunctionName, readonly Statement[]>>;

const interfaces = [
  ...["ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DeleteNetworkInterface"],
  ...["ec2:DescribeSubnets", "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses"],
];

/**
 * What Lambda does in the function's name, and the function itself may not. In the role and not beside it: Lambda asks for it
 * when it makes the function. https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
 */
const joinsVpc: Intrinsic = either(
  "HasVpc",
  policy("vpc", allow("JoinVpc", interfaces, "*"), {
    Sid: "JoinNothingByItself",
    Effect: "Deny",
    Action: interfaces,
    Resource: "*",
    Condition: {
      ArnEquals: {
        "lambda:SourceFunctionArn": [arn("lambda", `function:${inText("AWS::StackName")}-snapshot`)],
      },
    },
  }),
  ref("AWS::NoValue"),
);

/** To the clusters that it reads anyway; else to none. Within the role, so that at no moment it has neither. */
const asAdmin: Intrinsic = either(
  "HasAuditAsAdmin",
  policy("as-admin", toItsClusters("ReadMappingsAsAdmin", ["dsql:DbConnectAdmin"])),
  // Holds whatever else is attached to the role later, on every cluster there is: so a Deny on all.
  policy("never-as-admin", {
    Sid: "NeverAsAdmin",
    Effect: "Deny",
    Action: ["dsql:DbConnectAdmin"],
    Resource: "*",
  }),
);

/**
 * The role that mappings in the databases name has a name of its own: replaced under a generated one, every mapping
 * would have to be granted anew.
 */
const special: { readonly [name: string]: Special } = {
  // Member accounts name both in the trust of the role that they give.
  plan: { RoleName: sub(`\${AWS::StackName}-plan-\${AWS::Region}`) },
  snapshot: { RoleName: sub(`\${AWS::StackName}-snapshot-\${AWS::Region}`), policies: [joinsVpc, asAdmin] },
};

export const roles: Resources = {
  ...Object.fromEntries(
    Object.entries(statements).map(([name, own]) => [`${pascal(name)}Role`, role(name, own, special[name])]),
  ),
  ...optionalRights,
};
