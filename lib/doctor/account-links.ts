// The links that lie in the account: who asks, which trail records, whether its bucket tells of new files.
import { captureState, REPLICATED, type TrailRead } from "../cloudtrail/trail-config.ts";
import { type Cluster, parseArn } from "../core/base/ids.ts";
import { shellWord } from "../core/base/shell-word.ts";
import { type Answer, broken, type Link, ok, unanswered, unknown } from "./link.ts";
import type { AwsCluster } from "./ports.ts";

export const identityLink = (answer: Answer<string>): Link =>
  "value" in answer
    ? ok("identity", `AWS sees you as ${answer.value}`)
    : unknown("identity", answer.why, answer.next ?? "aws sts get-caller-identity");

/** Statuses in which a cluster can be connected to, or wakes when somebody does. */
export const LIVE = /^(?:ACTIVE|IDLE|INACTIVE|UPDATING)$/;

/** `known`: clusters that a snapshot was ever taken of. `setUp`: the command that prints what this cluster's login needs. */
export const clustersLink = (
  answer: Answer<readonly AwsCluster[]>,
  known: readonly Cluster[],
  setUp: (cluster: string) => string,
): Link => {
  if (!("value" in answer)) return unanswered("clusters", answer);
  const live = answer.value.filter(({ status }) => status === null || LIVE.test(status));
  if (!live.length)
    return broken("clusters", "no cluster that could be read is in this Region", "Check --region.");
  const unread = live.filter(({ arn }) => !known.some((cluster) => cluster === arn));
  const found = `${live.length} in this Region`;
  if (!unread.length) return ok("clusters", `${found}, each of them has been read`);
  const says = `${found}, never read: ${unread.map(({ arn }) => arn).join(", ")}`;
  const first = unread.find(({ status }) => status !== null);
  return first
    ? broken("clusters", says, setUp(first.arn))
    : unanswered("clusters", {
        why: `${says}; AWS did not say whether they can be`,
        permission: "dsql:GetCluster",
      });
};

/** A trail is asked about, and changed, in its home Region alone: its ARN names it. */
const atHome = (arn: string): string => `--region ${shellWord(parseArn(arn)?.region || "REGION")}`;

/** Whether a trail takes the connects of this cluster. */
export const trailLink = (answer: Answer<readonly TrailRead[]>, cluster: Cluster): Link => {
  if (!("value" in answer)) return unanswered("trail", answer);
  const { captured, reasons, trails } = captureState(answer.value, cluster);
  if (captured === "yes") return ok("trail", `takes its connects: ${trails.join(", ")}`);
  const said = reasons.join("; ");
  const first = answer.value.find(({ arn }) => arn !== REPLICATED)?.arn;
  const next =
    first === undefined
      ? "Make a trail (aws cloudtrail create-trail), then run npx dsql-audit deploy-check: it prints the event selectors."
      : `aws cloudtrail get-event-selectors ${atHome(first)} --trail-name ${shellWord(first)}`;
  return captured === "no" ? broken("trail", said, next) : unknown("trail", said, next);
};

/** Whether the trails that take its connects sign what they deliver. */
export const digestsLink = (answer: Answer<readonly TrailRead[]>, cluster: Cluster): Link => {
  if (!("value" in answer)) return unanswered("digests", answer);
  const { captured, trails, validation } = captureState(answer.value, cluster);
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
      "Set trailBucket in the deployment's parameters and deploy again.",
    );
  if (!("value" in answer))
    return answer.missing
      ? broken("bucket events", `there is no bucket ${bucket}`, "Correct trailBucket and deploy again.")
      : unanswered("bucket events", answer);
  return answer.value
    ? ok("bucket events", `${bucket} tells EventBridge of new files`)
    : broken(
        "bucket events",
        `${bucket} does not tell EventBridge of new files`,
        `Add "EventBridgeConfiguration": {} to what this prints, and put all of it back: aws s3api get-bucket-notification-configuration --bucket ${shellWord(bucket)}`,
      );
};
