import { gzipSync } from "node:zlib";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { replayQueue } from "../../lib/cloudtrail/replay-queue.ts";
import type { S3Object } from "../../lib/cloudtrail/s3-objects.ts";
import { AuditError } from "../../lib/errors.ts";
import { createActivityStore } from "../../lib/store/activity.ts";
import { createBus } from "../../local/bus.ts";
import { type BusEndpoint, startBusEndpoint } from "../../local/bus-endpoint.ts";
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
  const counts = await replayQueue(QueueUrl, { client, sink, sourceOf, now: T });
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
    "has no eventID",
    "is no JSON",
  ]);
});

it("says what to check when the queue cannot be read", async () => {
  const sink = createActivityStore(await tables.fresh());
  const sourceOf = () => {
    throw new Error("never");
  };
  await expect(
    replayQueue(`${served.queueUrl("dead")}-none`, { client, sink, sourceOf, now: T }),
  ).rejects.toMatchObject({ code: "config" });
});
