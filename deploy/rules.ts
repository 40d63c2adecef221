// What EventBridge puts into the queues, and the queue policies that let these rules in, and no others.
import { arn, arnOf, type Intrinsic, type Resource, type Resources, ref, sub } from "./cloudformation.ts";
import { deadLetterQueueId, type QueueName, queueId } from "./queues.ts";

/**
 * Connects are data events: a rule in the plain ENABLED state sees them where a trail records them.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
 * AWS does not say under which of the two detail-types they come.
 */
const connects = {
  source: ["aws.dsql"],
  "detail-type": ["AWS API Call via CloudTrail", "AWS Service Event via CloudTrail"],
  detail: { eventSource: ["dsql.amazonaws.com"], eventName: ["DbConnect", "DbConnectAdmin"] },
};

/** New files of the trail, digests included. They come only where the bucket has EventBridge switched on, in its Region. */
const trailFiles = {
  source: ["aws.s3"],
  "detail-type": ["Object Created"],
  detail: {
    bucket: { name: [ref("TrailBucket")] },
    object: { key: [{ prefix: sub(`\${TrailPrefix}AWSLogs/`) }] },
  },
};

const rule = (says: string, pattern: object, queue: QueueName): Resource => ({
  Type: "AWS::Events::Rule",
  Properties: {
    Description: says,
    State: "ENABLED",
    EventPattern: pattern,
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

export const rules: Resources = {
  ConnectRule: rule("Connects to DSQL clusters, allowed or refused", connects, "ingestEvents"),
  ConnectRulePolicy: admit(
    [queueId("ingestEvents"), deadLetterQueueId("ingestEvents")],
    [arnOf("ConnectRule")],
  ),
  TrailFileRule: withTrail(rule("New files of the trail", trailFiles, "ingestFiles")),
  TrailFileRulePolicy: withTrail(
    admit([queueId("ingestFiles"), deadLetterQueueId("ingestFiles")], [arnOf("TrailFileRule")]),
  ),
  // The rules that call functions are made from serverless.yml, which gives them these names.
  PlanRulePolicy: admit(
    [deadLetterQueueId("plan")],
    ["hourly", "dsql", "iam", "trail"].map((name) => arn("events", `rule/\${AWS::StackName}-plan-${name}`)),
  ),
  RetainRulePolicy: admit(
    [deadLetterQueueId("retain")],
    [arn("events", `rule/\${AWS::StackName}-retain-daily`)],
  ),
};
