// Commands of the AWS CLI for people to run: one option a line, quoted for a shell. https://docs.aws.amazon.com/cli/latest/
import { parseArn } from "../base/ids.ts";
import { shellDocument, shellOption, shellWord } from "../base/shell-word.ts";
import { visible } from "../base/visible-text.ts";
import type { ClusterAccess } from "./facts.ts";
import { managedBy } from "./managed-role.ts";

type Option = readonly [name: string, value: string];

/** Their values are documents that we write; what stands in all others may begin as one. */
const DOCUMENTS: ReadonlySet<string> = new Set(["policy", "policy-document"]);

const optionText = (name: string, value: string): string =>
  shellOption(`--${name}`, value, DOCUMENTS.has(name) ? shellDocument : shellWord);

/** `words` are ours; the values of options may come from anywhere. */
const awsCommand = (words: string, options: readonly Option[]): string =>
  [`aws ${words}`, ...options.map(([name, value]) => `  ${optionText(name, value)}`)].join(" \\\n");

const located = ({ arn, region }: Pick<ClusterAccess, "arn" | "region">): Option[] => [
  ["region", region],
  ["identifier", arn.slice(arn.lastIndexOf("/") + 1)],
];

/** On several lines: no line of a mail is longer than it must be. */
const documentText = (document: unknown): string => JSON.stringify(document, null, 1);

/** Puts the policy in the place of the one that was read, and fails where that was changed since. */
export const putPolicyCommand = (
  access: Pick<ClusterAccess, "arn" | "region"> & { readonly version: string | null },
  document: unknown,
): string =>
  awsCommand("dsql put-cluster-policy", [
    ...located(access),
    ...(access.version === null ? [] : [["expected-policy-version", access.version] as const]),
    ["policy", documentText(document)],
  ]);

export const getPolicyCommand = (access: Pick<ClusterAccess, "arn" | "region">): string =>
  awsCommand("dsql get-cluster-policy", located(access));

const MAX_COMMANDS = 10;
const MAX_NAME = 64;
/** IAM/latest/APIReference/API_PutRolePolicy.html */
const MAX_POLICY_NAME = 128;

const HOW_MANAGED = {
  "a service": "# A service's role, which only AWS changes:",
  "IAM Identity Center": "# Roles of IAM Identity Center are denied in their permission set:",
} as const;

const NOT_IN_A_NAME = /[^\w+=,.@-]/g;

/**
 * Denies the actions on these clusters to each of the roles and users, by an inline policy that bears this name and that of
 * the cluster: of one name for all clusters, the one that is put last would take back what the others denied. A role that AWS
 * manages takes none, and stands there as a comment. For very many the policy alone, to be attached where it belongs.
 */
export const denyCommands = (
  principals: readonly string[],
  name: string,
  actions: readonly string[],
  clusters: readonly string[],
): string => {
  const document = {
    Version: "2012-10-17",
    Statement: [{ Sid: name, Effect: "Deny", Action: actions, Resource: clusters }],
  };
  if (principals.length > MAX_COMMANDS) return documentText(document);
  const cluster = clusters[0]?.split("/").at(-1)?.replace(NOT_IN_A_NAME, "") ?? "";
  return principals
    .map((principal) => {
      const { resource = "" } = parseArn(principal) ?? {};
      const own = resource.slice(resource.lastIndexOf("/") + 1);
      const managed = managedBy(principal);
      if (managed) return `${HOW_MANAGED[managed]}\n# ${visible(own, MAX_NAME)}`;
      const kind = resource.startsWith("user/") ? "user" : "role";
      return awsCommand(`iam put-${kind}-policy`, [
        [`${kind}-name`, own],
        ["policy-name", `${name}-${cluster}`.slice(0, MAX_POLICY_NAME)],
        ["policy-document", documentText(document)],
      ]);
    })
    .join("\n");
};
