// The links of the clusters that are to be watched, in each Region and in each other account: whether they have been read.
import type { Cluster } from "../core/base/ids.ts";
import { type Tags, tagsText } from "../core/coverage/chosen.ts";
import type { Running } from "../store/findings/deployments.ts";
import { type Answer, broken, type Link, ok, unanswered, unknown } from "./link.ts";
import type { AwsCluster } from "./ports.ts";
import { mayBeChosen, tagLink } from "./tag-links.ts";

/** Statuses in which a cluster can be connected to, or wakes when somebody does. */
export const LIVE = /^(?:ACTIVE|IDLE|INACTIVE|UPDATING)$/;

/**
 * `known`: clusters that a snapshot was ever taken of. `setUp`: the command that prints what this cluster's login needs.
 * `region`: a further one of the deployment; undefined: its own. `wanted`: the tags by which clusters are chosen.
 */
export const clustersLink = (
  answer: Answer<readonly AwsCluster[]>,
  known: readonly Cluster[],
  setUp: (cluster: string) => string,
  { region, wanted = {} }: { readonly region?: string; readonly wanted?: Tags } = {},
): Link => {
  const link = region === undefined ? "clusters" : `clusters in ${region}`;
  const here = region ?? "this Region";
  if (!("value" in answer)) return unanswered(link, answer);
  const there = answer.value.filter(({ status }) => status === null || LIVE.test(status));
  const notChosen = tagLink(link, there, wanted, here);
  if (notChosen) return notChosen;
  const live = mayBeChosen(there, wanted);
  if (!live.length)
    return broken(
      link,
      `no cluster that could be read is in ${here}`,
      region === undefined ? "Check --region." : "Check the parameter regions.",
    );
  const unread = live.filter(({ arn }) => !known.some((cluster) => cluster === arn));
  const by = Object.keys(wanted).length ? ` with the tags ${tagsText(wanted)}` : "";
  const found = `${live.length} in ${here}${by}`;
  if (!unread.length) return ok(link, `${found}, each of them has been read`);
  const says = `${found}, never read: ${unread.map(({ arn }) => arn).join(", ")}`;
  const first = unread.find(({ status }) => status !== null);
  return first
    ? broken(link, says, setUp(first.arn))
    : unanswered(link, {
        why: `${says}; AWS did not say whether they can be`,
        permission: "dsql:GetCluster",
      });
};

/**
 * The same where the deployment names its clusters: those of this account and Region. AWS may list others, which nobody is to
 * read.
 */
export const namedLink = (
  answer: Answer<readonly AwsCluster[]>,
  named: readonly string[],
  known: readonly Cluster[],
  setUp: (cluster: string) => string,
  region?: string,
): Link => {
  const link = region === undefined ? "clusters" : `clusters in ${region}`;
  const here = region ?? "this Region";
  if (!named.length) return ok(link, `the deployment names none of this account in ${here}`);
  if (!("value" in answer)) return unanswered(link, answer);
  const gone = named.filter((arn) => !answer.value.some((one) => one.arn === arn));
  if (gone.length)
    return broken(
      link,
      `AWS lists no such cluster in ${here}: ${gone.join(", ")}`,
      "Correct the parameter clusters and deploy again.",
    );
  const own = answer.value.filter(({ arn }) => named.includes(arn));
  const found = clustersLink({ value: own }, known, setUp, region === undefined ? {} : { region });
  return { ...found, says: `of those that the deployment names ${found.says}` };
};

/** Who runs doctor may be told of clusters that the deployed functions are not: it is these that read them. */
export const heardLink = (
  link: Link,
  unlisted: NonNullable<Running["unlisted"]>[number] | undefined,
): Link =>
  unlisted && link.state === "ok"
    ? unknown(
        link.link,
        `${link.says}, but the deployed functions were not told the clusters of ${unlisted.region}: ${unlisted.reason}`,
        "See that the Region is enabled for the account and that no organisation policy (SCP) denies dsql:ListClusters there.",
      )
    : link;
