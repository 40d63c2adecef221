// The local S3 behind a real client, for the tests of its parts.
import {
  GetObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
} from "@aws-sdk/client-s3";
import { afterEach } from "vitest";
import type { Envelope } from "../../local/aws/lambda-events.ts";
import { type S3Options, startS3 } from "../../local/aws/s3.ts";

export const Bucket = "trail-bucket";
export const START = Date.UTC(2026, 2, 4, 3);
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Done after the test, the last first. */
export const afterThis = (cleanup: () => unknown): void => void cleanups.push(cleanup);

/** An S3 of its own with a client, both gone after the test. */
export const start = async (options: Partial<S3Options> = {}) => {
  const created: Envelope[] = [];
  const s3 = await startS3({
    now: () => START,
    buckets: [Bucket],
    onObjectCreated: (envelope) => created.push(envelope),
    ...options,
  });
  const client = new S3Client({
    endpoint: s3.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
  });
  cleanups.push(s3.stop, () => client.destroy());
  const put = (
    Key: string,
    Body: NonNullable<PutObjectCommandInput["Body"]>,
    more: Partial<PutObjectCommandInput> = {},
  ) => client.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
  const get = async (Key: string) => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
    return Buffer.from((await Body?.transformToByteArray()) ?? []);
  };
  const list = (input: Partial<ListObjectsV2CommandInput> = {}) =>
    client.send(new ListObjectsV2Command({ Bucket, ...input }));
  const keys = async (input: Partial<ListObjectsV2CommandInput> = {}) =>
    ((await list(input)).Contents ?? []).map((object) => object.Key);
  return { s3, client, created, put, get, list, keys };
};
