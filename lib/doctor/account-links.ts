// The links of the account: who asks, which trail records, whether its bucket tells of new files.
import { captureState } from "../cloudtrail/capture-state.ts";
import { REPLICATED, type TrailRead } from "../cloudtrail/trail-config.ts";
import { type Cluster, parseArn } from "../core/base/ids.ts";
import { shellWord } from "../core/base/shell-word.ts";
import { type Answer, broken, type Link, ok, unanswered, unknown } from "./link.ts";

export const identityLink = (answer: Answer<string>): Link =>
  "value" in answer
    ? ok("identity", `AWS sees you as ${answer.value}`)
    : unknown("identity", answer.why, answer.next ?? "aws sts get-caller-identity");

/** A trail is asked about, and changed, in its home Region alone: its ARN names it. */
const atHome = (arn: string): string => `--region ${shellWord(parseArn(arn)?.region || "REGION")}`;

/** What a trail of the stack's own that somebody deleted needs. */
const MAKE_ANEW =
  "Deploying again does not make it anew: docs/operations.md, A trail of the stack's own, says what does.";

/** The trails that a deployment rests on: where it made one that one alone, for it reads no other's files. */
const trailsFor = (trails: readonly TrailRead[], own: string): readonly TrailRead[] =>
  own === "" ? trails : trails.filter(({ arn }) => arn === own);

/** Of another account's cluster no trail of this one alone takes connects. */
const OF_ORGANIZATION =
  "See that a trail of the organization takes its connects: docs/operations.md, Several accounts.";

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
  const isForeign = asked !== undefined && parseArn(cluster)?.account !== asked;
  const next = isForeign ? OF_ORGANIZATION : trailNext(judged, own);
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
