import { gzipSync } from "node:zlib";
import { S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ingestSources } from "../../lib/cloudtrail/ingest-sources.ts";
import { parseS3Url, prefixSources } from "../../lib/cloudtrail/list-prefix.ts";
import { objectsNamed, s3Source } from "../../lib/cloudtrail/s3-objects.ts";
import type { Cluster } from "../../lib/core/base/ids.ts";
import { DAY } from "../../lib/core/base/time.ts";
import { AuditError } from "../../lib/errors.ts";
import { createActivityStore } from "../../lib/store/activity/activity.ts";
import { type LocalS3, startS3 } from "../../local/aws/s3.ts";
import { CLUSTER, connectRecord, foreignRecord, uuidOf } from "../support/records.ts";
import { testTables } from "../support/table.ts";

const T = Date.parse("2026-11-02T09:14:07Z");
const LOGS = "AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/02/";
const record = (n: number) => connectRecord({ id: uuidOf(n), at: T + n * 1_000 });
const fileOf = (...records: unknown[]) => gzipSync(JSON.stringify({ Records: records }));

let s3: LocalS3;
let client: S3Client;
let tables: Awaited<ReturnType<typeof testTables>>;
beforeAll(async () => {
  tables = await testTables();
  s3 = await startS3({ now: () => T, buckets: ["trail", "other"] });
  client = new S3Client({
    endpoint: s3.endpoint,
    region: "us-east-1",
    forcePathStyle: true,
    maxAttempts: 2,
    credentials: { accessKeyId: "x", secretAccessKey: "x" },
  });
  for (let n = 0; n < 40; n++)
    s3.put({ bucket: "trail", key: `${LOGS}f${n}.json.gz`, body: fileOf(record(n), record(n + 1)) });
  s3.put({
    bucket: "trail",
    key: "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/d.json.gz",
    body: "no log",
  });
  s3.put({ bucket: "trail", key: "AWSLogs/111122223333/Config/x.json", body: "no log" });
});
afterAll(async () => {
  client.destroy();
  await s3.stop();
  await tables.stop();
});
const storeOf = async () => createActivityStore(await tables.fresh());

describe("an S3 prefix", () => {
  it("is counted, log files only, each event once", async () => {
    const store = await storeOf();
    const counts = await ingestSources(prefixSources(client, "s3://trail/AWSLogs/"), store, {
      now: T,
      proof: "folder",
    });
    expect(counts).toMatchObject({ files: 40, records: 80, counted: 41, duplicates: 39, rejected: [] });
    expect(await store.coverage(CLUSTER as Cluster, { from: T - DAY, to: T + DAY })).toHaveLength(1);
  });

  it("names an object that is denied or broken and goes on with the others", async () => {
    const bucket = "other";
    s3.put({ bucket, key: `${LOGS}a.json.gz`, body: fileOf(record(1)) });
    s3.put({ bucket, key: `${LOGS}b.json.gz`, body: fileOf(record(2)).subarray(0, 60) });
    s3.put({ bucket, key: `${LOGS}c.json.gz`, body: "" });
    s3.put({ bucket, key: `${LOGS}d.json.gz`, body: fileOf(record(4)) });
    s3.put({ bucket, key: `${LOGS}e.json.gz`, body: fileOf(record(5)) });
    s3.failNext("denied", { prefix: `/other/${LOGS}d`, times: 5 });
    s3.failNext("slow-down", { prefix: `${LOGS}e` });
    const counts = await ingestSources(prefixSources(client, "s3://other/"), await storeOf(), { now: T });
    expect(counts.counted + counts.rejected.length).toBe(5);
    const reasons = Object.fromEntries(
      counts.rejected.map(({ file, reason }) => [file.slice(-9, -8), reason]),
    );
    expect(reasons).toMatchObject({
      b: expect.stringContaining("gzip"),
      c: expect.stringContaining("empty"),
    });
  });

  it("is refused as a whole when it cannot be listed", async () => {
    const sink = await storeOf();
    await expect(
      ingestSources(prefixSources(client, "s3://nowhere/x"), sink, { now: T }),
    ).rejects.toMatchObject({ code: "not-found" });
    expect(() => prefixSources(client, "s3://")).toThrow(AuditError);
    expect(parseS3Url("s3://b-1/a/b c")).toEqual({ bucket: "b-1", prefix: "a/b c" });
  });
});

describe("an S3 object", () => {
  const read = async (key: string) =>
    ingestSources([s3Source(client, { bucket: "trail", key })], await storeOf(), { now: T });

  it("is told apart as missing or denied", async () => {
    expect((await read(`${LOGS}none.json.gz`)).rejected).toMatchObject([
      { reason: expect.stringContaining("not there") },
    ]);
    s3.put({ bucket: "trail", key: "denied/x.json.gz", body: fileOf(record(1)) });
    s3.deny("trail", "denied/");
    expect((await read("denied/x.json.gz")).rejected).toMatchObject([
      { reason: expect.stringContaining("may not be read") },
    ]);
  });

  it("stops the run when the connection breaks off, and counts nothing of it", async () => {
    const store = await storeOf();
    const key = `${LOGS}f0.json.gz`;
    s3.failNext("cut", { prefix: key, times: 3 });
    await expect(
      ingestSources([s3Source(client, { bucket: "trail", key })], store, { now: T }),
    ).rejects.toThrow();
    s3.failNext("cut", { prefix: "never", times: 1 });
    expect((await store.countedIds(CLUSTER as Cluster, { from: T - DAY, to: T + DAY })).size).toBe(0);
  });
});

describe("messages that name objects", () => {
  const notification = { s3Bucket: "b", s3ObjectKey: ["k1", "k2"] };
  it.each<[string, unknown, unknown]>([
    [
      "S3's event",
      { "detail-type": "Object Created", detail: { bucket: { name: "b" }, object: { key: "k", size: 3 } } },
      [{ bucket: "b", key: "k", size: 3 }],
    ],
    [
      "a trail's notification",
      notification,
      [
        { bucket: "b", key: "k1" },
        { bucket: "b", key: "k2" },
      ],
    ],
    [
      "a notification wrapped by SNS",
      { Type: "Notification", Message: JSON.stringify(notification) },
      [
        { bucket: "b", key: "k1" },
        { bucket: "b", key: "k2" },
      ],
    ],
    ["a connect event", connectRecord(), undefined],
    ["another service's event", foreignRecord("2026-11-02T09:00:00Z"), undefined],
  ])("are %s", (_, body, objects) => {
    expect(objectsNamed(body)).toEqual(objects);
  });

  it("are refused when what SNS wraps is no JSON", () => {
    expect(() => objectsNamed({ Type: "Notification", Message: "{" })).toThrow(AuditError);
  });
});
