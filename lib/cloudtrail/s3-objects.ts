// Trail files in S3: which objects a message names, and how one is read.
import { GetObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import * as z from "../core/base/zod.ts";
import { AuditError } from "../errors.ts";
import { bodyChunks } from "./body-chunks.ts";
import type { TrailSource } from "./trail-source.ts";

export type S3Object = { readonly bucket: string; readonly key: string; readonly size?: number };

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html */
const ObjectCreated = z.object({
  "detail-type": z.literal("Object Created"),
  detail: z.object({
    bucket: z.object({ name: z.string() }),
    object: z.object({ key: z.string(), size: z.optional(z.number()) }),
  }),
});

/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/configure-sns-notifications-for-cloudtrail.html */
const TrailNotification = z.object({ s3Bucket: z.string(), s3ObjectKey: z.array(z.string()) });
const SnsWrapped = z.object({ Type: z.literal("Notification"), Message: z.string() });

/**
 * Whether a text is what CloudTrail publishes to a topic when a trail is made or changed: no JSON, and nothing to do. It
 * comes bare where the topic delivers raw messages.
 */
export const isValidationMessage = (text: string): boolean =>
  /^\s*"?CloudTrail validation message\.?"?\s*$/.test(text);

/** What S3 sends when notifications are switched on: it names no objects. */
const S3TestEvent = z.object({ Service: z.literal("Amazon S3"), Event: z.literal("s3:TestEvent") });

/** S3's own notification, not through EventBridge. https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
const S3Notification = z.object({
  Records: z.array(
    z.object({
      eventSource: z.literal("aws:s3"),
      eventName: z.string(),
      s3: z.object({
        bucket: z.object({ name: z.string() }),
        object: z.object({ key: z.string(), size: z.optional(z.number()) }),
      }),
    }),
  ),
});

/** Keys in S3's own notifications are written as in a form: `+` for a space, `%3D` for an equals sign. */
const keyOfForm = (key: string): string => {
  try {
    return decodeURIComponent(key.replaceAll("+", " "));
  } catch {
    return key;
  }
};

/**
 * The objects that a message names: S3's "Object Created" through EventBridge, S3's own notification, or a trail's, as it is
 * or wrapped by SNS. Empty for the messages by which CloudTrail and S3 try a topic out. undefined: the message names no
 * objects. AuditError("bad-record") where a wrapped text is no JSON.
 */
export const objectsNamed = (body: unknown): readonly S3Object[] | undefined => {
  const created = ObjectCreated.safeParse(body);
  if (created.success) {
    const { bucket, object } = created.data.detail;
    return [
      { bucket: bucket.name, key: object.key, ...(object.size !== undefined && { size: object.size }) },
    ];
  }
  const wrapped = SnsWrapped.safeParse(body);
  if (wrapped.success) {
    if (isValidationMessage(wrapped.data.Message)) return [];
    return objectsNamed(jsonOfMessage(wrapped.data.Message));
  }
  if (S3TestEvent.safeParse(body).success) return [];
  const s3 = S3Notification.safeParse(body);
  if (s3.success) {
    return s3.data.Records.filter(({ eventName }) => /^(?:s3:)?ObjectCreated:/.test(eventName)).map(
      ({ s3: { bucket, object } }) => ({
        bucket: bucket.name,
        key: keyOfForm(object.key),
        ...(object.size !== undefined && { size: object.size }),
      }),
    );
  }
  const notified = TrailNotification.safeParse(body);
  if (!notified.success) return undefined;
  return notified.data.s3ObjectKey.map((key) => ({ bucket: notified.data.s3Bucket, key }));
};

const jsonOfMessage = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AuditError("bad-record", "the message inside an SNS notification is not JSON", { cause });
  }
};

const NEEDED = {
  read: "s3:GetObject on the trail's bucket, and kms:Decrypt where it is encrypted with a key",
  list: "s3:ListBucket on the trail's bucket",
} as const;

/** S3's refusals of a call as AuditError("not-found" | "denied") with AWS's own words, all else as it is. */
export const explainS3Error = (name: string, error: unknown, call: keyof typeof NEEDED = "read"): unknown => {
  const code = error instanceof Error ? error.name : "";
  if (code === "NoSuchBucket") {
    return new AuditError("not-found", `${name} is not there: there is no such bucket`, {
      cause: error,
      hint: "Check the name of the bucket.",
    });
  }
  if (code === "NoSuchKey" || code === "NotFound") {
    return new AuditError("not-found", `${name} is not there`, { cause: error });
  }
  if (code === "AccessDenied" || code === "Forbidden") {
    const said = error instanceof Error && error.message ? `: ${error.message}` : "";
    return new AuditError("denied", `${name} may not be ${call === "list" ? "listed" : "read"}${said}`, {
      cause: error,
      hint: `Whoever reads it needs ${NEEDED[call]}.`,
    });
  }
  return error;
};

/**
 * One object as a source of trail records, streamed. AuditError("not-found" | "denied") when it cannot be read, ("connect")
 * when it stops in the middle. `stallMs`: how long each piece of it is waited for.
 */
export const s3Source = (
  client: S3Client,
  { bucket, key, size }: S3Object,
  stallMs?: number,
): TrailSource => {
  const name = `s3://${bucket}/${key}`;
  return {
    name,
    ...(size !== undefined && { size }),
    open: async function* () {
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        yield* bodyChunks(name, Body, stallMs);
      } catch (error) {
        throw explainS3Error(name, error);
      }
    },
  };
};
