// The links that lie in the account: who asks, which trail records, whether its bucket tells of new files.
import { captureState, REPLICATED, type TrailRead } from "../cloudtrail/trail-config.ts";
import { type Cluster, parseArn } from "../core/base/ids.ts";
import { shellWord } from "../core/base/shell-word.ts";
import { type Tags, tagsText } from "../core/coverage/chosen.ts";
import type { Running } from "../store/findings/deployments.ts";
import { type Answer, broken, type Link, ok, unanswered, unknown } from "./link.ts";
import type { AwsCluster } from "./ports.ts";
import { mayBeChosen, tagLink } from "./tag-links.ts";

export const identityLink = (answer: Answer<string>): Link =>
  "value" in answer
    ? ok("identity", `AWS sees you as ${answer.value}`)
    : unknown("identity", answer.why, answer.next ?? "aws sts get-caller-identity");

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

/**
 * A member account, by what the plan function last heard there. `known`: clusters that were read. `heard` undefined: nobody has
 * asked there yet.
 */
export const memberLink = (
  account: string,
  heard: Pick<Running, "unlisted" | "found"> | undefined,
  known: readonly Cluster[],
  { deploy, setUp }: MemberSteps,
): Link => {
  const link = `account ${account}`;
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
  const isOwn = (cluster: string): boolean => parseArn(cluster)?.account === account;
  const unread = (heard.found ?? []).filter((arn) => isOwn(arn) && !known.some((cluster) => cluster === arn));
  const [first] = unread;
  if (first !== undefined)
    return broken(link, `it lets the auditor in, never read: ${unread.join(", ")}`, setUp(first));
  const read = known.filter(isOwn).length;
  return read || !heard.found
    ? ok(link, `it lets the auditor in; ${read} of its clusters ${read === 1 ? "has" : "have"} been read`)
    : ok(link, "it lets the auditor in, and has no cluster that is to be watched");
};

/** A trail is asked about, and changed, in its home Region alone: its ARN names it. */
const atHome = (arn: string): string => `--region ${shellWord(parseArn(arn)?.region || "REGION")}`;

/** What a trail of the stack's own that somebody deleted needs. */
const MAKE_ANEW =
  "Deploying again does not make it anew: docs/operations.md, A trail of the stack's own, says what does.";

/** The trails that a deployment rests on: where it made one that one alone, for it reads no other's files. */
const trailsFor = (trails: readonly TrailRead[], own: string): readonly TrailRead[] =>
  own === "" ? trails : trails.filter(({ arn }) => arn === own);

/** What to look at, or to start, where no trail surely takes the connects. */
const trailNext = (trails: readonly TrailRead[], own: string): string => {
  const first = trails.find(({ arn }) => arn !== REPLICATED);
  if (!first)
    return "Let the deployment make a trail (createTrail: on), or make one (aws cloudtrail create-trail); npx dsql-audit deploy-check prints what it needs.";
  const isStopped = own !== "" && !("unreadable" in first) && !first.logging;
  return isStopped
    ? `aws cloudtrail start-logging ${atHome(own)} --name ${shellWord(own)}`
    : `aws cloudtrail get-event-selectors ${atHome(first.arn)} --trail-name ${shellWord(first.arn)}`;
};

/**
 * Whether a trail takes the connects of this cluster. `own`: the trail that the stack made; empty: none. `asked`: the account
 * whose trails these are, where it is known.
 */
export const trailLink = (
  answer: Answer<readonly TrailRead[]>,
  cluster: Cluster,
  own = "",
  asked?: string,
): Link => {
  if (!("value" in answer)) return unanswered("trail", answer);
  const judged = trailsFor(answer.value, own);
  if (own !== "" && !judged.length)
    return broken("trail", `the trail that the stack made is gone: ${own}`, MAKE_ANEW);
  const { captured, reasons, trails } = captureState(judged, cluster, asked);
  if (captured === "yes") return ok("trail", `takes its connects: ${trails.join(", ")}`);
  const said =
    own === "" || reasons[0]?.includes(own) ? reasons.join("; ") : `${own} does not take its connects`;
  const next = trailNext(judged, own);
  return captured === "no" ? broken("trail", said, next) : unknown("trail", said, next);
};

/** Whether the trails that take its connects sign what they deliver. `own` and `asked` as in `trailLink`. */
export const digestsLink = (
  answer: Answer<readonly TrailRead[]>,
  cluster: Cluster,
  own = "",
  asked?: string,
): Link => {
  if (!("value" in answer)) return unanswered("digests", answer);
  const { captured, trails, validation } = captureState(trailsFor(answer.value, own), cluster, asked);
  if (captured !== "yes") return unknown("digests", "not known which trail takes its connects");
  if (validation) return ok("digests", "the trail signs its files");
  return broken(
    "digests",
    "the trail signs nothing: hours are proven by canary logins alone",
    `aws cloudtrail update-trail ${atHome(trails[0] ?? "")} --name ${shellWord(trails[0] ?? "")} --enable-log-file-validation`,
  );
};

/** `bucket` empty: the deployment has none. */
export const bucketLink = (bucket: string, answer: Answer<boolean> | undefined): Link => {
  if (!answer)
    return broken(
      "bucket events",
      "the deployment names no trail bucket, so no hour is proven and no mapping is ever called dormant",
      "Set trailBucket or createTrail in the deployment's parameters and deploy again.",
    );
  if (!("value" in answer))
    return answer.missing
      ? broken(
          "bucket events",
          `there is no bucket ${bucket}`,
          "Correct the parameter that names it and deploy again.",
        )
      : unanswered("bucket events", answer);
  return answer.value
    ? ok("bucket events", `${bucket} tells EventBridge of new files`)
    : broken(
        "bucket events",
        `${bucket} does not tell EventBridge of new files`,
        `Add "EventBridgeConfiguration": {} to what this prints, and put all of it back: aws s3api get-bucket-notification-configuration --bucket ${shellWord(bucket)}`,
      );
};
