// What is wrong with parameters that are each right by themselves: what one leaves no room for, and what cannot be reached.
import { partitionOf } from "../lib/core/base/partition.ts";
import { auditorRoleProblem } from "../lib/core/catalog/auditor-needs.ts";
import { retentionProblem } from "../lib/core/findings/retention-days.ts";
import { type ParameterName, parameters } from "./parameters.ts";
import type { Params } from "./params.ts";

/** What is given without the other that it is of no use without. */
const lonely = (read: Params): string[] =>
  parameters.flatMap(([name, { with: other }]) =>
    other && read[name] && !read[other as ParameterName] ? [`${name} needs ${other} as well`] : [],
  );

/** What a trail of the stack's own leaves no room for, and what is of no use without one. */
const ownTrail = (read: Params): string[] => {
  const { createTrail, existingTrailBucket, trailBucket, trailPrefix } = read;
  if (createTrail === "off")
    return existingTrailBucket ? ["existingTrailBucket needs createTrail: on, or connects"] : [];
  return [
    ...(trailBucket
      ? [`trailBucket and createTrail: ${createTrail} each say where the trail's files are: choose one`]
      : []),
    ...(trailPrefix ? ["trailPrefix is of no use with createTrail: that trail has none"] : []),
  ];
};

/** AWS's limits: https://docs.aws.amazon.com/aurora-dsql/latest/userguide/CHAP_tagging.html */
const MOST = { tags: 50, key: 128, value: 256 } as const;

/** What no tag of a cluster can be, and tags beside clusters that are named. */
const byTags = ({ clusters, clusterTags }: Params): string[] => {
  const tags: unknown = JSON.parse(clusterTags);
  if (typeof tags !== "object" || tags === null || Array.isArray(tags))
    return ['clusterTags is a map of keys to values, like {audit: "true"}'];
  const entries = Object.entries(tags);
  if (!entries.length) return [];
  if (entries.length > MOST.tags)
    return [`clusterTags has ${entries.length} tags: ${MOST.tags} are the most`];
  if (clusters !== "auto") return ["clusterTags chooses among all clusters: it needs clusters: auto"];
  return entries.flatMap(([key, value]: [string, unknown]) => {
    const name = `clusterTags ${JSON.stringify(key)}`;
    if (key === "" || key.length > MOST.key) return `${name} is no key: it has 1 to ${MOST.key} characters`;
    if (!["string", "number", "boolean"].includes(typeof value))
      return `${name} has no value: write a text, or "*" for any`;
    const text = String(value);
    return text.length > MOST.value ? `${name} has a value of ${text.length} characters` : [];
  });
};

/** What would be kept for less than what rests on it. */
const tooShort = (read: Params): string[] =>
  parameters.flatMap(([name, { days }]) =>
    days === undefined ? [] : (retentionProblem(days, Number(read[name]), Number(read.dormantDays)) ?? []),
  );

/**
 * Keys of another Region or partition: nothing of the stack could use them. That of a trail which the stack makes has to be where
 * its bucket is: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateTrail.html
 */
const elsewhere = (read: Params): string[] => {
  const { region, createTrail } = read;
  const names: readonly ParameterName[] = [
    "kmsKeyArn",
    ...(createTrail === "off" ? [] : (["trailKeyArn"] as const)),
  ];
  return names.flatMap((name) => {
    const [, partition, , home] = read[name].split(":");
    if (partition === undefined) return [];
    if (home !== region)
      return [
        `${name} is a key in ${home}, and the auditor runs in ${region}: a key is of use in its own Region alone`,
      ];
    const own = partitionOf(region) ?? partition;
    return partition === own
      ? []
      : [`${name} begins with arn:${partition}, and an ARN in ${region} with arn:${own}`];
  });
};

/** What no deployment in this partition can reach. */
const otherPartition = (read: Params): string[] => {
  const own = partitionOf(read.region);
  if (own === undefined) return [];
  const regions = read.regions === "" ? [] : read.regions.split(",");
  const arns = (["eventBus", "chatTopic", "chatTopicKeyArn"] as const).flatMap((name) => {
    const [, partition] = read[name].split(":");
    return partition === undefined || partition === own
      ? []
      : [`${name} begins with arn:${partition}, and an ARN in ${read.region} with arn:${own}`];
  });
  return [
    ...arns,
    ...regions
      .filter((region) => (partitionOf(region) ?? own) !== own)
      .map((region) => `regions names ${region}, which is of another partition than ${read.region}`),
  ];
};

/** A name that no role of the auditor's own can have. */
const roleName = ({ auditorUser }: Params): string[] => {
  const problem = auditorRoleProblem(auditorUser);
  return problem === undefined ? [] : [`auditorUser ${problem}`];
};

/** A sentence for each contradiction; the values passed the rules of their parameters. */
export const contradictions = (read: Params): readonly string[] =>
  [lonely, ownTrail, roleName, tooShort, elsewhere, byTags, otherPartition].flatMap((check) => check(read));
