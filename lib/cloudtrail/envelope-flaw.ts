// Whether an event can be what AWS told EventBridge of the account that it came from: an account that may put events on the
// auditor's bus must not speak for another one.
import type { Connection } from "../core/activity/connection.ts";
import { fieldsOf, textOf } from "../core/activity/principal.ts";
import { parseArn } from "../core/base/arn.ts";
import { visible } from "../core/base/visible-text.ts";

const shown = (text: string): string => visible(text, 40);

/**
 * Why it cannot; undefined: nothing speaks against it. EventBridge sets `account`, and takes a `source` that begins with
 * "aws." from AWS alone. CloudTrail delivers a record to `recipientAccountId`: the account of the resource, and that of the
 * caller. `connection`: what the record says.
 * https://docs.aws.amazon.com/eventbridge/latest/ref/events-structure.html
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */
export const envelopeFlaw = (event: unknown, connection?: Connection): string | undefined => {
  const outer = fieldsOf(event);
  if (!("detail-type" in outer)) return undefined;
  const source = textOf(outer.source);
  if (source !== undefined && !source.startsWith("aws."))
    return `its source is ${shown(source)}, and AWS alone tells of its services`;
  const from = textOf(outer.account);
  const recipient = textOf(fieldsOf(outer.detail).recipientAccountId);
  if (recipient === undefined) return undefined;
  if (from !== undefined && from !== recipient)
    return `it came from account ${shown(from)}, and its record is of account ${shown(recipient)}`;
  const concerned = connection && [parseArn(connection.cluster)?.account, connection.account];
  return !concerned || concerned.includes(undefined) || concerned.includes(recipient)
    ? undefined
    : `its record is of account ${shown(recipient)}, which is neither the cluster's nor the caller's`;
};
