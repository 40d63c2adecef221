// Objects and faults of the local S3, through the real client.
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
  NoSuchKey,
  S3Client,
} from "@aws-sdk/client-s3";
import { afterEach, describe, expect, it, vi } from "vitest";
import { afterThis, Bucket, START, start } from "../../support/local-s3.ts";

afterEach(() => void vi.unstubAllEnvs());

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
      afterThis(() => rmSync(folder, { recursive: true, force: true }));
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
    afterThis(() => rmSync(folder, { recursive: true, force: true }));
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
    afterThis(() => client.destroy());
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
