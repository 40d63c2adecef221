// Whose hours a trail file proves: CloudTrail delivers by account and Region.
import { parseArn } from "../base/arn.ts";
import type { Cluster } from "../base/ids.ts";

/** `111122223333/us-east-1`; `*` where neither the record nor the file's name says it: it stands for every cluster. */
export type Scope = string;

export const ANY_SCOPE: Scope = "*";

/** The scope of a record or a file; `*` unless both parts are known. */
export const scopeOf = (account: string | undefined, region: string | undefined): Scope =>
  account && region ? `${account}/${region}` : ANY_SCOPE;

/** The scope that a cluster's own records are delivered in; undefined for what is no DSQL cluster. */
export const scopeOfCluster = (cluster: Cluster): Scope | undefined => {
  const arn = parseArn(cluster);
  return arn?.service === "dsql" && arn.account && arn.region ? scopeOf(arn.account, arn.region) : undefined;
};
