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

/**
 * The policy of the snapshot function's role: connect to these clusters as a custom database role, never as admin.
 * The explicit Deny holds whatever else is attached to the role. AuditError("usage") where a cluster is no DSQL ARN.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_dsql.html
 */
export const auditorPolicy = (clusters: readonly Cluster[]): PolicyDocument => {
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
    ],
  };
};
