// Commands of the AWS CLI for people to run: one option a line, quoted for a shell. https://docs.aws.amazon.com/cli/latest/
import { shellWord } from "../base/shell-word.ts";
import type { ClusterAccess } from "./facts.ts";

type Option = readonly [name: string, value: string];

/** `words` are ours; the values of options may come from anywhere. */
const awsCommand = (words: string, options: readonly Option[]): string =>
  [`aws ${words}`, ...options.map(([name, value]) => `  --${name} ${shellWord(value)}`)].join(" \\\n");

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

/** Adds an inline policy to a role or a user; one of the same name is replaced. */
export const putInlinePolicyCommand = (
  kind: "role" | "user",
  name: string,
  policy: string,
  document: unknown,
): string =>
  awsCommand(`iam put-${kind}-policy`, [
    [`${kind}-name`, name],
    ["policy-name", policy],
    ["policy-document", documentText(document)],
  ]);
