// The local queues and bus as the real clients of SQS and EventBridge meet them.
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueUrlCommand,
  QueueDoesNotExist,
  ReceiptHandleIsInvalid,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
  TooManyEntriesInBatchRequest,
} from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Bus, createBus } from "../../../local/aws/bus.ts";
import { type BusEndpoint, startBusEndpoint } from "../../../local/aws/bus-endpoint.ts";

const START = Date.UTC(2026, 2, 4, 3);
const credentials = { accessKeyId: "local", secretAccessKey: "local" };
const settings = { region: "us-east-1", credentials, maxAttempts: 1 };
const clock = { now: START };
let bus: Bus;
let served: BusEndpoint;
let sqs: SQSClient;
let events: EventBridgeClient;

beforeEach(async () => {
  clock.now = START;
  bus = createBus({ random: () => 0, now: () => clock.now });
  bus.addQueue({ name: "dead" });
  bus.addQueue({ name: "work", redrive: { maxReceiveCount: 2, deadLetterQueue: "dead" } });
  served = await startBusEndpoint(bus);
  sqs = new SQSClient({ ...settings, endpoint: served.endpoint });
  events = new EventBridgeClient({ ...settings, endpoint: served.endpoint });
});
afterEach(async () => {
  sqs.destroy();
  events.destroy();
  await served.stop();
});

const receive = async (name = "work", more: object = {}) => {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl: served.queueUrl(name), MaxNumberOfMessages: 10, ...more }),
  );
  return Messages;
};

describe("SQS through its real client", () => {
  it("sends to the function behind the queue", async () => {
    const bodies: string[] = [];
    bus.addFunction({
      name: "worker",
      handler: (event: { Records: { body: string }[] }) => {
        bodies.push(...event.Records.map(({ body }) => body));
      },
    });
    bus.addPoller({ queue: "work", function: "worker", reportBatchItemFailures: true });
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: "work" }));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "größer 🙂", DelaySeconds: 900 }));
    await sqs.send(
      new SendMessageBatchCommand({
        QueueUrl,
        Entries: [
          { Id: "0", MessageBody: "b0" },
          { Id: "1", MessageBody: "b1" },
        ],
      }),
    );
    await bus.drain();
    expect(bodies).toEqual(["b0", "b1", "größer 🙂"]);
  });

  it("receives, hides, brings back, buries and deletes", async () => {
    const QueueUrl = served.queueUrl("work");
    const { MessageId } = await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "a" }));
    const [first] = await receive("work", { MessageSystemAttributeNames: ["All"], VisibilityTimeout: 60 });
    expect(first).toMatchObject({
      MessageId,
      Body: "a",
      Attributes: { ApproximateReceiveCount: "1", SentTimestamp: String(START) },
    });
    clock.now += 59_999;
    expect(await receive()).toEqual([]);
    clock.now += 1;
    const [second] = await receive("work", { MessageSystemAttributeNames: ["ApproximateReceiveCount"] });
    expect(second?.Attributes).toEqual({ ApproximateReceiveCount: "2" });
    // The first handle was replaced by the second: it deletes nothing.
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: first?.ReceiptHandle }));
    clock.now += 30_000;
    expect(await receive()).toEqual([]);
    const [dead] = await receive("dead", { AttributeNames: ["All"] });
    expect(dead).toMatchObject({
      MessageId,
      Attributes: { DeadLetterQueueSourceArn: bus.queue("work").arn, SentTimestamp: String(START) },
    });
    await sqs.send(
      new DeleteMessageBatchCommand({
        QueueUrl: served.queueUrl("dead"),
        Entries: [{ Id: "0", ReceiptHandle: dead?.ReceiptHandle }],
      }),
    );
    expect(bus.queue("dead").counters().waiting).toBe(0);
  });

  it("deletes what was received even after it has shown itself again", async () => {
    const QueueUrl = served.queueUrl("work");
    for (const MessageBody of ["a", "b"]) await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
    const [a] = await receive();
    clock.now += 60_000;
    expect(bus.queue("work").visible()).toBe(2);
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: a?.ReceiptHandle }));
    expect(bus.queue("work").bodies()).toEqual(["b"]);
  });

  it("refuses what SQS refuses", async () => {
    const QueueUrl = served.queueUrl("work");
    const entries = (count: number) =>
      Array.from({ length: count }, (_, n) => ({ Id: `${n}`, MessageBody: "x" }));
    const batch = (Entries: { Id: string; MessageBody: string }[]) =>
      sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    await expect(
      sqs.send(new SendMessageCommand({ QueueUrl: `${QueueUrl}-typo`, MessageBody: "x" })),
    ).rejects.toBeInstanceOf(QueueDoesNotExist);
    await expect(
      sqs.send(
        new SendMessageCommand({ QueueUrl: QueueUrl.replace(bus.account, "999999999999"), MessageBody: "x" }),
      ),
    ).rejects.toBeInstanceOf(QueueDoesNotExist);
    await expect(batch(entries(11))).rejects.toBeInstanceOf(TooManyEntriesInBatchRequest);
    await expect(batch([])).rejects.toMatchObject({ name: "EmptyBatchRequest" });
    await expect(batch([...entries(1), ...entries(1)])).rejects.toMatchObject({
      name: "BatchEntryIdsNotDistinct",
    });
    await expect(batch([{ Id: "a b", MessageBody: "x" }])).rejects.toMatchObject({
      name: "InvalidBatchEntryId",
    });
    const huge = entries(2).map((entry) => ({ ...entry, MessageBody: "x".repeat(600_000) }));
    await expect(batch(huge)).rejects.toMatchObject({ name: "BatchRequestTooLong" });
    await expect(
      sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "x".repeat(1_048_577) })),
    ).rejects.toMatchObject({ name: "InvalidParameterValue" });
    await expect(
      sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "x", DelaySeconds: 901 })),
    ).rejects.toMatchObject({ name: "InvalidParameterValue" });
    await expect(
      sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: "none" })),
    ).rejects.toBeInstanceOf(ReceiptHandleIsInvalid);
    expect(bus.queue("work").counters().sent).toBe(0);
  });

  it("fails entries of a batch alone", async () => {
    const { Successful, Failed } = await sqs.send(
      new SendMessageBatchCommand({
        QueueUrl: served.queueUrl("work"),
        Entries: [
          { Id: "good", MessageBody: "x" },
          { Id: "empty", MessageBody: "" },
        ],
      }),
    );
    expect(Successful?.map(({ Id }) => Id)).toEqual(["good"]);
    expect(Failed).toMatchObject([{ Id: "empty", SenderFault: true }]);
  });

  it("refuses calls and parameters that it does not imitate", async () => {
    const QueueUrl = served.queueUrl("work");
    await expect(
      sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: "x", VisibilityTimeout: 1 })),
    ).rejects.toMatchObject({ name: "UnknownOperationException" });
    await expect(
      sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "x", MessageGroupId: "g" })),
    ).rejects.toMatchObject({ name: "InvalidParameterValue" });
  });

  it("refuses unsigned requests", async () => {
    const answer = await fetch(served.endpoint, {
      method: "POST",
      headers: { "x-amz-target": "AmazonSQS.GetQueueUrl" },
      body: '{"QueueName":"work"}',
    });
    expect(answer.status).toBe(403);
  });

  it("fails as it is told, and the client's retries get over a throttle", async () => {
    const call = (client: SQSClient) =>
      client.send(new SendMessageCommand({ QueueUrl: served.queueUrl("work"), MessageBody: "x" }));
    served.failNext("SendMessage", "denied");
    await expect(call(sqs)).rejects.toMatchObject({ name: "AccessDeniedException" });
    served.failNext("SendMessage", "internal");
    await expect(call(sqs)).rejects.toMatchObject({ $metadata: { httpStatusCode: 500 } });
    served.failNext("SendMessage", "throttled");
    await expect(call(sqs)).rejects.toMatchObject({ name: "ThrottlingException" });
    served.failNext("SendMessage", "throttled");
    const patient = new SQSClient({ ...settings, endpoint: served.endpoint, maxAttempts: 2 });
    await call(patient);
    patient.destroy();
    expect(bus.queue("work").counters().sent).toBe(1);
  });
});

describe("EventBridge through its real client", () => {
  it("puts entries onto the bus as envelopes and fails bad ones alone", async () => {
    bus.addRule({ name: "ours", pattern: { source: [{ prefix: "auditor" }] }, targets: [{ queue: "work" }] });
    const good = { Source: "auditor.snapshot", DetailType: "Stored", Detail: '{"a":1}' };
    const { FailedEntryCount, Entries } = await events.send(
      new PutEventsCommand({
        Entries: [
          good,
          { ...good, Time: new Date("2026-01-02T03:04:05Z"), Resources: ["arn:aws:x"] },
          { ...good, Source: "aws.dsql" },
          { ...good, Detail: "no json" },
          { Source: "auditor", Detail: "{}" },
          { ...good, EventBusName: "another" },
        ],
      }),
    );
    expect(FailedEntryCount).toBe(4);
    expect(Entries?.map(({ ErrorCode }) => ErrorCode)).toEqual([
      undefined,
      undefined,
      "NotAuthorizedForSourceException",
      "MalformedDetail",
      "InvalidArgument",
      "ResourceNotFoundException",
    ]);
    const common = {
      version: "0",
      "detail-type": "Stored",
      source: "auditor.snapshot",
      account: "111122223333",
      region: "us-east-1",
      detail: { a: 1 },
    };
    const put = bus
      .queue("work")
      .bodies()
      .map((body) => JSON.parse(body) as unknown);
    expect(put).toEqual([
      { ...common, id: Entries?.[0]?.EventId, time: "2026-03-04T03:00:00Z", resources: [] },
      { ...common, id: Entries?.[1]?.EventId, time: "2026-01-02T03:04:05Z", resources: ["arn:aws:x"] },
    ]);
  });

  it("refuses more than ten entries, more than 1 MB, and fails as it is told", async () => {
    const entry = { Source: "auditor", DetailType: "t", Detail: "{}" };
    const put = (Entries: object[]) => events.send(new PutEventsCommand({ Entries }));
    await expect(put(Array(11).fill(entry))).rejects.toMatchObject({ name: "InvalidParameterValue" });
    const big = { ...entry, Detail: JSON.stringify({ a: "x".repeat(600_000) }) };
    await expect(put([big, big])).rejects.toMatchObject({ name: "ValidationException" });
    served.failNext("PutEvents", "throttled");
    await expect(put([entry])).rejects.toMatchObject({ name: "ThrottlingException" });
  });
});
