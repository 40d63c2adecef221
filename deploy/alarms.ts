// When somebody has to look: work that was given up, work that waits, functions that fail, an auditor that sleeps.
import { METRICS } from "../lib/log.ts";
import { functionId, pascal, type Resource, type Resources, ref, sub } from "./cloudformation.ts";
import { deadLetterQueueId, queueId } from "./queues.ts";
import { tableName } from "./table.ts";
import { allFunctions, eventPlans, httpPlans, queuePlans } from "./topology.ts";

type Alarm = {
  readonly name: string;
  /** For the person who is woken: what it means, where to look. */
  readonly says: string;
  readonly namespace:
    | "AWS/SQS"
    | "AWS/Lambda"
    | "AWS/DynamoDB"
    | "AWS/SNS"
    | "AWS/ApiGateway"
    | typeof METRICS;
  readonly metric: string;
  readonly of: {
    readonly Name: "QueueName" | "FunctionName" | "TableName" | "TopicName" | "ApiId";
    readonly Value: unknown;
  };
  readonly statistic: "Maximum" | "Sum";
  readonly periodSeconds: number;
  /** Alarms when `datapoints` of the last `periods` reach the threshold. */
  readonly periods?: number;
  readonly datapoints?: number;
  readonly threshold: number;
  readonly below?: true;
};

const alarm = ({ name, says, of, periods = 1, below, ...a }: Alarm): Resource => ({
  Type: "AWS::CloudWatch::Alarm",
  Properties: {
    AlarmName: sub(`\${AWS::StackName}-${name}`), // the topic's policy admits alarms by this prefix
    AlarmDescription: `${says} More: docs/operations.md.`,
    Namespace: a.namespace,
    MetricName: a.metric,
    Dimensions: [of],
    Statistic: a.statistic,
    Period: a.periodSeconds,
    EvaluationPeriods: periods,
    DatapointsToAlarm: a.datapoints ?? periods,
    Threshold: a.threshold,
    ComparisonOperator: below ? "LessThanThreshold" : "GreaterThanOrEqualToThreshold",
    TreatMissingData: below ? "breaching" : "notBreaching",
    AlarmActions: [ref("Topic")],
    OKActions: [ref("Topic")],
  },
});

const queueNamed = (logicalId: string): Alarm["of"] => ({
  Name: "QueueName",
  Value: { "Fn::GetAtt": [logicalId, "QueueName"] },
});

const REDRIVE = "when that is mended, start a redrive of the queue: what was done already is done only once";

const givenUp = (name: string, then = REDRIVE): Resource =>
  alarm({
    name: `${name}-given-up`,
    says: `Work of the function ${name} failed until its retries were used up. It waits in the function's dead-letter queue for up to 14 days. The function's log says why; ${then}.`,
    namespace: "AWS/SQS",
    metric: "ApproximateNumberOfMessagesVisible",
    of: queueNamed(deadLetterQueueId(name)),
    statistic: "Maximum",
    periodSeconds: 300,
    threshold: 1,
  });

const late = (name: string, seconds: number): Resource =>
  alarm({
    name: `${name}-late`,
    says: `The oldest message for the function ${name} waits for more than ${seconds / 60} minutes: the function fails, is throttled or cannot keep up. Nothing is lost yet; its log and its throttle metric say more.`,
    namespace: "AWS/SQS",
    metric: "ApproximateAgeOfOldestMessage",
    of: queueNamed(queueId(name)),
    statistic: "Maximum",
    periodSeconds: 300,
    periods: 2,
    threshold: seconds,
  });

/** One failed batch comes again by itself; failures in two of three stretches do not go away. */
const failing = (name: string): Resource =>
  alarm({
    name: `${name}-failing`,
    says: `Calls of the function ${name} end in an error again and again: it ran out of time or memory, or could not start. Its log says why.`,
    namespace: "AWS/Lambda",
    metric: "Errors",
    of: { Name: "FunctionName", Value: ref(functionId(name)) },
    statistic: "Sum",
    periodSeconds: 300,
    periods: 3,
    datapoints: 2,
    threshold: 1,
  });

/** An auditor that no longer runs has no errors either. */
const asleep = alarm({
  name: "plan-asleep",
  says: "No snapshot was planned for two hours: the schedule is off, or the function plan may not be called any more. If its rule in EventBridge is disabled, enable it. What was deleted CloudFormation does not make anew: remove the stack and deploy it with existingTable.",
  namespace: "AWS/Lambda",
  metric: "Invocations",
  of: { Name: "FunctionName", Value: ref(functionId("plan")) },
  statistic: "Sum",
  periodSeconds: 3600,
  periods: 2,
  threshold: 1,
  below: true,
});

/** The client tries again with more and more delay; throttles in two of three stretches are more than a burst. */
const throttled = (way: "Read" | "Write"): Resource =>
  alarm({
    name: `table-${way.toLowerCase()}s-throttled`,
    says: `DynamoDB throttles ${way.toLowerCase()}s of the table again and again: work is slow, and what fails in the end comes again from its queue. Look for a hot partition in the table's metrics, and at the account's limits.`,
    namespace: "AWS/DynamoDB",
    metric: `${way}ThrottleEvents`,
    of: { Name: "TableName", Value: tableName },
    statistic: "Sum",
    periodSeconds: 300,
    periods: 3,
    datapoints: 2,
    threshold: 1,
  });

const undelivered = alarm({
  name: "notices-undelivered",
  says: "SNS could not deliver a notice or an alarm to a subscriber of the topic. Look at the topic's subscriptions and their delivery status; the finding itself is kept, and `dsql-audit findings` shows it.",
  namespace: "AWS/SNS",
  metric: "NumberOfNotificationsFailed",
  of: { Name: "TopicName", Value: { "Fn::GetAtt": ["Topic", "TopicName"] } },
  statistic: "Sum",
  periodSeconds: 300,
  threshold: 1,
});

/** The function's own metric. Whoever deletes the topic silences its alarms too: so the text says where else it shows. */
const topicMissing = alarm({
  name: "notices-without-a-topic",
  says: "Notices are due, and SNS says that their topic does not exist. Nobody is told of findings, and this alarm cannot reach anybody by that topic either: watch its state in CloudWatch. CloudFormation does not make a deleted topic anew: remove the stack and deploy it with existingTable. What is due is sent then.",
  namespace: METRICS,
  metric: "TopicMissing",
  of: { Name: "FunctionName", Value: ref(functionId("notify")) },
  statistic: "Sum",
  periodSeconds: 300,
  threshold: 1,
});

/** One of the channels beside mail, which exists only where it is switched on; the function's own metrics. */
const refused = (
  condition: string,
  name: string,
  metric: "EventBusRefused" | "SecurityHubRefused" | "ChatRefused",
  says: string,
): Resource => ({
  Condition: condition,
  ...alarm({
    ...{ name, metric, namespace: METRICS },
    says: `${says} Mails and the other channels are told all the same, and what is due stays due: it is sent once that is mended. \`dsql-audit doctor\` says what was answered.`,
    of: { Name: "FunctionName", Value: ref(functionId("notify")) },
    statistic: "Sum",
    periodSeconds: 3600,
    threshold: 1,
  }),
});

const channelsRefused: Resources = {
  EventBusRefusedAlarm: refused(
    "HasEventBus",
    "event-bus-refused",
    "EventBusRefused",
    "The event bus does not take events on findings. Is the bus there, does its policy admit the role of notify, does the policy of its key admit events.amazonaws.com?",
  ),
  SecurityHubRefusedAlarm: refused(
    "HasSecurityHub",
    "security-hub-refused",
    "SecurityHubRefused",
    "Security Hub does not take findings. Is it switched on in this account and Region?",
  ),
  ChatRefusedAlarm: refused(
    "HasChatTopic",
    "chat-refused",
    "ChatRefused",
    "The topic of the chat does not take notices. Is the topic there, does its policy admit the role of notify? A key of the topic has to be named by chatTopicKeyArn, and its policy has to admit the role too.",
  ),
};

/**
 * The findings of the same names are mailed as well. Where they cannot be, or the mail was overlooked, this is the second
 * way; the function's own metrics, once an evaluation while such a finding is open.
 */
const blind = (name: string, metric: "SnapshotOverdue" | "CanaryMissed", says: string): Resource =>
  alarm({
    ...{ name, says, metric, namespace: METRICS },
    of: { Name: "FunctionName", Value: ref(functionId("detect")) },
    statistic: "Sum",
    periodSeconds: 3600,
    threshold: 1,
  });

const snapshotOverdue = blind(
  "snapshot-overdue",
  "SnapshotOverdue",
  "A cluster has had no new snapshot for too long: what changed there since is not known, and nothing of it is told. The log of the function snapshot says why it failed; one that its tags no longer choose (clusterTags) is not read at all. `dsql-audit doctor` looks at every link.",
);

const canaryMissed = blind(
  "canary-missed",
  "CanaryMissed",
  "CloudTrail did not show a login of the auditor itself: connections of others may be missing too. Does the trail log, does it take the data events of AWS::DSQL::Cluster, do its files reach the bucket? `dsql-audit doctor` looks at every link.",
);

// The framework's own name for the HTTP API that it makes.
const httpFailing: Resource = alarm({
  name: "http-errors",
  says: `The HTTP API answers with a server error again and again. The logs of its functions (${httpPlans.map(({ name }) => name).join(", ")}) say why; where they have no line, they were not reached.`,
  namespace: "AWS/ApiGateway",
  metric: "5xx",
  of: { Name: "ApiId", Value: ref("HttpApi") },
  statistic: "Sum",
  periodSeconds: 300,
  periods: 3,
  datapoints: 2,
  threshold: 1,
});

export const alarms: Resources = {
  ...Object.fromEntries(
    queuePlans.flatMap(({ name, called }) => [
      [`${pascal(name)}GivenUpAlarm`, givenUp(name)],
      [`${pascal(name)}LateAlarm`, late(name, called.late)],
    ]),
  ),
  ...Object.fromEntries(
    eventPlans.map(({ name, called }) => [
      `${pascal(name)}GivenUpAlarm`,
      givenUp(name, `when that is mended, ${called.afterwards}`),
    ]),
  ),
  ...Object.fromEntries(allFunctions.map(({ name }) => [`${pascal(name)}FailingAlarm`, failing(name)])),
  HttpFailingAlarm: httpFailing,
  PlanAsleepAlarm: asleep,
  TableReadsThrottledAlarm: throttled("Read"),
  TableWritesThrottledAlarm: throttled("Write"),
  NoticesUndeliveredAlarm: undelivered,
  TopicMissingAlarm: topicMissing,
  SnapshotOverdueAlarm: snapshotOverdue,
  CanaryMissedAlarm: canaryMissed,
  ...channelsRefused,
};
