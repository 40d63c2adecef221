// Makes a connection of one CloudTrail record, bare or in its EventBridge envelope. AWS publishes no sample of a connect
// record, so every field but eventID, eventTime, eventSource and eventName may be missing or of another type.
// Checked by hand instead of by a schema: it runs for every record of every trail file.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
import type { ParsedRecord } from "../core/activity/activity.ts";
import type { Connection } from "../core/activity/connection.ts";
import { callerOf, fieldsOf, textOf } from "../core/activity/principal.ts";
import { parseArn } from "../core/base/arn.ts";
import type { Cluster } from "../core/base/ids.ts";
import { partitionOf } from "../core/base/partition.ts";
import { remember } from "../core/base/remember.ts";
import type { Instant } from "../core/base/time.ts";
import { isBeside } from "./event-category.ts";

const DSQL = "dsql.amazonaws.com";
const MAX_EVENT_ID = 128;
const MAX_TIME = 40;
const MAX_CLUSTER = 512;

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/;
/** CloudTrail began in 2013; a time outside of these years is a broken field, not a connection. */
const EARLIEST = Date.UTC(2013, 0, 1);
const LATEST = Date.UTC(2200, 0, 1);

/** NaN for what is no time. */
const readTime = (text: string): Instant => {
  if (!TIME.test(text)) return Number.NaN;
  const at = Date.parse(text);
  if (!(at >= EARLIEST && at < LATEST)) return Number.NaN;
  const day = Number(text.slice(8, 10));
  return day > 28 && new Date(at).getUTCDate() !== day ? Number.NaN : at;
};

/** Of a whole minute: records of a file lie in a few of them, and are told apart by their seconds. */
const readMinute = remember((text: string): Instant => readTime(`${text}:00Z`));

/** "2026-01-01T00:00:00Z", which is how CloudTrail writes it; nearly every record has another one. */
const PLAIN_TIME = 20;
const ZERO = 48;

const readPlainTime = (text: string): Instant => {
  const [tens, ones] = [text.charCodeAt(17) - ZERO, text.charCodeAt(18) - ZERO];
  const isPlain = text[16] === ":" && text[19] === "Z" && tens >= 0 && tens < 6 && ones >= 0 && ones < 10;
  return isPlain ? readMinute(text.slice(0, 16)) + (tens * 10 + ones) * 1_000 : readTime(text);
};

/** Epoch milliseconds of an `eventTime`, undefined for what is none: 30 February is no day that rolls over. */
export const eventTimeOf = (value: unknown): Instant | undefined => {
  const read = (text: string): Instant => (text.length === PLAIN_TIME ? readPlainTime(text) : readTime(text));
  const at = typeof value === "string" && value.length <= MAX_TIME ? read(value) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
};

/** Names under which a database role might turn up, compared without case and separators. */
const ROLE_KEYS = new Set([
  "databaserole",
  "databaserolename",
  "databaseuser",
  "databaseusername",
  "dbrole",
  "dbrolename",
  "dbuser",
  "dbusername",
  "pgrole",
  "pgrolename",
  "pguser",
  "postgresrole",
  "postgresuser",
  "role",
  "rolename",
  "user",
  "username",
]);

type Fields = { readonly [key: string]: unknown };

const databaseRoleOf = (record: Fields): string | undefined => {
  for (const part of ["requestParameters", "additionalEventData", "serviceEventDetails"]) {
    const fields = fieldsOf(record[part]);
    for (const key in fields) {
      if (!ROLE_KEYS.has(key.replace(/[^a-z]/gi, "").toLowerCase())) continue;
      const role = textOf(fields[key]);
      // An IAM role's ARN under the same name is the caller once more.
      if (role !== undefined && !role.startsWith("arn:")) return role;
    }
  }
  return undefined;
};

const CLUSTER_ID = /^[a-z0-9]{26}$/;

/** The cluster's id where the record names no ARN: a request parameter, or the host that the client asked for. */
const clusterIdOf = (record: Fields): string | undefined => {
  const request = fieldsOf(record.requestParameters);
  const host = textOf(fieldsOf(record.tlsDetails).clientProvidedHostHeader);
  const candidates = [
    textOf(request.clusterIdentifier),
    textOf(request.clusterId),
    textOf(request.identifier),
    host?.split(".")[0],
  ];
  return candidates.find((id) => id !== undefined && CLUSTER_ID.test(id));
};

const isClusterArn = remember((arn: string): boolean => {
  const parts = parseArn(arn);
  return parts?.service === "dsql" && parts.resource.startsWith("cluster/");
});

const clusterOf = (record: Fields): Cluster => {
  const resources = Array.isArray(record.resources) ? (record.resources as unknown[]) : [];
  let untyped: string | undefined;
  for (const resource of resources) {
    const { ARN, arn, type } = fieldsOf(resource);
    const text = textOf(ARN) ?? textOf(arn);
    if (text === undefined || text.length > MAX_CLUSTER) continue;
    if (!isClusterArn(text)) continue;
    if (type === "AWS::DSQL::Cluster") return text as Cluster;
    untyped ??= text;
  }
  if (untyped !== undefined) return untyped as Cluster;
  const named = textOf(fieldsOf(record.requestParameters).clusterArn);
  if (named !== undefined && named.length <= MAX_CLUSTER && isClusterArn(named)) return named as Cluster;
  const region = textOf(record.awsRegion);
  const account = textOf(record.recipientAccountId) ?? textOf(fieldsOf(record.userIdentity).accountId);
  const id = clusterIdOf(record);
  return (
    id !== undefined && region !== undefined && account !== undefined
      ? `arn:${partitionOf(region) ?? "aws"}:dsql:${region}:${account}:cluster/${id}`
      : `unknown:${region ?? ""}/${account ?? ""}`
  ).slice(0, MAX_CLUSTER) as Cluster;
};

/** Envelopes in envelopes: an event of EventBridge by SNS by SQS is three. */
const MAX_ENVELOPES = 4;

/** The text that a message of SNS or SQS carries, as a queue or a function gets it; undefined for all else. */
const carriedText = (outer: Fields): string | undefined => {
  const { eventSource } = outer;
  if (eventSource !== undefined && eventSource !== "aws:sqs") return undefined;
  const text =
    outer.Type === "Notification" ? outer.Message : (outer.body ?? outer.Body ?? fieldsOf(outer.Sns).Message);
  return typeof text === "string" ? text : undefined;
};

/** What a text holds as JSON, as far as it can be a record or a list of them. */
const documentIn = (text: string): object | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
};

/** What lies in an envelope, and whether there was one. */
export type Unwrapped = { readonly content: unknown; readonly enveloped: boolean };

/**
 * What is left without envelopes: of EventBridge, where `detail-type` may be either of the two of CloudTrail, of SNS or SQS,
 * or of one in the other. A record, or whatever else somebody put there, such as a whole trail file.
 */
export const unwrap = (raw: unknown): Unwrapped => {
  let content = raw;
  for (let n = 0; n < MAX_ENVELOPES; n++) {
    const fields = fieldsOf(content);
    const text = carriedText(fields);
    const within =
      "detail" in fields && "detail-type" in fields
        ? fields.detail
        : text === undefined
          ? undefined
          : documentIn(text);
    if (within === undefined) return { content, enveloped: n > 0 };
    content = within;
  }
  return { content, enveloped: true };
};

/** The same of one record. */
export const unwrapRecord = (raw: unknown): { readonly record: Fields; readonly enveloped: boolean } => {
  const { content, enveloped } = unwrap(raw);
  return { record: fieldsOf(content), enveloped };
};

/**
 * The name that a connection has in common with its other records: of two accounts' records sharedEventID, of an update the
 * eventID of the first.
 */
const otherIdentityOf = (record: Fields): string | undefined => {
  const shared = textOf(record.sharedEventID);
  const { reason, originalEventID } = fieldsOf(record.addendum);
  const first = reason === "UPDATED_DATA" ? textOf(originalEventID) : undefined;
  return (shared ?? first)?.slice(0, MAX_EVENT_ID);
};

const rejected = (reason: string): ParsedRecord => ({ kind: "rejected", reason });

/**
 * One record as a connection; *ignored* when it is of something else, *rejected* with a reason when it cannot be read.
 * Never throws. A record that names no cluster belongs to `unknown:<region>/<account>`; an attempt with an error code or
 * message was refused.
 */
export const parseRecord = (raw: unknown): ParsedRecord => {
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) return rejected("is not a JSON object");
  const { record } = unwrapRecord(raw);
  if (isBeside(record)) return { kind: "ignored", at: undefined };
  const { eventSource, eventName, eventID } = record;
  if (typeof eventSource !== "string" || typeof eventName !== "string") {
    return rejected("is not a CloudTrail record: eventSource or eventName is missing");
  }
  const at = eventTimeOf(record.eventTime);
  if (eventSource !== DSQL || (eventName !== "DbConnect" && eventName !== "DbConnectAdmin")) {
    return { kind: "ignored", at };
  }
  if (typeof eventID !== "string" || eventID === "") return rejected("has no eventID");
  if (eventID.length > MAX_EVENT_ID) return rejected(`its eventID is longer than ${MAX_EVENT_ID} characters`);
  if (at === undefined) return rejected("its eventTime is missing or no time");
  const connection: Connection = {
    ...callerOf(record.userIdentity),
    eventId: eventID,
    at,
    cluster: clusterOf(record),
    action: eventName,
    outcome: "allowed",
  };
  const identity = otherIdentityOf(record);
  if (identity !== undefined) connection.identity = identity;
  const errorCode = textOf(record.errorCode);
  const errorMessage = textOf(record.errorMessage);
  if (errorCode !== undefined || errorMessage !== undefined) connection.outcome = "refused";
  if (errorCode !== undefined) connection.errorCode = errorCode;
  if (errorMessage !== undefined) connection.errorMessage = errorMessage;
  const sourceIp = textOf(record.sourceIPAddress);
  if (sourceIp !== undefined) connection.sourceIp = sourceIp;
  const vpcEndpointId = textOf(record.vpcEndpointId);
  if (vpcEndpointId !== undefined) connection.vpcEndpointId = vpcEndpointId;
  const userAgent = textOf(record.userAgent);
  if (userAgent !== undefined) connection.userAgent = userAgent;
  const databaseRole = databaseRoleOf(record);
  if (databaseRole !== undefined) connection.databaseRole = databaseRole;
  return { kind: "connection", connection };
};
