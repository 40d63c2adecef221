// What the auditor itself may do in IAM: as little as it can work with.
import { type Cluster, parseArn } from "../core/base/ids.ts";
import { AuditError } from "../errors.ts";

export type PolicyDocument = {
  readonly Version: "2012-10-17";
  readonly Statement: readonly {
    readonly Sid: string;
    readonly Effect: "Allow" | "Deny";
    readonly Action: readonly string[];
    readonly Resource: readonly string[];
  }[];
};

/** What doctor, `who-may --live` and the snapshot function need; where it is denied there is no second opinion. */
export const SIMULATE = "iam:SimulatePrincipalPolicy";

/**
 * What the auditor asks of IAM and of Aurora DSQL's API about who may connect; whoever lacks one of them reads the rest.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
 */
export const iamReads = {
  /** It knows no resource. */
  policies: ["iam:GetAccountAuthorizationDetails"],
  /** Of whomever mappings name, which no policy can know beforehand. */
  identities: ["iam:GetRole", "iam:GetUser", "iam:ListAccessKeys", "iam:GetAccessKeyLastUsed"],
  /** Of the clusters, and of their peers in other Regions. */
  clusters: ["dsql:GetCluster", "dsql:GetClusterPolicy", "dsql:ListTagsForResource"],
} as const;

const readStatements = (clusters: readonly Cluster[]): PolicyDocument["Statement"] => {
  const accounts = [...new Set(clusters.map((cluster) => cluster.split(":").slice(0, 5).join(":")))].map(
    (begin) => begin.split(":"),
  );
  const unique = (arns: readonly string[]): string[] => [...new Set(arns)];
  return [
    { Sid: "ReadPolicies", Effect: "Allow", Action: iamReads.policies, Resource: ["*"] },
    {
      Sid: "ReadMappedIdentities",
      Effect: "Allow",
      Action: iamReads.identities,
      Resource: unique(
        accounts.flatMap(([, partition, , , account]) =>
          ["role/*", "user/*"].map((names) => `arn:${partition}:iam::${account}:${names}`),
        ),
      ),
    },
    {
      Sid: "ReadClusterAccess",
      Effect: "Allow",
      Action: iamReads.clusters,
      Resource: unique(
        accounts.map(([, partition, , , account]) => `arn:${partition}:dsql:*:${account}:cluster/*`),
      ),
    },
  ];
};

/**
 * The policy of the snapshot function's role: connect to these clusters as a custom database role, never as admin.
 * The explicit Deny holds whatever else is attached to the role. `readsIam`: and read who may connect, which changes nothing.
 * AuditError("usage") where a cluster is no DSQL ARN.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_dsql.html
 */
export const auditorPolicy = (clusters: readonly Cluster[], readsIam = true): PolicyDocument => {
  const strange = clusters.find((cluster) => {
    const arn = parseArn(cluster);
    return arn?.service !== "dsql" || !arn.resource.startsWith("cluster/");
  });
  if (strange !== undefined) {
    throw new AuditError("usage", `${strange} is not the ARN of an Aurora DSQL cluster`, {
      hint: "Write arn:aws:dsql:REGION:ACCOUNT:cluster/ID; the console and `aws dsql list-clusters` show it.",
    });
  }
  return {
    Version: "2012-10-17",
    Statement: [
      { Sid: "ConnectAsTheAuditor", Effect: "Allow", Action: ["dsql:DbConnect"], Resource: clusters },
      { Sid: "NeverAsAdmin", Effect: "Deny", Action: ["dsql:DbConnectAdmin"], Resource: ["*"] },
      ...(readsIam ? readStatements(clusters) : []),
    ],
  };
};
