// Recognises records of other services by their bytes, so that a busy trail does not cost a parse for each of them.
import type { Instant } from "../core/base/time.ts";
import { mayBeBeside } from "./event-category.ts";
import { eventTimeOf } from "./parse-record.ts";

export type ForeignRecord = {
  readonly at: Instant;
  readonly account: string | undefined;
  readonly region: string | undefined;
};

const DSQL = Buffer.from("dsql.amazonaws.com");
/** Management events of trails matter, and there are few. */
const TRAILS = Buffer.from('"eventSource":"cloudtrail.amazonaws.com"');
/** How CloudTrail begins a record. An envelope, or a document of another tool with a record in it, begins otherwise. */
const BEGINNING = Buffer.from('{"eventVersion":"');
const TIME = Buffer.from('"eventTime":"');
const SOURCE = Buffer.from('"eventSource":"');
const ACCOUNT = Buffer.from('"recipientAccountId":"');
const REGION = Buffer.from('"awsRegion":"');
const TIME_LENGTH = "2026-11-02T09:14:07Z".length;
const QUOTE = 0x22;

/**
 * Where the value of a key begins, if the key stands in the record exactly once. These bytes cannot be part of a text: a
 * quote inside of one is escaped. Twice means that a caller put a document with such a key into the record.
 */
const valueAt = (bytes: Buffer, key: Buffer): number => {
  const at = bytes.indexOf(key);
  return at < 0 || bytes.indexOf(key, at + key.length) >= 0 ? -1 : at + key.length;
};

const shortValue = (bytes: Buffer, key: Buffer): string | undefined => {
  const from = valueAt(bytes, key);
  if (from < 0) return undefined;
  const to = bytes.indexOf(QUOTE, from);
  return to < 0 || to - from > 64 ? undefined : bytes.toString("latin1", from, to);
};

/** A letter written as a number: the same text need not be the same bytes. */
const ESCAPED = Buffer.from("\\u");

/** Whether a record names DSQL somewhere, as CloudTrail writes it. */
export const mayBeDsql = (bytes: Buffer): boolean => bytes.includes(DSQL);

/** When and where a record of another service was made; undefined: parse it (it may be DSQL's, or is written otherwise). */
export const summaryOfForeign = (bytes: Buffer): ForeignRecord | undefined => {
  if (!bytes.subarray(0, BEGINNING.length).equals(BEGINNING)) return undefined;
  if (mayBeDsql(bytes) || bytes.includes(TRAILS) || bytes.includes(ESCAPED)) return undefined;
  if (valueAt(bytes, SOURCE) < 0 || mayBeBeside(bytes)) return undefined;
  const from = valueAt(bytes, TIME);
  const at = from < 0 ? undefined : eventTimeOf(bytes.toString("latin1", from, from + TIME_LENGTH));
  if (at === undefined) return undefined;
  return { at, account: shortValue(bytes, ACCOUNT), region: shortValue(bytes, REGION) };
};
