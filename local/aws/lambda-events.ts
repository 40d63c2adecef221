// What Lambda hands to a function: the shapes of the events and of the context, as AWS documents them.
import { createHash } from "node:crypto";
import type { Context, SQSRecord } from "aws-lambda";

export type Region = { readonly account: string; readonly region: string };

/** https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html */
export type Envelope = {
  readonly version: "0";
  readonly id: string;
  readonly "detail-type": string;
  readonly source: string;
  readonly account: string;
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: unknown;
};

/** One delivery of one message. */
export type Delivery = {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  /** Epoch ms. */
  readonly sentAt: number;
  readonly firstReceivedAt: number;
  readonly receiveCount: number;
  /** ARN of the queue that gave it up, in a dead-letter queue. */
  readonly deadLetterSource?: string;
};

const SENDER_ID = "AIDAIT2UOQQY3AUEKVGXU";

export const md5 = (text: string): string => createHash("md5").update(text).digest("hex");

/** "2026-03-04T03:00:00Z": EventBridge knows no milliseconds. */
export const eventTime = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;

/** https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
export const sqsRecord = (delivery: Delivery, queueArn: string, region: string): SQSRecord => ({
  messageId: delivery.messageId,
  receiptHandle: delivery.receiptHandle,
  body: delivery.body,
  attributes: {
    ApproximateReceiveCount: String(delivery.receiveCount),
    SentTimestamp: String(delivery.sentAt),
    SenderId: SENDER_ID,
    ApproximateFirstReceiveTimestamp: String(delivery.firstReceivedAt),
    ...(delivery.deadLetterSource && { DeadLetterQueueSourceArn: delivery.deadLetterSource }),
  },
  messageAttributes: {},
  md5OfBody: md5(delivery.body),
  eventSource: "aws:sqs",
  eventSourceARN: queueArn,
  awsRegion: region,
});

/**
 * What a schedule sends where it has no input of its own. `rule`: a schedule of the event bus (detail is an object);
 * `scheduler`: EventBridge Scheduler, whose detail is the text "{}".
 */
export const scheduledEvent = (
  kind: "rule" | "scheduler",
  { name, id, at, account, region }: Region & { name: string; id: string; at: number },
): Envelope => ({
  version: "0",
  id,
  "detail-type": "Scheduled Event",
  source: kind === "rule" ? "aws.events" : "aws.scheduler",
  account,
  time: eventTime(at),
  region,
  resources: [
    kind === "rule"
      ? `arn:aws:events:${region}:${account}:rule/${name}`
      : `arn:aws:scheduler:${region}:${account}:schedule/default/${name}`,
  ],
  detail: kind === "rule" ? {} : "{}",
});

/** The second argument of a handler; `remainingMs` is what the function's timeout leaves, here always all of it. */
export const lambdaContext = (
  name: string,
  requestId: string,
  remainingMs: number,
  { account, region }: Region,
): Context => ({
  callbackWaitsForEmptyEventLoop: true,
  functionName: name,
  functionVersion: "$LATEST",
  invokedFunctionArn: `arn:aws:lambda:${region}:${account}:function:${name}`,
  memoryLimitInMB: "512",
  awsRequestId: requestId,
  logGroupName: `/aws/lambda/${name}`,
  logStreamName: `local/[$LATEST]${requestId}`,
  getRemainingTimeInMillis: () => remainingMs,
  done: () => undefined,
  fail: () => undefined,
  succeed: () => undefined,
});
