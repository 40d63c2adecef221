import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  NoSuchKey,
  PutObjectCommand,
  type PutObjectCommandInput,
  paginateListObjectsV2,
  S3Client,
} from "@aws-sdk/client-s3";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { decodeAwsChunked } from "../../../local/aws/aws-chunked.ts";
import type { Envelope } from "../../../local/aws/lambda-events.ts";
import { listPage } from "../../../local/aws/list-objects.ts";
import { type S3Options, startS3 } from "../../../local/aws/s3.ts";

const Bucket = "trail-bucket";
const START = Date.UTC(2026, 2, 4, 3);
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const start = async (options: Partial<S3Options> = {}) => {
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

describe("objects", () => {
  it("come back as they were put, with the headers of a CloudTrail file", async () => {
    const { client, put, get } = await start();
    const Body = gzipSync('{"Records":[]}');
    const Metadata = { signature: "ab".repeat(256), "signature-algorithm": "SHA256withRSA" };
    const { ETag } = await put("AWSLogs/x.json.gz", Body, {
      Metadata,
      ContentType: "application/json",
      ContentEncoding: "gzip",
    });
    expect(await get("AWSLogs/x.json.gz")).toEqual(Body);
    expect(await client.send(new HeadObjectCommand({ Bucket, Key: "AWSLogs/x.json.gz" }))).toMatchObject({
      Metadata,
      ContentType: "application/json",
      ContentEncoding: "gzip",
      ContentLength: Body.length,
      LastModified: new Date(START),
      ETag,
    });
  });

  it("come as a stream, piece by piece", async () => {
    const { client, put } = await start();
    const Body = randomBytes(3_000_000);
    await put("big", Body);
    const answer = await client.send(new GetObjectCommand({ Bucket, Key: "big" }));
    expect(answer.Body).toBeInstanceOf(Readable);
    const pieces: Buffer[] = [];
    for await (const piece of answer.Body as Readable) pieces.push(piece);
    expect(pieces.length).toBeGreaterThan(1);
    expect(Buffer.concat(pieces).equals(Body)).toBe(true);
  });

  it("may be put as a stream, which the client wraps into chunks", async () => {
    const { put, get } = await start();
    const Body = randomBytes(200_000);
    await put("streamed", Readable.from([Body.subarray(0, 70_000), Body.subarray(70_000)]), {
      ContentLength: Body.length,
    });
    expect((await get("streamed")).equals(Body)).toBe(true);
  });

  it.each(["a b+c%2F#?&=.json", "../../etc/passwd", "a//b/./c/", "größer/日本/🙂", "<xml>&\"'", "a\u0001b"])(
    "may be named %j",
    async (key) => {
      const folder = mkdtempSync(join(tmpdir(), "s3-"));
      cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
      const { put, get, created, list } = await start({ folder });
      await put(key, key);
      expect((await get(key)).toString()).toBe(key);
      expect(created[0]?.detail).toMatchObject({ object: { key } });
      const { Contents } = await list({ EncodingType: "url" });
      expect(Contents?.map(({ Key }) => decodeURIComponent(Key ?? ""))).toEqual([key]);
    },
  );

  it("outlive the process in a folder and can be replaced there", async () => {
    const folder = mkdtempSync(join(tmpdir(), "s3-"));
    cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
    const first = await start({ folder });
    await first.put("a", "one", { Metadata: { n: "1" } });
    await first.put("a", "two", { Metadata: { n: "2" } });
    const second = await start({ folder, buckets: [] });
    expect((await second.get("a")).toString()).toBe("two");
    const { Metadata } = await second.client.send(new HeadObjectCommand({ Bucket, Key: "a" }));
    expect(Metadata).toEqual({ n: "2" });
    expect(await second.keys()).toEqual(["a"]);
    await second.put("0", "new");
    expect(await second.keys()).toEqual(["0", "a"]);
    expect(readdirSync(join(folder, Bucket))).toHaveLength(4); // a head and a body each, nothing of the old one
  });

  it("cause the event that S3 sends to EventBridge", async () => {
    const { s3, put, created } = await start();
    await put("logs/a b.json", "hello");
    s3.put({ bucket: Bucket, key: "logs/direct", body: "hi" });
    expect(created).toHaveLength(2);
    expect(created[0]).toEqual({
      version: "0",
      id: expect.any(String),
      "detail-type": "Object Created",
      source: "aws.s3",
      account: "111122223333",
      time: "2026-03-04T03:00:00Z",
      region: "us-east-1",
      resources: ["arn:aws:s3:::trail-bucket"],
      detail: {
        version: "0",
        bucket: { name: Bucket },
        object: {
          key: "logs/a b.json",
          size: 5,
          etag: "5d41402abc4b2a76b9719d911017c592",
          sequencer: expect.stringMatching(/^[0-9A-F]{16}$/),
        },
        "request-id": expect.any(String),
        requester: "111122223333",
        "source-ip-address": "127.0.0.1",
        reason: "PutObject",
      },
    });
  });

  it("are found through AWS_ENDPOINT_URL_S3 alone", async () => {
    const { s3, put } = await start();
    await put("a", "one");
    vi.stubEnv("AWS_REGION", "us-east-1");
    vi.stubEnv("AWS_ACCESS_KEY_ID", "local");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
    vi.stubEnv("AWS_ENDPOINT_URL_S3", s3.endpoint);
    const client = new S3Client({ followRegionRedirects: true });
    cleanups.push(() => client.destroy());
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: "a" }));
    expect(await Body?.transformToString()).toBe("one");
  });
});

describe("faults", () => {
  it("missing keys and buckets are named as S3 names them", async () => {
    const { client, get } = await start();
    await expect(get("none")).rejects.toBeInstanceOf(NoSuchKey);
    await expect(client.send(new HeadObjectCommand({ Bucket, Key: "none" }))).rejects.toMatchObject({
      name: "NotFound",
      $metadata: { httpStatusCode: 404 },
    });
    await expect(client.send(new GetObjectCommand({ Bucket: "another", Key: "a" }))).rejects.toMatchObject({
      name: "NoSuchBucket",
    });
  });

  it("refuses what is denied, and only that", async () => {
    const { s3, client, put, get, keys } = await start();
    await put("open/a", "x");
    await put("shut/a", "x");
    s3.deny(Bucket, "shut/");
    const denied = { name: "AccessDenied", $metadata: { httpStatusCode: 403 } };
    await expect(get("shut/a")).rejects.toMatchObject(denied);
    await expect(put("shut/b", "x")).rejects.toMatchObject(denied);
    await expect(keys({ Prefix: "shut/" })).rejects.toMatchObject(denied);
    await expect(client.send(new HeadObjectCommand({ Bucket, Key: "shut/a" }))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 403 },
    });
    expect((await get("open/a")).toString()).toBe("x");
    expect(await keys()).toEqual(["open/a", "shut/a"]);
  });

  it("fails so often as it is told, for the keys that it is told", async () => {
    const { s3, put, get } = await start();
    await put("a/1", "x");
    await put("b/1", "x");
    s3.failNext("slow-down", { prefix: "a/" });
    s3.failNext("internal", { prefix: "a/" });
    s3.failNext("denied", { prefix: "a/" });
    expect((await get("b/1")).toString()).toBe("x");
    await expect(get("a/1")).rejects.toMatchObject({ name: "SlowDown" });
    await expect(get("a/1")).rejects.toMatchObject({ name: "InternalError" });
    await expect(get("a/1")).rejects.toMatchObject({ name: "AccessDenied" });
    expect((await get("a/1")).toString()).toBe("x");
  });

  it("breaks off in the middle of a body so that the reader notices", async () => {
    const { s3, client, put, get } = await start();
    await put("a", randomBytes(500_000));
    s3.failNext("cut");
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: "a" }));
    await expect(Body?.transformToByteArray()).rejects.toThrow();
    expect(await get("a")).toHaveLength(500_000);
  });

  it("refuses what it does not imitate, and unsigned requests", async () => {
    const { s3, client, put } = await start();
    await put("a", "x");
    const notImplemented = { name: "NotImplemented" };
    await expect(
      client.send(new GetObjectCommand({ Bucket, Key: "a", Range: "bytes=0-1" })),
    ).rejects.toMatchObject(notImplemented);
    await expect(
      client.send(new GetObjectCommand({ Bucket, Key: "a", VersionId: "1" })),
    ).rejects.toMatchObject(notImplemented);
    await expect(put("a", "y", { IfNoneMatch: "*" })).rejects.toMatchObject(notImplemented);
    await expect(client.send(new DeleteObjectCommand({ Bucket, Key: "a" }))).rejects.toMatchObject(
      notImplemented,
    );
    await expect(client.send(new ListObjectsCommand({ Bucket }))).rejects.toMatchObject(notImplemented);
    expect((await fetch(`${s3.endpoint}/${Bucket}/a`)).status).toBe(403);
  });
});

describe("listing", () => {
  it("pages through a prefix in the order of bytes", async () => {
    const { s3, client, list, keys } = await start();
    const names = ["p/10", "p/2", "p/B", "p/a", "p/\u{1f642}", "p/\uff5e", "q/1", "o/1"];
    for (const key of names) s3.put({ bucket: Bucket, key, body: "x" });
    const pages: (string | undefined)[][] = [];
    for await (const page of paginateListObjectsV2({ client }, { Bucket, Prefix: "p/", MaxKeys: 2 })) {
      pages.push((page.Contents ?? []).map(({ Key }) => Key));
    }
    // U+FF5E comes before U+1F642 in UTF-8, though not in UTF-16.
    expect(pages).toEqual([
      ["p/10", "p/2"],
      ["p/B", "p/a"],
      ["p/\uff5e", "p/\u{1f642}"],
    ]);
    expect(await list({ Prefix: "p/", MaxKeys: 2 })).toMatchObject({
      IsTruncated: true,
      KeyCount: 2,
      MaxKeys: 2,
    });
    expect(await keys({ StartAfter: "p/a" })).toEqual(["p/\uff5e", "p/\u{1f642}", "q/1"]);
    expect(await list({ Prefix: "none" })).toMatchObject({ KeyCount: 0, IsTruncated: false });
    await expect(list({ ContinuationToken: "no token!" })).rejects.toMatchObject({ name: "InvalidArgument" });
  });

  it("groups by a delimiter", async () => {
    const { s3, list } = await start();
    for (const key of ["AWSLogs/1/x", "AWSLogs/1/y", "AWSLogs/2/x", "AWSLogs/top"]) {
      s3.put({ bucket: Bucket, key, body: "x" });
    }
    const { CommonPrefixes, Contents } = await list({ Prefix: "AWSLogs/", Delimiter: "/" });
    expect(CommonPrefixes).toEqual([{ Prefix: "AWSLogs/1/" }, { Prefix: "AWSLogs/2/" }]);
    expect(Contents).toMatchObject([{ Key: "AWSLogs/top", Size: 1, LastModified: new Date(START) }]);
  });

  it("shows every key and every group once, whatever the size of the pages", () => {
    const key = fc.array(fc.constantFrom("a", "b", "/", "~", "é", "🙂"), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(
        fc.uniqueArray(
          key.map((parts) => parts.join("")),
          { maxLength: 30 },
        ),
        fc.constantFrom("", "a", "a/", "b"),
        fc.constantFrom(undefined, "/"),
        fc.integer({ min: 1, max: 5 }),
        (names, prefix, delimiter, maxKeys) => {
          const sorted = names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
          const seen: string[] = [];
          let token: string | undefined;
          do {
            const page = listPage(sorted, {
              prefix,
              maxKeys,
              ...(delimiter && { delimiter }),
              ...(token !== undefined && { token }),
            });
            expect((page?.keys.length ?? 0) + (page?.commonPrefixes.length ?? 0)).toBeLessThanOrEqual(
              maxKeys,
            );
            seen.push(...(page?.keys ?? []), ...(page?.commonPrefixes ?? []));
            token = page?.nextToken;
          } while (token !== undefined);
          const wanted = sorted
            .filter((name) => name.startsWith(prefix))
            .map((name) => {
              const end = delimiter ? name.indexOf(delimiter, prefix.length) : -1;
              return end < 0 ? name : name.slice(0, end + 1);
            });
          expect(seen.toSorted()).toEqual([...new Set(wanted)].toSorted());
        },
      ),
    );
  });
});

describe("decodeAwsChunked", () => {
  it.each(["", "zz\r\n", "5\r\nabc\r\n0\r\n\r\n", "3\r\nabc"])("refuses %j", (body) => {
    expect(() => decodeAwsChunked(Buffer.from(body))).toThrowError(
      expect.objectContaining({ name: "AuditError", code: "usage" }),
    );
  });

  it("passes over signatures and trailers", () => {
    const body = "3;chunk-signature=ff\r\nabc\r\n2\r\nde\r\n0\r\nx-amz-checksum-crc32:AAAA\r\n\r\n";
    expect(decodeAwsChunked(Buffer.from(body)).toString()).toBe("abcde");
  });
});
