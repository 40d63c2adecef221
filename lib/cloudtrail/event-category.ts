// Events that CloudTrail writes beside those of a trail's own log files: they tell of the same calls once more, or of many at
// a time. Each kind has a folder of its own in the bucket; a copy, a joined file or EventBridge has not.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
import { fieldsOf } from "../core/activity/principal.ts";

const BESIDE: ReadonlySet<unknown> = new Set(["NetworkActivity", "Insight", "Aggregated"]);

/** Whether a record counts as no connection and shows no hour, whatever file it stands in. `record`: without envelopes. */
export const isBeside = (record: unknown): boolean => BESIDE.has(fieldsOf(record).eventCategory);

const CATEGORY = Buffer.from('"eventCategory":"');
const LONGEST = 32;

/** Whether a record's bytes name such a category anywhere, also in a document that a caller put there. */
export const mayBeBeside = (bytes: Buffer): boolean => {
  for (let at = bytes.indexOf(CATEGORY); at >= 0; at = bytes.indexOf(CATEGORY, at)) {
    at += CATEGORY.length;
    if (BESIDE.has(bytes.toString("latin1", at, at + LONGEST).split('"', 1)[0])) return true;
  }
  return false;
};
