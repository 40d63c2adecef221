// What to do first about unusual connections of a principal: ask, take its access to the database away, then end what it holds in IAM.
import { type Cluster, parseArn } from "../base/ids.ts";
import { principalName, visible } from "../base/visible-text.ts";

/** Roles that IAM Identity Center makes: AWS manages them, and sessions end there. */
const OF_IDENTITY_CENTER = /^role\/(?:aws-reserved\/sso\.amazonaws\.com\/|AWSReservedSSO_)/;

/**
 * How IAM stops credentials that are out already; undefined where there is no way of its own. Aurora DSQL documents none to
 * end a connection: it ends by itself within an hour.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html
 */
const inIam = (resource: string): string | undefined => {
  if (OF_IDENTITY_CENTER.test(resource)) return "end the person's session in IAM Identity Center";
  if (resource.startsWith("role/")) return "revoke the active sessions of the IAM role";
  if (resource.startsWith("user/")) return "deactivate its access keys";
  return undefined;
};

/** In two sentences. The name in it is made visible. Of another account than the cluster's, only that account can act in IAM. */
export const firstStepOf = (principal: string, cluster: Cluster): string => {
  const { account = "", resource = "" } = parseArn(principal) ?? {};
  const isOwn = account === parseArn(cluster)?.account;
  if (resource === "root" && isOwn)
    return "Ask whoever holds the password of the root user. If nobody can explain it, change the password, delete its access keys, and look in CloudTrail for what else it did.";
  const step = inIam(resource);
  const then = isOwn ? `then ${step}` : `and have account ${visible(account, 20)} ${step}`;
  return `Ask the owner of ${principalName(principal)}. If nobody can explain it, take its access away${step ? `, ${then}` : ""}.`;
};
