// One page of CloudWatch with what the alarms watch, for whoever was woken by one.
import { METRICS } from "../lib/log.ts";
import { alarms } from "./alarms.ts";
import { functionId, inText, type Resource, type Resources, sub } from "./cloudformation.ts";
import { deadLetterQueueId, queueId } from "./queues.ts";
import { tableName } from "./table.ts";
import { allFunctions, eventPlans, queuePlans } from "./topology.ts";

// The shape of the body: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
type Widget = {
  readonly type: "alarm" | "metric";
  readonly width: number;
  readonly height: number;
  readonly properties: object;
};
/** Namespace, metric, name and value of a dimension. */
type Metric = readonly [namespace: string, metric: string, dimension: string, value: string];

const PERIOD = 300;

const chart = (title: string, stat: "Sum" | "Maximum", metrics: readonly Metric[]): Widget => ({
  type: "metric",
  width: 12,
  height: 6,
  properties: { title, stat, metrics, period: PERIOD, view: "timeSeries", region: inText("AWS::Region") },
});

const ofQueue = (metric: string, logicalId: string): Metric => [
  ...(["AWS/SQS", metric, "QueueName"] as const),
  inText(`${logicalId}.QueueName`),
];
const ofFunction = (metric: string, name: string): Metric => [
  ...(["AWS/Lambda", metric, "FunctionName"] as const),
  inText(functionId(name)),
];
const ofTable = (metric: string): Metric => ["AWS/DynamoDB", metric, "TableName", inText("TheTable")];
const ofTopic = (metric: string): Metric => ["AWS/SNS", metric, "TopicName", inText("Topic.TopicName")];
const ofApi = (metric: string): Metric => ["AWS/ApiGateway", metric, "ApiId", inText("HttpApi")];

const functionNames = allFunctions.map(({ name }) => name);

const widgets: readonly Widget[] = [
  {
    type: "alarm",
    width: 24,
    height: 5,
    properties: {
      title: "Alarms; docs/operations.md says what each means and what to do",
      // One that only some deployments have cannot be named here; its metric has a chart below.
      alarms: Object.entries(alarms).flatMap(([id, { Condition }]) => (Condition ? [] : inText(`${id}.Arn`))),
    },
  },
  chart(
    "Given up: messages in the dead-letter queues",
    "Maximum",
    [...queuePlans, ...eventPlans].map(({ name }) =>
      ofQueue("ApproximateNumberOfMessagesVisible", deadLetterQueueId(name)),
    ),
  ),
  chart(
    "Waiting: age of the oldest message, in seconds",
    "Maximum",
    queuePlans.map(({ name }) => ofQueue("ApproximateAgeOfOldestMessage", queueId(name))),
  ),
  chart(
    "Calls",
    "Sum",
    functionNames.map((name) => ofFunction("Invocations", name)),
  ),
  chart(
    "Calls that ended in an error",
    "Sum",
    functionNames.map((name) => ofFunction("Errors", name)),
  ),
  chart(
    "Longest call, in milliseconds",
    "Maximum",
    functionNames.map((name) => ofFunction("Duration", name)),
  ),
  chart("Table: units used, and throttled calls", "Sum", [
    ...["ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"].map(ofTable),
    ...["ReadThrottleEvents", "WriteThrottleEvents"].map(ofTable),
  ]),
  chart("Notices and alarms: sent and undelivered", "Sum", [
    ofTopic("NumberOfMessagesPublished"),
    ofTopic("NumberOfNotificationsFailed"),
  ]),
  chart(
    "Channels that refuse: event bus, Security Hub, chat",
    "Sum",
    ["EventBusRefused", "SecurityHubRefused", "ChatRefused"].map(
      (metric): Metric => [...([METRICS, metric, "FunctionName"] as const), inText(functionId("notify"))],
    ),
  ),
  chart("HTTP API: calls, refused and failed", "Sum", ["Count", "4xx", "5xx"].map(ofApi)),
];

const page: Resource = {
  Type: "AWS::CloudWatch::Dashboard",
  Properties: {
    // Dashboards of all Regions share one list.
    DashboardName: sub(`${inText("AWS::StackName")}-${inText("AWS::Region")}`),
    DashboardBody: { "Fn::Sub": [JSON.stringify({ widgets }), { TheTable: tableName }] },
  },
};

export const dashboard: Resources = { Dashboard: page };
