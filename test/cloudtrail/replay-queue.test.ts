import { gzipSync } from "node:zlib";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { DigestCheck } from "../../lib/cloudtrail/prove-by-digest.ts";
import { replayQueue } from "../../lib/cloudtrail/replay-queue.ts";
import type { S3Object } from "../../lib/cloudtrail/s3-objects.ts";
import { AuditError } from "../../lib/errors.ts";
import { createActivityStore } from "../../lib/store/activity/activity.ts";
import { createBus } from "../../local/aws/bus.ts";
import { type BusEndpoint, startBusEndpoint } from "../../local/aws/bus-endpoint.ts";
import { CLUSTER, connectRecord, envelope, foreignRecord, uuidOf } from "../support/records.ts";
import { testTables } from "../support/table.ts";

const T = Date.parse("2026-11-02T09:14:07Z");
let served: BusEndpoint;
let client: SQSClient;
let tables: Awaited<ReturnType<typeof testTables>>;
beforeAll(async () => {
  tables = await testTables();
  const bus = createBus({ random: () => 0, now: () => T });
  bus.addQueue({ name: "dead" });
  bus.addQueue({ name: "dead-digests" });
  served = await startBusEndpoint(bus);
  client = new SQSClient({
    endpoint: served.endpoint,
    region: "us-east-1",
    maxAttempts: 1,
    credentials: { accessKeyId: "x", secretAccessKey: "x" },
  });
});
afterAll(async () => {
  client.destroy();
  await served.stop();
  await tables.stop();
});

it("counts what a dead-letter queue holds, deletes that, and leaves what still fails", async () => {
  const QueueUrl = served.queueUrl("dead");
  const record = (n: number) => connectRecord({ id: uuidOf(n), at: T });
  const file = gzipSync(JSON.stringify({ Records: [record(1), record(2)] }));
  const created = (key: string) => ({
    "detail-type": "Object Created",
    detail: { bucket: { name: "b" }, object: { key } },
  });
  const bodies = [
    JSON.stringify(envelope(record(1))),
    JSON.stringify(created("AWSLogs/1/CloudTrail/us-east-1/good.json.gz")),
    JSON.stringify(created("AWSLogs/1/CloudTrail/us-east-1/gone.json.gz")),
    JSON.stringify(created("AWSLogs/1/CloudTrail-Digest/us-east-1/d.json.gz")),
    JSON.stringify(envelope(foreignRecord("2026-11-02T09:00:00Z"))),
    JSON.stringify(envelope(connectRecord({ id: "", at: T }))),
    "no json",
  ];
  for (const MessageBody of bodies) await client.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  const sourceOf = ({ bucket, key }: S3Object) => ({
    name: `s3://${bucket}/${key}`,
    open: async function* () {
      if (key.endsWith("gone.json.gz")) throw new AuditError("not-found", `${key} is not there`);
      yield file;
    },
  });
  const sink = createActivityStore(await tables.fresh());
  const counts = await replayQueue(QueueUrl, { client, sink, eventSink: sink, sourceOf, now: T });
  expect(counts).toMatchObject({
    connections: 3,
    counted: 2,
    duplicates: 1,
    ignored: 1,
    clusters: [CLUSTER],
  });
  expect(counts.records).toBe(counts.connections + counts.ignored + counts.rejected.length);
  expect(counts.rejected.map(({ reason }) => reason).sort()).toEqual([
    expect.stringContaining("is not there"),
    "a digest that nobody here can prove",
    "has no eventID",
    "is not JSON",
  ]);
});

it("proves the digests that a queue names, and keeps those that do not hold", async () => {
  const QueueUrl = served.queueUrl("dead-digests");
  const keyOf = (n: number) => `AWSLogs/1/CloudTrail-Digest/us-east-1/d${n}.json.gz`;
  const bodies = [0, 1, 2].map((n) => JSON.stringify({ s3Bucket: "b", s3ObjectKey: [keyOf(n)] }));
  for (const MessageBody of bodies) await client.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  const sink = createActivityStore(await tables.fresh());
  const digest = async ({ key }: S3Object): Promise<DigestCheck> => {
    if (key === keyOf(2)) throw new AuditError("not-found", "it is gone");
    const ingested = {
      files: 0,
      clusters: [],
      named: [],
      unread: [],
      records: 0,
      connections: 0,
      counted: 0,
      duplicates: 0,
    };
    return {
      scope: "*",
      interval: { from: 0, to: 0 },
      signature: "valid",
      missing: [],
      altered: key === keyOf(1) ? ["log"] : [],
      ingested: { ...ingested, ignored: 0, tooOld: 0, rejected: [] },
    };
  };
  const sourceOf = () => {
    throw new Error("never");
  };
  const ports = { client, sink, eventSink: sink, sourceOf, digest, now: T };
  const { rejected } = await replayQueue(QueueUrl, ports);
  expect(rejected.map(({ file, reason }) => `${file.at(-9)} ${reason}`).sort()).toEqual([
    "1 1 log files that it names were changed, first log",
    "2 it is gone",
  ]);
});

it("says that there is no such queue", async () => {
  const sink = createActivityStore(await tables.fresh());
  const sourceOf = () => {
    throw new Error("never");
  };
  await expect(
    replayQueue(`${served.queueUrl("dead")}-none`, { client, sink, eventSink: sink, sourceOf, now: T }),
  ).rejects.toMatchObject({ code: "config" });
});
