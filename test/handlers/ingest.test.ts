// The ingest function over a bucket: log files are counted, digests prove, what does not hold fails alone.

import { S3Client } from "@aws-sdk/client-s3";
import type { Context, SQSEvent } from "aws-lambda";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ingestHandler } from "../../handlers/ingest.ts";
import type { Cluster } from "../../lib/core/base/ids.ts";
import { DAY, HOUR } from "../../lib/core/base/time.ts";
import { connectionSink } from "../../lib/jobs/count-connections.ts";
import { digestIngest } from "../../lib/jobs/ingest-digest.ts";
import { objectIngest } from "../../lib/jobs/ingest-objects.ts";
import { openStore, type Store } from "../../lib/store/open-store.ts";
import { type LocalS3, startS3 } from "../../local/aws/s3.ts";
import { BUCKET, chainOf, type DigestHour, keyPort, START } from "../support/digests.ts";
import { CLUSTER, connectRecord, envelope } from "../support/records.ts";
import { testTables } from "../support/table.ts";

const cluster = CLUSTER as Cluster;
const NOW = START + DAY;
const lately = { from: START - DAY, to: NOW };
let s3: LocalS3;
let client: S3Client;
let tables: Awaited<ReturnType<typeof testTables>>;
let store: Store;
let warnings: string[];
beforeAll(async () => {
  tables = await testTables();
  s3 = await startS3({ now: () => START, buckets: [BUCKET] });
  client = new S3Client({
    endpoint: s3.endpoint,
    region: "us-east-1",
    forcePathStyle: true,
    credentials: { accessKeyId: "x", secretAccessKey: "x" },
  });
});
beforeEach(async () => {
  store = openStore(await tables.fresh(), { now: () => NOW });
  warnings = [];
});
afterAll(async () => {
  client.destroy();
  await s3.stop();
  await tables.stop();
});

const put = ({ object, objects }: DigestHour): void => {
  for (const [key, body] of objects) s3.put({ bucket: BUCKET, key, body, contentEncoding: "gzip" });
  const metadata = { signature: object.signature ?? "" };
  s3.put({ bucket: BUCKET, key: object.key, body: object.bytes, metadata });
};

/** What the function answers to messages that each name these keys, or are such an event: the messages that failed. */
const ingest = async (
  messages: readonly (readonly string[] | object)[],
  { prove = true, key = keyPort } = {},
) => {
  const sink = connectionSink(store, undefined, "trail");
  const now = () => NOW;
  const digest = prove ? digestIngest(client, store, sink, key, now) : undefined;
  const detected: unknown[] = [];
  const logged: unknown[] = [];
  const handler = ingestHandler({
    now,
    random: Math.random,
    sleep: async () => {},
    log: {
      info: (_, fields) => logged.push(fields),
      warn: () => {},
      error: (_, fields) => warnings.push(String(fields?.reason)),
    },
    sink,
    detect: async (jobs) => void detected.push(...jobs),
    ingestObjects: objectIngest(client, sink, now, digest),
  });
  const Records = messages.map((one, n) => ({
    messageId: `m${n}`,
    body: JSON.stringify(Array.isArray(one) ? { s3Bucket: BUCKET, s3ObjectKey: one } : one),
  }));
  const { batchItemFailures } = await handler({ Records } as unknown as SQSEvent, {} as Context);
  return { failed: batchItemFailures.map(({ itemIdentifier }) => itemIdentifier), detected, logged };
};

it("counts no event that speaks for another account, and counts those beside it", async () => {
  const told = (id: string) => envelope(connectRecord({ id, at: START }));
  const recipient = { recipientAccountId: "444455556666" };
  const forged = envelope(connectRecord({ id: "e-2", at: START, extra: recipient }));
  const { failed } = await ingest([told("e-1"), forged, { ...told("e-3"), account: "444455556666" }]);
  expect(failed).toEqual(["m1", "m2"]);
  await store.activity.fold(cluster, NOW);
  const days = await store.activity.days(cluster, lately);
  expect(days.flatMap(({ tallies }) => tallies.map(({ count }) => count))).toEqual([1]);
});

const first = Date.parse("2026-11-02T09:00:00Z");
const proven = () => store.activity.coverage(cluster, lately);

describe("log files in the bucket", () => {
  it("are counted, and the log says how many records there were", async () => {
    const [hour] = chainOf(1);
    for (const [key, body] of hour?.objects ?? []) {
      s3.put({ bucket: BUCKET, key, body, contentEncoding: "gzip" });
      const counts = { records: 1, connections: 1, ignored: 0, tooOld: 0, failed: 0 };
      expect((await ingest([[key]])).logged).toMatchObject([{ ...counts, counted: 1, duplicates: 0 }]);
      expect((await ingest([[key]])).logged).toMatchObject([{ ...counts, counted: 0, duplicates: 1 }]);
    }
  });

  it("are told to be judged also where one of them cannot be read", async () => {
    const [hour] = chainOf(1);
    const [[key, body] = ["", new Uint8Array()]] = hour?.objects ?? [];
    s3.put({ bucket: BUCKET, key, body, contentEncoding: "gzip" });
    s3.put({ bucket: BUCKET, key: `${key}-broken.json.gz`, body: "{" });
    const { failed, detected, logged } = await ingest([[key, `${key}-broken.json.gz`]]);
    expect({ failed, detected }).toEqual({
      failed: ["m0"],
      detected: [{ cluster, reason: "connections", ifWatched: true }],
    });
    expect(logged).toMatchObject([{ counted: 1, failed: 1 }]);
  });
});

describe("digests in the bucket", () => {
  it("prove their hours, and their log files are read on where they were not counted yet", async () => {
    const chain = chainOf(3);
    for (const hour of chain) put(hour);
    const { failed, detected } = await ingest(chain.map(({ object }) => [object.key]));
    expect(failed).toEqual([]);
    expect(detected).toEqual([{ cluster, reason: "connections", ifWatched: true }]);
    expect(await proven()).toEqual([{ from: first, to: first + 2 * HOUR, proof: "digest" }]);
    const counted = await store.activity.countedIds(cluster, {
      from: START - (START % HOUR),
      to: START + 3 * HOUR,
    });
    expect([...counted.values()].reduce((sum, ids) => sum + ids.size, 0)).toBe(3);
    expect((await ingest(chain.map(({ object }) => [object.key]))).detected).toEqual([]);
  });

  it("come again while a log file is missing, are doubted meanwhile, and proven when it is there", async () => {
    const chain = chainOf(3);
    for (const hour of chain) put(hour);
    const [[log, body] = ["", new Uint8Array()]] = chain[1]?.objects ?? [];
    s3.put({ bucket: BUCKET, key: log, body: "{}", contentEncoding: "gzip" });
    const keys = chain.map(({ object }) => [object.key]);
    expect((await ingest(keys)).failed).toEqual(["m1"]);
    expect(warnings.join()).toMatch(/1 log files that it names were changed/);
    expect(await proven()).toEqual([]);
    expect(await store.doubts.within(cluster, lately)).toEqual([
      {
        from: START + HOUR,
        to: START + 2 * HOUR,
        reason: "a digest file names 1 log files that are missing or were changed",
      },
    ]);
    s3.put({ bucket: BUCKET, key: log, body, contentEncoding: "gzip" });
    expect((await ingest([keys[1] ?? []])).failed).toEqual([]);
    expect(await proven()).toEqual([{ from: first, to: first + 2 * HOUR, proof: "digest" }]);
    expect(await store.doubts.within(cluster, lately)).toEqual([]);
  });

  it("that somebody forged fail, prove nothing and put nothing in doubt", async () => {
    const [hour] = chainOf(1);
    if (!hour) throw new Error("no hour");
    put({ ...hour, objects: new Map(), object: { ...hour.object, signature: "00".repeat(256) } });
    expect((await ingest([[hour.object.key]])).failed).toEqual(["m0"]);
    expect(await proven()).toEqual([]);
    expect(await store.doubts.within(cluster, lately)).toEqual([]);
  });

  it("prove nothing where their key is not told, and fail nothing", async () => {
    const chain = chainOf(3);
    for (const hour of chain) put(hour);
    const keys = chain.map(({ object }) => [object.key]);
    expect((await ingest(keys, { key: async () => undefined })).failed).toEqual([]);
    expect(await proven()).toEqual([]);
    expect((await ingest(keys, { prove: false })).failed).toEqual([]);
  });

  it("fail alone: the log file beside a broken one is counted", async () => {
    const [hour] = chainOf(1);
    if (!hour) throw new Error("no hour");
    put(hour);
    const broken = "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/broken.json.gz";
    s3.put({ bucket: BUCKET, key: broken, body: "{" });
    const { failed, detected } = await ingest([[broken], [...hour.objects.keys()]]);
    expect(failed).toEqual(["m0"]);
    expect(detected).toHaveLength(1);
  });
});
