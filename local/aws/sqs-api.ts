// The calls of SQS that our handlers, command line and tests make, as the service's JSON protocol has them.
import * as z from "zod";
import { AuditError } from "../../lib/errors.ts";
import { type AwsOperations, AwsRefusal, operation } from "./aws-operation.ts";
import type { Bus } from "./bus.ts";
import { type Delivery, md5, sqsRecord } from "./lambda-events.ts";
import { MAX_BODY_BYTES, type Queue } from "./queue.ts";

const seconds = (max: number) => z.int().min(0).max(max);
const Delay = z.optional(seconds(900));
const entries = <T extends z.ZodType>(entry: T) =>
  z.strictObject({ QueueUrl: z.string(), Entries: z.array(entry) });

const SendEntry = z.strictObject({ Id: z.string(), MessageBody: z.string(), DelaySeconds: Delay });
const DeleteEntry = z.strictObject({ Id: z.string(), ReceiptHandle: z.string() });
const Receive = z.strictObject({
  QueueUrl: z.string(),
  MaxNumberOfMessages: z.int().min(1).max(10).default(1),
  VisibilityTimeout: z.optional(seconds(43_200)),
  // Taken, but an empty queue answers at once: time may be simulated here.
  WaitTimeSeconds: z.optional(seconds(20)),
  AttributeNames: z.array(z.string()).default([]),
  MessageSystemAttributeNames: z.array(z.string()).default([]),
  MessageAttributeNames: z.optional(z.array(z.string())),
});

const refuse = (shape: string, queryCode: string, message: string): never => {
  throw new AwsRefusal({ shape: `com.amazonaws.sqs#${shape}`, queryCode, message });
};

// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
const checkBatch = (batch: readonly { Id: string }[]): void => {
  const code = (name: string) => `AWS.SimpleQueueService.${name}`;
  const wrong = (name: string, message: string): never => refuse(name, code(name), message);
  if (!batch.length) wrong("EmptyBatchRequest", "There should be at least one entry in the request.");
  if (batch.length > 10) {
    wrong(
      "TooManyEntriesInBatchRequest",
      `Maximum number of entries per request are 10. You have sent ${batch.length}.`,
    );
  }
  if (new Set(batch.map(({ Id }) => Id)).size < batch.length) {
    wrong("BatchEntryIdsNotDistinct", "Two entries have the same Id.");
  }
  if (!batch.every(({ Id }) => /^[\w-]{1,80}$/.test(Id))) {
    wrong(
      "InvalidBatchEntryId",
      "An Id has other characters than letters, digits, - and _, or more than 80.",
    );
  }
};

const checkHandle = (handle: string): void => {
  if (!/^AQEB[0-9a-f-]{36}$/.test(handle)) {
    refuse("ReceiptHandleIsInvalid", "ReceiptHandleIsInvalid", `"${handle}" is not a receipt handle.`);
  }
};

const send = (queue: Queue, body: string, delaySeconds = 0) => ({
  MessageId: queue.send(body, { delayMs: delaySeconds * 1_000 }),
  MD5OfMessageBody: md5(body),
});

const received = (delivery: Delivery, queue: Queue, region: string, wanted: readonly string[]) => {
  const { attributes } = sqsRecord(delivery, queue.arn, region);
  const asked = Object.entries(attributes).filter(
    ([name]) => wanted.includes("All") || wanted.includes(name),
  );
  return {
    MessageId: delivery.messageId,
    ReceiptHandle: delivery.receiptHandle,
    MD5OfBody: md5(delivery.body),
    Body: delivery.body,
    ...(asked.length && { Attributes: Object.fromEntries(asked) }),
  };
};

/** The queue at a URL; AwsRefusal where there is none. */
type QueueAt = (url: string) => Queue;

const queueNamed = (bus: Bus, name: string): Queue => {
  try {
    return bus.queue(name);
  } catch (error) {
    if (!(error instanceof AuditError && error.code === "not-found")) throw error;
    return refuse(
      "QueueDoesNotExist",
      "AWS.SimpleQueueService.NonExistentQueue",
      "The specified queue does not exist.",
    );
  }
};

const attributeOperations = (queueAt: QueueAt): AwsOperations => ({
  // Of a real queue they are approximate; here they are exact.
  GetQueueAttributes: operation(
    z.strictObject({ QueueUrl: z.string(), AttributeNames: z.array(z.string()) }),
    ({ QueueUrl, AttributeNames }) => {
      const queue = queueAt(QueueUrl);
      const { waiting } = queue.counters();
      const known: Readonly<Record<string, string>> = {
        QueueArn: queue.arn,
        ApproximateNumberOfMessages: String(queue.visible()),
        ApproximateNumberOfMessagesNotVisible: String(waiting - queue.visible()),
      };
      const strange = AttributeNames.find((name) => known[name] === undefined);
      if (strange !== undefined)
        refuse("InvalidAttributeName", "InvalidAttributeName", `Unknown Attribute ${strange}.`);
      return { Attributes: Object.fromEntries(AttributeNames.map((name) => [name, known[name]])) };
    },
  ),
});

const sendOperations = (queueAt: QueueAt): AwsOperations => ({
  SendMessage: operation(
    z.strictObject({ QueueUrl: z.string(), MessageBody: z.string(), DelaySeconds: Delay }),
    ({ QueueUrl, MessageBody, DelaySeconds }) => send(queueAt(QueueUrl), MessageBody, DelaySeconds),
  ),
  SendMessageBatch: operation(entries(SendEntry), ({ QueueUrl, Entries }) => {
    const queue = queueAt(QueueUrl);
    checkBatch(Entries);
    const bytes = Entries.reduce((sum, { MessageBody }) => sum + Buffer.byteLength(MessageBody), 0);
    if (bytes > MAX_BODY_BYTES) {
      refuse(
        "BatchRequestTooLong",
        "AWS.SimpleQueueService.BatchRequestTooLong",
        `Batch requests cannot be longer than ${MAX_BODY_BYTES} bytes. You have sent ${bytes} bytes.`,
      );
    }
    const good = Entries.filter(({ MessageBody }) => MessageBody);
    const empty = Entries.filter(({ MessageBody }) => !MessageBody);
    return {
      Successful: good.map(({ Id, MessageBody, DelaySeconds }) => ({
        Id,
        ...send(queue, MessageBody, DelaySeconds),
      })),
      Failed: empty.map(({ Id }) => ({
        Id,
        SenderFault: true,
        Code: "EmptyValue",
        Message: "The message body is empty.",
      })),
    };
  }),
});

const receiveOperations = (queueAt: QueueAt, region: string): AwsOperations => ({
  ReceiveMessage: operation(Receive, (input) => {
    const queue = queueAt(input.QueueUrl);
    const batch = queue.receive({
      max: input.MaxNumberOfMessages,
      ...(input.VisibilityTimeout !== undefined && {
        visibilityTimeoutMs: input.VisibilityTimeout * 1_000,
      }),
    });
    const wanted = [...input.AttributeNames, ...input.MessageSystemAttributeNames];
    return batch.length
      ? { Messages: batch.map((delivery) => received(delivery, queue, region, wanted)) }
      : {};
  }),
});

const deleteOperations = (queueAt: QueueAt): AwsOperations => ({
  DeleteMessage: operation(
    z.strictObject({ QueueUrl: z.string(), ReceiptHandle: z.string() }),
    ({ QueueUrl, ReceiptHandle }) => {
      checkHandle(ReceiptHandle);
      queueAt(QueueUrl).remove(ReceiptHandle);
      return {};
    },
  ),
  DeleteMessageBatch: operation(entries(DeleteEntry), ({ QueueUrl, Entries }) => {
    const queue = queueAt(QueueUrl);
    checkBatch(Entries);
    for (const { ReceiptHandle } of Entries) {
      checkHandle(ReceiptHandle);
      queue.remove(ReceiptHandle);
    }
    return { Successful: Entries.map(({ Id }) => ({ Id })), Failed: [] };
  }),
});

/** `urlOf` gives the URL that queues are known by. */
export const sqsOperations = (bus: Bus, urlOf: (name: string) => string): AwsOperations => {
  // The account and the name are the path, whatever the host: clients differ in which host they call.
  const queueAt: QueueAt = (url) => {
    const [account, name, ...more] = (URL.parse(url)?.pathname ?? url).split("/").filter(Boolean);
    return queueNamed(bus, account === bus.account && !more.length ? (name ?? "") : "");
  };
  return {
    GetQueueUrl: operation(z.strictObject({ QueueName: z.string() }), ({ QueueName }) => ({
      QueueUrl: urlOf(queueNamed(bus, QueueName).name),
    })),
    ...attributeOperations(queueAt),
    ...sendOperations(queueAt),
    ...receiveOperations(queueAt, bus.region),
    ...deleteOperations(queueAt),
  };
};
