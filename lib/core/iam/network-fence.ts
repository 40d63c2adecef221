// A Deny that keeps out whoever does not come from the networks that were declared, as a statement of a cluster's policy.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
import { visible } from "../base/visible-text.ts";
import type { Baseline } from "../baseline/baseline.ts";
import { contextOfNetwork } from "./network-context.ts";

/** Where connections may come from. `spared`: ARNs that may come from anywhere. */
export type LetIn = {
  readonly endpoints: readonly string[];
  /** Public ranges. */
  readonly addresses: readonly string[];
  /** Ranges inside a VPC: any VPC can have them. */
  readonly inside: readonly string[];
  readonly spared: readonly string[];
};

const sorted = (texts: readonly string[]): string[] => [...new Set(texts)].sort();

/**
 * The networks of a baseline. `left`: why they are no fence, in a sentence: whoever declares no network would be shut out
 * wherever it comes from.
 */
export const declaredNetworks = (
  baseline: Baseline | null,
  auditor: string | null,
): LetIn | { readonly left: string } => {
  if (!baseline)
    return {
      left: "which networks to let in is not declared: name them in access.yml (networks), and publish it",
    };
  const silent = baseline.components.filter(
    ({ principals = [], networks = [] }) => principals.length > 0 && networks.length === 0,
  );
  const all = sorted(baseline.components.flatMap(({ networks = [] }) => networks));
  if (silent.length || !all.length)
    return {
      left: `access.yml declares no networks for ${silent.map(({ name }) => visible(name, 80)).join(", ") || "any component"}, whom a policy by networks would shut out`,
    };
  const endpoints = all.filter((one) => one.startsWith("vpce-"));
  const ranges = all.filter((one) => !one.startsWith("vpce-"));
  const isPublic = (range: string): boolean => contextOfNetwork(range).has("aws:sourceip");
  return {
    endpoints,
    addresses: ranges.filter(isPublic),
    inside: ranges.filter((range) => !isPublic(range)),
    spared: auditor === null ? [] : [auditor],
  };
};

/**
 * One Deny whose tests must all hold: from none of the endpoints, none of the ranges, and nobody who is spared. A negated
 * test holds for a key that is missing as well.
 */
export const networkFence = (cluster: string, { endpoints, addresses, inside, spared }: LetIn): object => {
  const ranges = {
    ...(addresses.length && { "aws:SourceIp": addresses }),
    ...(inside.length && { "aws:VpcSourceIp": inside }),
  };
  return {
    Sid: "DeclaredNetworksOnly",
    Effect: "Deny",
    Principal: { AWS: "*" },
    Action: ["dsql:DbConnect", "dsql:DbConnectAdmin"],
    Resource: cluster,
    Condition: {
      ...(endpoints.length && { StringNotEquals: { "aws:SourceVpce": endpoints } }),
      ...(Object.keys(ranges).length && { NotIpAddress: ranges }),
      ...(spared.length && { ArnNotEquals: { "aws:PrincipalArn": spared } }),
    },
  };
};
