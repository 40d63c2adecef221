// The links of the clusters that are to be watched, in each Region and in each other account: whether they have been read.
import { type Cluster, parseArn } from "../core/base/ids.ts";
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

/** What mends a member account, each as something to run or to read. */
type MemberSteps = {
  /** What gives the auditor its role there. */
  readonly deploy: string;
  /** What prints the login that this cluster needs. */
  readonly setUp: (cluster: string) => string;
};

/** A member account whose clusters the deployment names: the plan function asks nothing there. */
const namedMemberLink = (
  link: string,
  named: readonly string[],
  known: readonly Cluster[],
  { deploy, setUp }: MemberSteps,
): Link => {
  if (!named.length) return ok(link, "the deployment names none of its clusters");
  const unread = named.filter((arn) => !known.some((cluster) => cluster === arn));
  const [first] = unread;
  return first === undefined
    ? ok(link, `each of its clusters that the deployment names has been read: ${named.length}`)
    : broken(
        link,
        `the deployment names clusters of it that were never read: ${unread.join(", ")}`,
        `If it does not give the auditor a role yet: ${deploy} Else: ${setUp(first)}`,
      );
};

/**
 * A member account, by what the plan function last heard there. `known`: clusters that were read. `heard` undefined: nobody has
 * asked there yet. `named`: the clusters that the deployment names; undefined: it watches all that it hears of.
 */
export const memberLink = (
  account: string,
  heard: Pick<Running, "unlisted" | "found"> | undefined,
  known: readonly Cluster[],
  steps: MemberSteps,
  named?: readonly string[],
): Link => {
  const link = `account ${account}`;
  const { deploy, setUp } = steps;
  const isOwn = (cluster: string): boolean => parseArn(cluster)?.account === account;
  if (named) return namedMemberLink(link, named.filter(isOwn), known, steps);
  if (!heard?.unlisted)
    return unknown(
      link,
      "its clusters were not asked for yet",
      `If it does not give the auditor a role yet: ${deploy} Else wait for the next full hour.`,
    );
  const own = heard.unlisted.filter((one) => one.account === account);
  const reasons = own.map(({ region, reason }) => `${region}: ${reason}`).join("; ");
  if (own.some(({ role }) => role === "refused"))
    return broken(link, `it does not give the auditor its role: ${reasons}`, deploy);
  if (own.length)
    return unknown(
      link,
      `its clusters are not known in ${reasons}`,
      "See that the Region is enabled for the account and that no organisation policy (SCP) denies dsql:ListClusters there.",
    );
  const unread = (heard.found ?? []).filter((arn) => isOwn(arn) && !known.some((cluster) => cluster === arn));
  const [first] = unread;
  if (first !== undefined)
    return broken(link, `it lets the auditor in, never read: ${unread.join(", ")}`, setUp(first));
  const read = known.filter(isOwn).length;
  return read || !heard.found
    ? ok(link, `it lets the auditor in; ${read} of its clusters ${read === 1 ? "has" : "have"} been read`)
    : ok(link, "it lets the auditor in, and has no cluster that is to be watched");
};
