// The trail files below an S3 prefix, fetched a few ahead of the reader.
import { GetObjectCommand, ListObjectsV2Command, type S3Client } from "@aws-sdk/client-s3";
import { kindOfTrailKey } from "../core/coverage/trail-file-name.ts";
import { AuditError } from "../errors.ts";
import { LIST_TIMEOUT } from "./aws-timeouts.ts";
import { wholeBody } from "./body-chunks.ts";
import { explainS3Error, type S3Object, s3Source } from "./s3-objects.ts";
import type { TrailSource } from "./trail-source.ts";

/** Objects up to this size are fetched whole, several at a time; larger ones are streamed when their turn comes. */
const WHOLE = 4 * 1024 * 1024;
const AHEAD = 16;

/** `s3://bucket/prefix` taken apart; undefined for any other text. */
export const parseS3Url = (url: string): { bucket: string; prefix: string } | undefined => {
  const [, bucket, prefix = ""] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/s.exec(url) ?? [];
  return bucket === undefined ? undefined : { bucket, prefix };
};

/** Every object below the prefix, page by page. AuditError("denied" | "not-found") when it cannot be listed. */
export const listObjects = async function* (
  client: S3Client,
  bucket: string,
  prefix: string,
): AsyncGenerator<S3Object> {
  let ContinuationToken: string | undefined;
  do {
    const abortSignal = AbortSignal.timeout(LIST_TIMEOUT);
    const page = await client
      .send(
        new ListObjectsV2Command({
          Bucket: bucket,
          Prefix: prefix,
          ...(ContinuationToken && { ContinuationToken }),
        }),
        { abortSignal },
      )
      .catch((error: unknown) => {
        if (abortSignal.aborted) {
          throw new AuditError("connect", `the listing of s3://${bucket}/${prefix} stopped in the middle`, {
            cause: error,
            hint: "Check the network and try again: what was counted before is not counted twice.",
          });
        }
        throw explainS3Error(`s3://${bucket}/${prefix}`, error, "list");
      });
    for (const { Key, Size } of page.Contents ?? []) {
      if (Key !== undefined) yield { bucket, key: Key, ...(Size !== undefined && { size: Size }) };
    }
    ContinuationToken = page.IsTruncated ? page.NextContinuationToken : undefined;
  } while (ContinuationToken);
};

/** An object fetched whole; what went wrong is thrown when it is read, so that it is this object's failure alone. */
const fetched = async (client: S3Client, object: S3Object, stallMs?: number): Promise<TrailSource> => {
  const source = s3Source(client, object, stallMs);
  if (object.size === undefined || object.size > WHOLE) return source;
  try {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: object.bucket, Key: object.key }));
    const bytes = await wholeBody(source.name, Body, stallMs);
    return { ...source, size: bytes.length, bytes: () => bytes };
  } catch (error) {
    const explained = explainS3Error(source.name, error);
    return {
      ...source,
      bytes: () => {
        throw explained;
      },
    };
  }
};

/** The log files among the objects as sources, in order; digests and everything else are left out, and told. */
export const logSources = async function* (
  client: S3Client,
  objects: AsyncIterable<S3Object>,
  onPassedOver: (name: string) => void,
  stallMs?: number,
): AsyncGenerator<TrailSource> {
  const window: Promise<TrailSource>[] = [];
  for await (const object of objects) {
    const kind = kindOfTrailKey(object.key);
    if (kind === "digest") continue;
    if (kind === "other") {
      onPassedOver(`s3://${object.bucket}/${object.key}`);
      continue;
    }
    window.push(fetched(client, object, stallMs));
    const first = window.length >= AHEAD ? window.shift() : undefined;
    if (first) yield await first;
  }
  for (const last of window) yield await last;
};

const placeOf = (url: string): { bucket: string; prefix: string } => {
  const place = parseS3Url(url);
  if (!place) {
    throw new AuditError("usage", `${url} is not an address in S3`, {
      hint: "Write s3://BUCKET/PREFIX, for example s3://my-trail/AWSLogs/111122223333/CloudTrail/",
    });
  }
  return place;
};

/**
 * The log files below `s3://bucket/prefix`; `onPassedOver` hears of every object that is neither log nor digest.
 * AuditError("usage") for another kind of address.
 */
export const prefixSources = (
  client: S3Client,
  url: string,
  onPassedOver: (name: string) => void = () => {},
  stallMs?: number,
): AsyncGenerator<TrailSource> => {
  const { bucket, prefix } = placeOf(url);
  return logSources(client, listObjects(client, bucket, prefix), onPassedOver, stallMs);
};

/** The digests below it, in order. */
export const prefixDigests = async function* (client: S3Client, url: string): AsyncGenerator<S3Object> {
  const { bucket, prefix } = placeOf(url);
  for await (const object of listObjects(client, bucket, prefix)) {
    if (kindOfTrailKey(object.key) === "digest") yield object;
  }
};
