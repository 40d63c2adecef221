// What the auditor costs a month, line by line: worked out of an estate, of what was measured, and of AWS's prices.
import { calledLines, onceInAWhile } from "./called-cost.ts";
import {
  type CostLine,
  cents,
  DAYS,
  type Estate,
  exactly,
  type Given,
  HOURS,
  MINUTES,
  secondsOf,
} from "./cost-line.ts";
import type { PriceName, prices as priceTable } from "./prices.ts";

/** How many pollers Lambda keeps where little comes. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html */
const POLLERS = { low: 2, high: 5 };
/** The longest that SQS lets a poll wait is 20 s. docs.aws.amazon.com/AWSSimpleQueueService: best-practices-setting-up-long-polling */
const POLLS_A_MINUTE = 3;

/** What a function has of a processor grows with its memory, up to a whole one. docs.aws.amazon.com/lambda: configuration-memory */
const MEGABYTES_OF_A_CPU = 1_769;
/** A message is sent, received and deleted; full polls receive and delete ten at a time. */
const REQUESTS = { full: 1.2, single: 3 };
/** 6 MB is what Lambda hands over at most. */
const CONNECTS_OF_A_BATCH = 2_600;
/** As the history of a year is measured with. */
const CHANGES_A_DAY = 5;

type Prices = Readonly<Record<PriceName, Pick<(typeof priceTable)[PriceName], "dollars" | "per">>>;
/** CloudTrail, EventBridge and the queues: how a connection gets to the auditor. */
const arriving = ({ estate: { clusters, connectsPerMonth }, deployed, ask }: Given): CostLine[] => [
  {
    what: "CloudTrail: connects as data events",
    dollars: exactly(ask("dataEvents", connectsPerMonth + clusters * HOURS)),
    says: "with a canary login an hour for each cluster. The same whether the trail is yours or the stack's. Nothing more where a trail records them already",
  },
  {
    what: "CloudTrail: management events, with `createTrail: on`",
    dollars: exactly(0),
    says: `the first copy is free. A further copy costs ${cents(ask("managementEvents", 100_000))} for 100,000: \`createTrail: connects\` leaves them out`,
  },
  {
    what: "S3: the trail's files, with `createTrail`",
    dollars: "unknown",
    says: `not measured. ${cents(ask("files", 1))} a month for each GB, kept for \`trailDays\`, and ${cents(ask("filesWritten", 1_000))} for 1,000 files, of which each Region writes 720 digests a month`,
  },
  {
    what: "S3: reading the trail's files",
    dollars: "unknown",
    says: `how many CloudTrail writes is not documented. ${cents(ask("filesRead", 1_000))} for 1,000 files, whoever owns the trail, and ${cents(ask("queueRequests", 1_000 * REQUESTS.single))} for their messages in SQS. \`NumberOfMessagesSent\` of the queue of ingestFiles counts them`,
  },
  {
    what: "EventBridge: connects on the bus",
    dollars: { low: 0, high: ask("busEvents", connectsPerMonth) },
    says: "AWS does not say whether a connect that a trail records counts as a management event, which is free, or as a data event that one opts into",
  },
  {
    what: "SQS: a message for each connect",
    dollars: {
      low: ask("queueRequests", connectsPerMonth * REQUESTS.full),
      high: ask("queueRequests", connectsPerMonth * REQUESTS.single),
    },
    says: "sent, received and deleted; ten at a time where many wait, one by one where they trickle",
  },
  {
    what: "SQS: other messages",
    dollars: exactly(ask("queueRequests", clusters * (HOURS + MINUTES) * REQUESTS.single)),
    says: "a snapshot an hour and an evaluation a minute for each cluster",
  },
  {
    what: "SQS: polls of empty queues",
    dollars: {
      low: ask("queueRequests", deployed.queues * POLLERS.low * MINUTES * POLLS_A_MINUTE),
      high: ask("queueRequests", deployed.queues * POLLERS.high * MINUTES * POLLS_A_MINUTE),
    },
    says: `${deployed.queues} queues, each with the two to five pollers that AWS documents where little comes, if each waits 20 seconds, the longest that SQS knows. \`NumberOfEmptyReceives\` in CloudWatch counts them`,
  },
];

/** What is done with connections: parsed, added up and kept. */
const counting = ({ estate: { clusters, connectsPerMonth }, measured, ask }: Given): CostLine[] => {
  const seconds = ((connectsPerMonth / 1_000) * measured.parseMsPerThousand) / 1_000;
  const once =
    ask("gigabyteSeconds", (seconds * MEGABYTES_OF_A_CPU) / 1_024) +
    ask("calls", Math.max(MINUTES, connectsPerMonth / CONNECTS_OF_A_BATCH));
  const units =
    (clusters * MINUTES) / measured.quietEventsPerWriteUnit +
    connectsPerMonth / measured.busyEventsPerWriteUnit;
  return [
    {
      what: "Lambda: reading connects",
      dollars: { low: once, high: 2 * once },
      says: "measured CPU time; twice that where the trail's files are read as well. Waiting for AWS is not in it",
    },
    {
      what: "DynamoDB: counting connects",
      dollars: exactly(ask("writeUnits", units)),
      says: "each minute at the price of a quiet one, and each connect at its share of a busy one",
    },
    {
      what: "DynamoDB: keeping connects, recovery included",
      dollars: "unknown",
      says: `not measured. ${cents(ask("storage", 1) + ask("recovery", 1))} a month for each GB. \`TableSizeBytes\` of \`aws dynamodb describe-table\` shows all that the table keeps`,
    },
  ];
};

/** Snapshots, and what they ask of the cluster. */
const reading = (given: Given): CostLine[] => {
  const { measured, deployed, ask } = given;
  const { clusters } = given.estate;
  const { write, read } = measured.unchangedSnapshot;
  const changed = CHANGES_A_DAY * DAYS * measured.changedSnapshotWrite;
  const kept = measured.historyMegabytesPerYear / 1_000;
  return [
    {
      what: "DynamoDB: snapshots",
      dollars: exactly(
        clusters * (ask("writeUnits", HOURS * write + changed) + ask("readUnits", HOURS * read)),
      ),
      says: `one an hour, ${CHANGES_A_DAY} changes a day`,
    },
    {
      what: "DynamoDB: keeping a year of snapshots, recovery included",
      dollars: exactly(clusters * (ask("storage", kept) + ask("recovery", kept))),
      says: "at the end of the first year",
    },
    {
      what: "Lambda: snapshots",
      dollars: onceInAWhile(given, "snapshot", clusters * HOURS),
      says: `one an hour for each cluster, of no time at least and of its limit of ${deployed.functions.snapshot.timeout} s at most: it depends on the cluster. Each second costs ${cents(secondsOf(given, "snapshot", HOURS))} a month and cluster; \`Duration\` in CloudWatch shows them`,
    },
    {
      what: "Aurora DSQL: what our reads cost the cluster",
      dollars: "unknown",
      says: `not measured on a real cluster. Each DPU of a snapshot costs ${cents(ask("dpus", HOURS))} a month and cluster; \`TotalDPU\` in CloudWatch shows them`,
    },
  ];
};

const judging = (given: Given): CostLine[] => {
  const { measured, ask } = given;
  const { clusters } = given.estate;
  return [
    {
      what: "Lambda: evaluations",
      dollars: exactly(
        clusters * (secondsOf(given, "detect", MINUTES * measured.evaluationSeconds) + ask("calls", MINUTES)),
      ),
      says: `one a minute, day and night, ${measured.evaluationSeconds} s each: 500 principals and 400 days`,
    },
    {
      what: "DynamoDB: evaluations",
      dollars: exactly(clusters * measured.evaluationsPerMonth),
      says: "the same",
    },
  ];
};

const standing = ({ deployed, ask }: Given): CostLine[] => [
  {
    what: "CloudWatch: alarms",
    dollars: exactly(ask("alarms", deployed.alarms)),
    says: `${deployed.alarms} of them; the account's first ten are free`,
  },
  {
    what: "CloudWatch: dashboard",
    dollars: { low: 0, high: ask("dashboard", 1) },
    says: "the account's first three are free",
  },
  {
    what: "CloudWatch: metrics of our own",
    dollars: { low: 0, high: ask("metrics", deployed.ownMetrics) },
    says: `${deployed.ownMetrics} of them, each charged for the hours in which it is written: only while something is wrong`,
  },
  {
    what: "CloudWatch: logs",
    dollars: "unknown",
    says: `not measured. ${cents(ask("logs", 1))} for each GB; \`IncomingBytes\` of the log groups shows them`,
  },
  {
    what: "KMS: keys",
    dollars: exactly(0),
    says: `AWS's own keys are used. ${cents(ask("key", 1))} a month for each key of your own, and its requests`,
  },
];

/** Every line of a month of 30 days, in the order of a page, without free tiers. */
export const monthlyCost = (
  estate: Estate,
  { measured, deployed, prices }: Pick<Given, "measured" | "deployed"> & { readonly prices: Prices },
): readonly CostLine[] => {
  const ask = (price: PriceName, quantity: number): number =>
    (quantity / prices[price].per) * prices[price].dollars;
  const given: Given = { estate, measured, deployed, ask };
  return [arriving, counting, reading, judging, calledLines, standing].flatMap((lines) => lines(given));
};

/** Of all that is known. */
export const totalOf = (lines: readonly CostLine[]): { readonly low: number; readonly high: number } => {
  const known = lines.flatMap(({ dollars }) => (dollars === "unknown" ? [] : [dollars]));
  return {
    low: known.reduce((sum, { low }) => sum + low, 0),
    high: known.reduce((sum, { high }) => sum + high, 0),
  };
};
