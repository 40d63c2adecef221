// What stands in a document that was parsed as JSON: the records of a trail file, or of a list as AWS's tools print it.
import { fieldsOf } from "../core/activity/principal.ts";

/** undefined: no JSON. JSON itself has no undefined. */
export const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Lists as AWS's tools print them, and where an element keeps its record as text. */
const PRINTED: Readonly<Record<string, string>> = {
  /** aws sqs receive-message */
  Messages: "Body",
  /** aws cloudtrail lookup-events */
  Events: "CloudTrailEvent",
  /** aws logs filter-log-events, get-log-events */
  events: "message",
  /** A subscription of CloudWatch Logs */
  logEvents: "message",
};

const isDocument = (one: unknown): boolean => typeof one === "object" && one !== null && !Array.isArray(one);

/** What stands as text in the elements of such a list, parsed where it is JSON. */
const printedWithin = (fields: Readonly<Record<string, unknown>>): readonly unknown[] | undefined => {
  for (const [list, text] of Object.entries(PRINTED)) {
    const elements = Object.hasOwn(fields, list) ? fields[list] : undefined;
    if (!Array.isArray(elements)) continue;
    return elements.map((one: unknown) => {
      const carried = fieldsOf(one)[text];
      return (typeof carried === "string" ? jsonOf(carried) : undefined) ?? one;
    });
  }
  return undefined;
};

const isRecord = (fields: Readonly<Record<string, unknown>>): boolean =>
  fields.eventSource !== undefined || "detail-type" in fields;

/** A whole trail file; a record has no such list of its own. */
export const isTrailFile = (raw: unknown): boolean => {
  const fields = fieldsOf(raw);
  return Array.isArray(fields.Records) && !isRecord(fields);
};

/** The records of a whole trail file, where a document is one. */
export const recordsWithin = (raw: unknown): readonly unknown[] | undefined => {
  if (Array.isArray(raw)) return raw.length && raw.every(isDocument) ? raw : undefined;
  const fields = fieldsOf(raw);
  if (isRecord(fields)) return undefined;
  return Array.isArray(fields.Records) ? fields.Records : printedWithin(fields);
};

/** A list that was printed, not a trail file's own: what stands in it says nothing of a delivery. */
export const isPrinted = (content: unknown): boolean =>
  !Array.isArray(content) && !Array.isArray(fieldsOf(content).Records);
