// How somebody is shut out tonight: the mappings in the database, and a denial in IAM that holds for one cluster alone, in all its Regions.
import { type Cluster, isClusterArn, parseArn } from "../core/base/ids.ts";
import { shellOption } from "../core/base/shell-word.ts";
import { visible } from "../core/base/visible-text.ts";
import { managedBy } from "../core/iam/managed-role.ts";
import { wrapped } from "./page.ts";

/** What IAM takes as the name of a user or role: IAM/latest/APIReference/API_PutRolePolicy.html */
const NAME = /^[\w+=,.@-]{1,64}$/;
/** Of each cluster its own: writing a policy of the same name would take back what it denied. */
const policyOf = (cluster: Cluster): string => `dsql-audit-cut-off-${cluster.split("/").at(-1)}`;

/** One command over several lines: JSON takes line feeds between its words, and a shell takes them within quotes. */
const denial = (kind: string, name: string, cluster: Cluster, peers: readonly string[]): string[] => [
  `aws iam put-${kind}-policy \\`,
  `  --policy-name ${policyOf(cluster)} \\`,
  `  --policy-document '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny",`,
  `  "Action": ["dsql:DbConnect", "dsql:DbConnectAdmin"], "Resource": [`,
  ...[cluster, ...peers].map((arn, n) => `  "${arn}"${n < peers.length ? "," : ""}`),
  "  ]}]}' \\",
  // The longest of all stands last, where no backslash makes it longer.
  `  ${shellOption(`--${kind}-name`, name)}`,
];

type Cut = { readonly command?: readonly string[]; readonly says?: string };

const oneOf = (principal: string, cluster: Cluster, peers: readonly string[]): Cut => {
  const { service, account = "", resource = "" } = parseArn(principal) ?? {};
  if (service !== "iam" || !isClusterArn(cluster)) return {};
  if (account !== parseArn(cluster)?.account)
    return {
      says: `In IAM nothing can be done here: the identity belongs to account ${visible(account, 20)}.`,
    };
  if (resource === "root")
    return {
      says: "No IAM policy limits the root user: change its password, and delete its access keys if it has any.",
    };
  const managed = managedBy(principal);
  if (managed === "a service")
    return {
      says: "AWS manages the role of a service, so that no policy can be added to it: deny it in the cluster's policy.",
    };
  if (managed)
    return {
      says: "In IAM Identity Center: take the assignment to this account away, and end the person's session there. AWS manages the IAM role, so that no policy can be added to it.",
    };
  const [, kind, name = ""] = /^(role|user)\/(?:.*\/)?([^/]+)$/.exec(resource) ?? [];
  return kind === undefined || !NAME.test(name) ? {} : { command: denial(kind, name, cluster, peers) };
};

const firstOf = (peers: readonly string[] | undefined): string => {
  const where = peers?.length ? "this cluster and its peers" : "this cluster";
  const unread = peers ? "" : " If it has peers in other Regions, add their ARNs: they could not be read.";
  return `In IAM, for ${where} alone, to stop it as any role, admin too. To undo it, delete the policy.${unread}`;
};

/**
 * What to do in IAM about these principals: a sentence, and a command where one can be pasted. `peers`: the ARNs of the
 * cluster in other Regions; undefined: not known.
 */
export const iamCutLines = (
  principals: readonly string[],
  cluster: Cluster,
  peers: readonly string[] | undefined,
): string[] => {
  const known = peers?.every((arn) => isClusterArn(arn)) ? peers : undefined;
  const all = principals.map((principal) => oneOf(principal, cluster, known ?? []));
  const commands = all.flatMap(({ command = [] }) => command);
  return [
    ...(commands.length ? [...wrapped(firstOf(known)), ...commands] : []),
    ...new Set(all.flatMap(({ says }) => (says === undefined ? [] : wrapped(says)))),
  ];
};
