// The functions as the framework wants to have them described, with what calls each.
import { retentionNames } from "../lib/core/findings/retention-days.ts";
import { arn, arnOf, type Intrinsic, inText, pascal, ref, sub } from "./cloudformation.ts";
import { deadLetterQueueId, queueId } from "./queues.ts";
import { eventRuleName, trailPlace } from "./rules.ts";
import { tableName } from "./table.ts";
import {
  allFunctions,
  eventPlans,
  type FunctionPlan,
  type QueueName,
  queuePlans,
  type Source,
  settingSources,
} from "./topology.ts";
import { ownTrailArn, trailBucketName } from "./trail.ts";

/** The shape of `Deployment` in lib/config.ts, as text into which CloudFormation writes the names that it gave. */
const deployment: Intrinsic = sub(
  JSON.stringify({
    stack: inText("AWS::StackName"),
    topic: inText("Topic"),
    queues: Object.fromEntries(queuePlans.map(({ name }) => [name, inText(queueId(name))])),
    deadLetters: Object.fromEntries(
      [...queuePlans, ...eventPlans].map(({ name }) => [name, inText(deadLetterQueueId(name))]),
    ),
    bucket: inText("Files"),
    prefix: inText("TrailPrefix"),
    trail: inText("OwnTrail"),
    retention: Object.fromEntries(
      ["keepDays", ...retentionNames].map((name) => [name, inText(pascal(name))]),
    ),
    channels: {
      "event-bus": inText("EventBus"),
      "security-hub": inText("SecurityHub"),
      chat: inText("ChatTopic"),
    },
    regions: inText("Regions"),
    members: inText("MemberAccounts"),
    api: `https://${inText("HttpApi")}.execute-api.${inText("AWS::Region")}.${inText("AWS::URLSuffix")}`,
  }),
  { Files: trailBucketName, OwnTrail: ownTrailArn },
);

const filledBy = (source: Source): Intrinsic => {
  switch (source.is) {
    case "table":
      return tableName;
    case "topic":
      return ref("Topic");
    case "queue":
      return ref(queueId(source.of));
    case "auditor":
      return arnOf("SnapshotRole");
    // The same that the role of the snapshot function may connect to.
    case "cluster-arns":
      return arn("dsql", "cluster/");
    case "deployment":
      return deployment;
    case "parameter":
      return ref(source.of);
  }
};

const fromQueue = (name: QueueName, { batch, window, concurrency }: CalledByQueue): object => ({
  sqs: {
    arn: arnOf(queueId(name)),
    batchSize: batch,
    ...(window > 0 && { maximumBatchingWindow: window }),
    maximumConcurrency: concurrency,
    functionResponseType: "ReportBatchItemFailures",
  },
});
type CalledByQueue = Extract<FunctionPlan["called"], { readonly by: "queue" }>;
type CalledByEvents = Extract<FunctionPlan["called"], { readonly by: "events" }>;

const fromEvents = (name: string, { retries, maxAge, schedules, rules }: CalledByEvents): object => {
  const deadLetterQueueArn = arnOf(deadLetterQueueId(name));
  const event = (rule: string, description: string, what: object): object => ({
    eventBridge: { name: eventRuleName(name, rule), description, deadLetterQueueArn, ...what },
  });
  return {
    maximumRetryAttempts: retries,
    maximumEventAge: maxAge,
    destinations: { onFailure: { type: "sqs", arn: deadLetterQueueArn } },
    events: [
      ...schedules.map(({ name: rule, says, rate }) => event(rule, says, { schedule: rate })),
      ...rules.map(({ name: rule, says, pattern }) => event(rule, says, { pattern: pattern(trailPlace) })),
    ],
  };
};

const callsOf = (name: string, called: FunctionPlan["called"]): object => {
  if (called.by === "queue") return { events: [fromQueue(name as QueueName, called)] };
  if (called.by === "events") return fromEvents(name, called);
  return {
    events: called.routes.map(({ method, path }) => ({
      httpApi: { method, path, authorizer: { type: "aws_iam" } },
    })),
  };
};

/** serverless.yml's `functions`. */
export const functions: Readonly<Record<string, object>> = Object.fromEntries(
  allFunctions.map(({ name, says, code, memory, timeout, settings, called }) => [
    name,
    {
      description: says,
      handler: `handlers/${code}.handler`,
      // Its own parts alone: see bundle-parts.ts.
      package: { patterns: [`!handlers/parts/!(${code})/**`] },
      role: `${pascal(name)}Role`,
      memorySize: memory,
      timeout,
      environment: Object.fromEntries(
        settings.map((setting) => [setting, filledBy(settingSources[setting])]),
      ),
      ...callsOf(name, called),
    },
  ]),
);
