// The queues between the functions, each with a dead-letter queue.
import { arnOf, pascal, type Resource, type Resources, ref } from "./cloudformation.ts";
import { keyArn, withKey } from "./own-key.ts";
import { eventPlans, MAX_RECEIVES, queuePlans, visibilityOf } from "./topology.ts";

export const queueId = (name: string): string => `${pascal(name)}Queue`;
export const deadLetterQueueId = (name: string): string => `${pascal(name)}DeadLetterQueue`;

const DAY = 86_400;

// SSE-SQS, never alias/aws/sqs: EventBridge cannot use that key, and what it delivers vanishes without a trace. A key of
// one's own must admit events.amazonaws.com. A queue takes one of the two kinds.
const sealed = { SqsManagedSseEnabled: withKey(ref("AWS::NoValue"), true), KmsMasterKeyId: keyArn };

/**
 * Holds what was given up on for 14 days, the longest there is. A message keeps its first time stamp when it moves, so
 * the queues before it hold for four days only.
 */
const deadLetterQueue: Resource = {
  Type: "AWS::SQS::Queue",
  Properties: { ...sealed, MessageRetentionPeriod: 14 * DAY },
};

const queue = (plan: (typeof queuePlans)[number]): Resource => ({
  Type: "AWS::SQS::Queue",
  Properties: {
    ...sealed,
    MessageRetentionPeriod: 4 * DAY,
    VisibilityTimeout: visibilityOf(plan),
    RedrivePolicy: {
      deadLetterTargetArn: arnOf(deadLetterQueueId(plan.name)),
      maxReceiveCount: MAX_RECEIVES,
    },
  },
});

export const queues: Resources = {
  ...Object.fromEntries(queuePlans.map((plan) => [queueId(plan.name), queue(plan)])),
  // Functions that are called by events have no queue before them: what Lambda or EventBridge give up on comes here.
  ...Object.fromEntries(
    [...queuePlans, ...eventPlans].map(({ name }) => [deadLetterQueueId(name), deadLetterQueue]),
  ),
};
