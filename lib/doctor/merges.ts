// Settings that others share, merged: what is there stays, in its order, and only the difference is added. Both calls of AWS
// replace all that is there, so that nothing is printed where not all of it is known.
import type { TrailRead } from "../cloudtrail/trail-config.ts";
import type { Cluster } from "../core/base/ids.ts";
import { shellWord } from "../core/base/shell-word.ts";
import { withConnects } from "../core/coverage/merge-selectors.ts";
import { connectsTaken } from "../core/coverage/trail-selectors.ts";
import { type Notification, withEventBridge } from "./bucket-notification.ts";
import { type TrailPlace, trailsOf } from "./setup-links.ts";

export type Merge = {
  /** The trail's ARN, or the bucket. */
  readonly of: string;
  /** How many settings are there now; all of them are in `puts`. */
  readonly keeps: number;
  readonly adds: unknown;
  readonly puts: unknown;
  /** What the translation of old selectors takes beyond today. */
  readonly widened: readonly string[];
};

/** A merge with the command that puts it, or in one sentence why there is none; `next`: what mends it instead. */
export type Merged =
  | { readonly merge: Merge; readonly command: string }
  | { readonly why: string; readonly next?: string };

/** The trail that a deployment would look at: the one that writes to its bucket, else one of the account's own. */
const trailFor = (trails: readonly TrailRead[], { bucket, region }: TrailPlace) => {
  const found = trailsOf(trails, region);
  return (
    found.find((trail) => trail.bucket === bucket) ??
    found.find(({ organization }) => !organization) ??
    found[0]
  );
};

/**
 * For a cluster whose connects no trail takes. `account`: of whoever asks. An organization's trail is changed by its own account only:
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/creating-trail-organization.html
 */
export const mergedSelectors = (
  trails: readonly TrailRead[],
  place: TrailPlace,
  account: string | undefined,
  cluster: Cluster,
): Merged => {
  const trail = trailFor(trails, place);
  if (!trail) return { why: `no trail that could be read records ${place.region}: make one` };
  const owner = trail.arn.split(":")[4];
  const asWhom = account === undefined || owner === account ? "" : `As account ${owner}, whose trail it is: `;
  const where = trail.homeRegion === null ? "" : ` --region ${trail.homeRegion}`;
  // It is stopped or cannot deliver: the same selector once more would change nothing.
  if (connectsTaken(trail.selectors, cluster).taken === "yes")
    return {
      why: `the event selectors of ${trail.arn} take its connects already`,
      next: `${asWhom}aws cloudtrail ${trail.logging ? "get-trail-status" : "start-logging"}${where} --name ${shellWord(trail.arn)}`,
    };
  const merged = withConnects(trail);
  if ("why" in merged) return { why: `${trail.arn}: ${merged.why}` };
  const { kept, added, after, widened } = merged;
  return {
    merge: { of: trail.arn, keeps: kept.length, adds: added, puts: after, widened },
    command: `${asWhom}aws cloudtrail put-event-selectors${where} --trail-name ${shellWord(trail.arn)} --advanced-event-selectors ${shellWord(JSON.stringify(after))}`,
  };
};

const countOf = ({ TopicConfigurations, QueueConfigurations, LambdaFunctionConfigurations }: Notification) =>
  [TopicConfigurations, QueueConfigurations, LambdaFunctionConfigurations].reduce(
    (sum, list) => sum + (list?.length ?? 0),
    0,
  );

export const mergedNotification = (bucket: string, there: Notification): Merged => {
  const puts = withEventBridge(there);
  return {
    merge: {
      ...{ of: bucket, keeps: countOf(there), adds: { EventBridgeConfiguration: {} }, puts },
      widened: [],
    },
    command: `aws s3api put-bucket-notification-configuration --bucket ${shellWord(bucket)} --notification-configuration ${shellWord(JSON.stringify(puts))}`,
  };
};
