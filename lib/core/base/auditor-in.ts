// Who the auditor is in a cluster: its own role, or in another account the role of the same name there.
import { type Cluster, Principal, parseArn } from "./ids.ts";

/** The account of a cluster in AWS; undefined: it is another database. */
const accountOf = (cluster: string): string | undefined => {
  const arn = parseArn(cluster);
  return arn?.service === "dsql" && /^\d{12}$/.test(arn.account) ? arn.account : undefined;
};

/** Whether the cluster is of another account than the auditor: it is then entered with that account's role. */
export const isMember = (auditor: string, cluster: string): boolean => {
  const account = accountOf(cluster);
  return account !== undefined && account !== parseArn(auditor)?.account;
};

/**
 * The principal of the auditor's own logins in this cluster. A member account gives it a role with the name of its own one
 * (deploy/member-account.yml), without a path: a login across accounts is not supported by Aurora DSQL.
 */
export const auditorIn = (auditor: Principal, cluster: Cluster): Principal => {
  const [, partition, , , , resource = ""] = auditor.split(":");
  return isMember(auditor, cluster) && resource.startsWith("role/")
    ? Principal.parse(
        `arn:${partition}:iam::${accountOf(cluster)}:role/${resource.slice(resource.lastIndexOf("/") + 1)}`,
      )
    : auditor;
};
