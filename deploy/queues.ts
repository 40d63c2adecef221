// The queues between the functions, each with a dead-letter queue.
import { arnOf, pascal, type Resource, type Resources } from "./cloudformation.ts";

export type QueueName = "snapshot" | "ingestEvents" | "ingestFiles" | "detect" | "notify";

/** One queue and the function of the same name that empties it; times in seconds. */
export type QueuePlan = {
  readonly name: QueueName;
  /** The function's own limit, repeated in serverless.yml and held against it by a test. */
  readonly timeout: number;
  /** How long Lambda may gather a batch. */
  readonly window: number;
  /** From this age of its oldest message on, somebody should look. */
  readonly late: number;
};

export const queuePlans: readonly QueuePlan[] = [
  { name: "snapshot", timeout: 300, window: 0, late: 3600 },
  { name: "ingestEvents", timeout: 120, window: 60, late: 1800 },
  { name: "ingestFiles", timeout: 300, window: 0, late: 3600 },
  { name: "detect", timeout: 300, window: 0, late: 3600 },
  { name: "notify", timeout: 60, window: 0, late: 1800 },
];

export const queueId = (name: string): string => `${pascal(name)}Queue`;
export const deadLetterQueueId = (name: string): string => `${pascal(name)}DeadLetterQueue`;

const DAY = 86_400;

// SSE-SQS, never alias/aws/sqs: EventBridge cannot use that key, and what it delivers vanishes without a trace.
const sealed = { SqsManagedSseEnabled: true };

/**
 * Holds what was given up on for 14 days, the longest there is. A message keeps its first time stamp when it moves, so
 * the queues before it hold for four days only.
 */
const deadLetterQueue: Resource = {
  Type: "AWS::SQS::Queue",
  Properties: { ...sealed, MessageRetentionPeriod: 14 * DAY },
};

const queue = ({ name, timeout, window }: QueuePlan): Resource => ({
  Type: "AWS::SQS::Queue",
  Properties: {
    ...sealed,
    MessageRetentionPeriod: 4 * DAY,
    // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    VisibilityTimeout: 6 * timeout + window,
    RedrivePolicy: { deadLetterTargetArn: arnOf(deadLetterQueueId(name)), maxReceiveCount: 5 },
  },
});

export const queues: Resources = {
  ...Object.fromEntries(
    queuePlans.flatMap((plan) => [
      [queueId(plan.name), queue(plan)],
      [deadLetterQueueId(plan.name), deadLetterQueue],
    ]),
  ),
  // These have no queue before them: what Lambda or EventBridge give up on comes here.
  [deadLetterQueueId("plan")]: deadLetterQueue,
  [deadLetterQueueId("retain")]: deadLetterQueue,
};
