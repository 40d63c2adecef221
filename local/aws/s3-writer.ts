// Writes objects of the local S3, and tells of each as S3 tells EventBridge.
import { createHash, randomUUID } from "node:crypto";
import { type Envelope, eventTime } from "./lambda-events.ts";
import type { ObjectHead, ObjectStore } from "./object-store.ts";

export type S3Put = {
  readonly bucket: string;
  readonly key: string;
  readonly body: Uint8Array | string;
  /** User metadata, names without `x-amz-meta-`. */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly contentType?: string;
  /** CloudTrail sets "gzip" on its files. */
  readonly contentEncoding?: string;
};

export type S3WriterOptions = {
  /** Epoch ms, LastModified and the events' time. */
  readonly now: () => number;
  /** Gets the envelope that S3 would send to EventBridge for each object written. */
  readonly onObjectCreated?: (envelope: Envelope) => void;
  readonly account?: string;
  readonly region?: string;
};

const md5 = (body: Buffer): string => createHash("md5").update(body).digest("hex");

/** Writes into the store and tells of it. */
export const objectWriter = (
  store: ObjectStore,
  { now, onObjectCreated, account = "111122223333", region = "us-east-1" }: S3WriterOptions,
) => {
  let written = 0;

  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html; the key is not URL-encoded there.
  const objectCreated = (bucket: string, { key, size, etag, lastModified }: ObjectHead): Envelope => ({
    version: "0",
    id: randomUUID(),
    "detail-type": "Object Created",
    source: "aws.s3",
    account,
    time: eventTime(lastModified),
    region,
    resources: [`arn:aws:s3:::${bucket}`],
    detail: {
      version: "0",
      bucket: { name: bucket },
      object: {
        key,
        size,
        etag,
        sequencer: (lastModified * 1_000 + written).toString(16).toUpperCase().padStart(16, "0"),
      },
      "request-id": randomUUID(),
      requester: account,
      "source-ip-address": "127.0.0.1",
      reason: "PutObject",
    },
  });

  return ({ bucket, key, body, metadata = {}, contentType, contentEncoding }: S3Put): ObjectHead => {
    const bytes = Buffer.from(body);
    const head: ObjectHead = {
      key,
      size: bytes.length,
      etag: md5(bytes),
      lastModified: now(),
      ...(contentType && { contentType }),
      ...(contentEncoding && { contentEncoding }),
      metadata: Object.fromEntries(
        Object.entries(metadata).map(([name, value]) => [name.toLowerCase(), value]),
      ),
    };
    store.put(bucket, head, bytes);
    written += 1;
    onObjectCreated?.(objectCreated(bucket, head));
    return head;
  };
};
