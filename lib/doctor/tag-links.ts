// Clusters that a deployment chooses by their tags: which it does, and the link where that leaves none, or is not known.
import { isChosen, type Tags, tagsText } from "../core/coverage/chosen.ts";
import { tagCommand } from "../wording/not-watched-text.ts";
import { broken, type Link, unanswered } from "./link.ts";
import type { AwsCluster } from "./ports.ts";

const isUntold = ({ tags }: AwsCluster): boolean => !tags;

/** Those that `wanted` chooses, and those of which AWS did not say which tags they have; nothing wanted: all of them. */
export const mayBeChosen = (clusters: readonly AwsCluster[], wanted: Tags): readonly AwsCluster[] =>
  Object.keys(wanted).length
    ? clusters.filter((one) => isUntold(one) || isChosen(one.tags ?? {}, wanted))
    : clusters;

/** `clusters`: of one Region. undefined: it is known which are chosen, and there are some. */
export const tagLink = (
  link: string,
  clusters: readonly AwsCluster[],
  wanted: Tags,
  here: string,
): Link | undefined => {
  const [first] = clusters;
  if (!Object.keys(wanted).length || !first) return undefined;
  const dark = clusters.filter(isUntold);
  if (dark.length)
    return unanswered(link, {
      why: `AWS did not say which tags these clusters have: ${dark.map(({ arn }) => arn).join(", ")}`,
      permission: "dsql:GetCluster and dsql:ListTagsForResource",
    });
  if (mayBeChosen(clusters, wanted).length) return undefined;
  return broken(
    link,
    `no cluster in ${here} has the tags of clusterTags: ${tagsText(wanted)}`,
    `Tag those that are to be watched: ${tagCommand(first.arn, wanted)}`,
  );
};
