// What EventBridge puts into the queues, and the queue policies that let the rules of this stack in, and no others.
import {
  arn,
  arnOf,
  type Intrinsic,
  pascal,
  type Resource,
  type Resources,
  ref,
  sub,
} from "./cloudformation.ts";
import { deadLetterQueueId, queueId } from "./queues.ts";
import type { RulePlan, TrailPlace } from "./rule-plans.ts";
import { eventPlans, type QueueName, queuePlans } from "./topology.ts";
import { trailBucketName } from "./trail.ts";

/** The trail's files; a trail of the stack's own has no prefix. */
export const trailPlace: TrailPlace = { bucket: trailBucketName, keys: sub(`\${TrailPrefix}AWSLogs/`) };

/** The rules that call functions are made by the framework, which does not tell their ids: so they have names. */
export const eventRuleName = (fn: string, rule: string): string =>
  `\${self:service}-\${sls:stage}-${fn}-${rule}`;

const rule = ({ says, pattern }: RulePlan, queue: QueueName): Resource => ({
  Type: "AWS::Events::Rule",
  Properties: {
    Description: says,
    State: "ENABLED",
    EventPattern: pattern(trailPlace),
    Targets: [
      {
        Id: "queue",
        Arn: arnOf(queueId(queue)),
        // What cannot be put into the queue within a day, EventBridge's longest, is kept beside what failed after it.
        DeadLetterConfig: { Arn: arnOf(deadLetterQueueId(queue)) },
      },
    ],
  },
});

const admit = (queues: readonly string[], rules: readonly Intrinsic[]): Resource => ({
  Type: "AWS::SQS::QueuePolicy",
  Properties: {
    Queues: queues.map(ref),
    PolicyDocument: {
      Version: "2012-10-17",
      Statement: queues.map((queue) => ({
        Effect: "Allow",
        Principal: { Service: "events.amazonaws.com" },
        Action: "sqs:SendMessage",
        Resource: arnOf(queue),
        Condition: { ArnEquals: { "aws:SourceArn": rules } },
      })),
    },
  },
});

const withTrail = (resource: Resource): Resource => ({ ...resource, Condition: "HasTrailBucket" });

const intoQueue = (queue: QueueName, plan: RulePlan): Resources => {
  const id = `${pascal(plan.name)}Rule`;
  const made = {
    [id]: rule(plan, queue),
    [`${id}Policy`]: admit([queueId(queue), deadLetterQueueId(queue)], [arnOf(id)]),
  };
  return plan.needsTrail
    ? Object.fromEntries(Object.entries(made).map(([key, resource]) => [key, withTrail(resource)]))
    : made;
};

export const rules: Resources = {
  // Rules of member accounts hand over what AWS itself says there; nobody can put an event of these sources.
  MemberEvents: {
    Type: "AWS::Events::EventBusPolicy",
    Condition: "HasMembers",
    Properties: {
      StatementId: sub(`\${AWS::StackName}-members`),
      Statement: {
        Effect: "Allow",
        Principal: { AWS: { "Fn::Split": [",", ref("MemberAccounts")] } },
        Action: "events:PutEvents",
        Resource: arn("events", "event-bus/default"),
        Condition: { StringEquals: { "events:source": ["aws.dsql", "aws.iam", "aws.cloudtrail"] } },
      },
    },
  },
  ...Object.assign(
    {},
    ...queuePlans.flatMap(({ name, called }) => called.rules.map((plan) => intoQueue(name, plan))),
  ),
  ...Object.fromEntries(
    eventPlans.map(({ name, called }) => [
      `${pascal(name)}RulePolicy`,
      admit(
        [deadLetterQueueId(name)],
        [...called.schedules, ...called.rules].map((plan) =>
          arn("events", `rule/\${AWS::StackName}-${name}-${plan.name}`),
        ),
      ),
    ]),
  ),
};
