// The clusters that the parameter `clusters` names, as far as a deployment could not watch them.
import { readSettings } from "../lib/config.ts";
import { parseArn } from "../lib/core/base/ids.ts";
import { partitionOf } from "../lib/core/base/partition.ts";
import { unusable } from "../lib/core/coverage/reach.ts";
import type { Params } from "./params.ts";

type Given = Pick<Params, "clusters" | "region" | "regions" | "memberAccounts">;

const listOf = (text: string): readonly string[] => text.split(",").filter((one) => one !== "");

/**
 * One sentence for each entry that the functions would refuse, and with it every other cluster. `account`: the one that is
 * deployed to; undefined: not known yet, and all that is no member's is held to be one. The values passed the file's rules.
 */
export const unusableClusters = (
  { clusters, region, regions, memberAccounts }: Given,
  account?: string,
): readonly string[] => {
  const { CLUSTERS } = readSettings({ CLUSTERS: clusters }, "CLUSTERS");
  if (CLUSTERS === "auto") return [];
  const members = listOf(memberAccounts);
  const accounts = account === undefined ? undefined : [account, ...members];
  const within = { partition: partitionOf(region), regions: [region, ...listOf(regions)], accounts };
  const problems = unusable(CLUSTERS, within);
  if (problems.length || accounts) return problems;
  const arns = CLUSTERS.map(({ cluster }) => cluster);
  const others = arns.filter((arn) => !members.includes(parseArn(arn)?.account ?? ""));
  const owners = new Set(others.map((arn) => parseArn(arn)?.account));
  return owners.size > 1
    ? [
        `only one of the accounts ${[...owners].join(", ")} can be the one that is deployed to, and memberAccounts names none of them: ${others.join(", ")}`,
      ]
    : [];
};
