// What the auditor is made of: its functions, what calls each of them, what each is told. serverless.yml, queues, rules,
// alarms and the local stack are made from this one table.
import type { Setting } from "../lib/config.ts";
import { changes, connects, type RulePlan, trailFiles } from "./rule-plans.ts";

type SchedulePlan = { readonly name: string; readonly says: string; readonly rate: string };

/** Messages from the queue of the function's own name; times in seconds. */
type ByQueue = {
  readonly by: "queue";
  readonly batch: number;
  /** How long Lambda may gather a batch. */
  readonly window: number;
  readonly concurrency: number;
  /** From this age of its oldest message on, somebody should look. */
  readonly late: number;
  /** What the event bus puts into the queue. */
  readonly rules: readonly RulePlan[];
};

/** Asynchronous calls by schedules and rules; what fails after the retries goes to a dead-letter queue. */
type ByEvents = {
  readonly by: "events";
  readonly retries: number;
  readonly maxAge: number;
  readonly schedules: readonly SchedulePlan[];
  readonly rules: readonly RulePlan[];
  /** What to do with the dead-letter queue once the fault is mended. */
  readonly afterwards: string;
};

type ByHttp = {
  readonly by: "http";
  readonly routes: readonly { readonly method: "GET" | "POST"; readonly path: string }[];
};

export type FunctionPlan = {
  readonly says: string;
  /** The file in handlers/; two functions may share one. */
  readonly code: string;
  /** MB */
  readonly memory: number;
  /** Seconds */
  readonly timeout: number;
  readonly settings: readonly Setting[];
  readonly called: ByQueue | ByEvents | ByHttp;
};

const ingest = {
  code: "ingest",
  memory: 1024,
  settings: ["TABLE_NAME", "DETECT_QUEUE_URL", "AUDITOR_PRINCIPAL"],
} as const;

/** Every function by its name. */
export const functionPlans = {
  plan: {
    says: "Decides which clusters to look at",
    code: "plan",
    memory: 256,
    timeout: 60,
    settings: [
      ...(["TABLE_NAME", "CLUSTERS", "CLUSTER_ARN_PREFIX", "REGIONS", "AUDITOR_USER"] as const),
      ...(["SNAPSHOT_QUEUE_URL", "DETECT_QUEUE_URL", "DEPLOYMENT", "MEMBER_ACCOUNTS"] as const),
      "CLUSTER_TAGS",
      // Whether nobody else has connected to a cluster that may be left asleep.
      ...(["IDLE_HOURS", "AUDITOR_PRINCIPAL"] as const),
    ],
    called: {
      by: "events",
      retries: 2,
      maxAge: 3600,
      schedules: [{ name: "hourly", says: "One snapshot of every cluster an hour", rate: "rate(1 hour)" }],
      rules: changes,
      afterwards: "purge the queue: the next hour plans everything again",
    },
  },
  snapshot: {
    says: "Reads the catalog of one cluster and stores it",
    code: "snapshot",
    memory: 1024,
    timeout: 300,
    settings: ["TABLE_NAME", "DETECT_QUEUE_URL", "AUDITOR_PRINCIPAL", "IAM", "AUDIT_AS_ADMIN"],
    called: { by: "queue", batch: 1, window: 0, concurrency: 5, late: 3600, rules: [] },
  },
  ingestEvents: {
    ...ingest,
    says: "Counts connects as EventBridge brings them",
    timeout: 120,
    // Lambda hands over 6 MB at most, which is reached before so many messages.
    called: { by: "queue", batch: 10_000, window: 60, concurrency: 5, late: 1800, rules: [connects] },
  },
  ingestFiles: {
    ...ingest,
    says: "Counts connects from the trail's files",
    timeout: 300,
    called: { by: "queue", batch: 10, window: 0, concurrency: 5, late: 3600, rules: [trailFiles] },
  },
  detect: {
    says: "Runs the detectors on one cluster",
    code: "detect",
    // The very first evaluation of a store with months of activity works out what is usual: 1.2 GB with 500 principals.
    memory: 2048,
    timeout: 300,
    settings: [
      ...(["TABLE_NAME", "NOTIFY_QUEUE_URL", "TOPIC_ARN", "AUDITOR_PRINCIPAL"] as const),
      ...(["ARCHETYPES", "DORMANT_DAYS", "DETECTOR_OPTIONS", "FALSE_FINDINGS_PER_WEEK"] as const),
      // Which channels are on: what there is when one is switched on is the past to it.
      ...(["EVENT_BUS", "SECURITY_HUB", "CHAT_TOPIC"] as const),
    ],
    // As near to one after the other as SQS allows. Reserved concurrency would let the poller run into throttles, and
    // throttled messages end in the dead-letter queue unseen by the function.
    called: { by: "queue", batch: 1, window: 0, concurrency: 2, late: 3600, rules: [] },
  },
  notify: {
    says: "Tells people what has not been told yet",
    code: "notify",
    // The weekly summary and the reach of a principal read what a judgement reads.
    memory: 1024,
    timeout: 120,
    settings: ["TABLE_NAME", "TOPIC_ARN", "KEEP_DAYS", "EVENT_BUS", "SECURITY_HUB", "CHAT_TOPIC"],
    called: { by: "queue", batch: 1, window: 0, concurrency: 2, late: 1800, rules: [] },
  },
  retain: {
    says: "Thins old days to their first snapshot, and removes what is kept of people and is too old",
    code: "retain",
    memory: 512,
    timeout: 900,
    settings: ["TABLE_NAME", "KEEP_DAYS", "ACTIVITY_DAYS", "FINDING_DAYS", "NOTICE_DAYS", "ACT_DAYS"],
    called: {
      by: "events",
      retries: 2,
      maxAge: 21_600,
      schedules: [{ name: "daily", says: "Retention once a day", rate: "rate(1 day)" }],
      rules: [],
      afterwards: "purge the queue: the next day removes what was left",
    },
  },
  query: {
    says: "Answers what is and what was true",
    code: "query",
    memory: 512,
    timeout: 29,
    settings: ["TABLE_NAME"],
    // Callers sign their requests and need execute-api:Invoke; nothing can be changed this way, also not by POST: a policy to
    // try is too long for a URL.
    called: {
      by: "http",
      routes: [
        { method: "GET", path: "/{path+}" },
        { method: "POST", path: "/policy/try" },
      ],
    },
  },
  act: {
    says: "Acknowledges and exempts findings and retires clusters for those who may",
    code: "act",
    memory: 512,
    timeout: 29,
    settings: ["TABLE_NAME"],
    // Routes of their own: who may only ask is given execute-api:Invoke on GET and on POST of /policy alone.
    called: {
      by: "http",
      routes: ["/findings/{id}/{act}", "/incidents/{id}/{act}", "/clusters/{id}/{act}"].map((path) => ({
        method: "POST",
        path,
      })),
    },
  },
} as const satisfies Readonly<Record<string, FunctionPlan>>;

export type FunctionName = keyof typeof functionPlans;

type CalledBy<Way> = {
  [N in FunctionName]: (typeof functionPlans)[N]["called"]["by"] extends Way ? N : never;
}[FunctionName];
/** A queue has the name of the function that empties it. */
export type QueueName = CalledBy<"queue">;

type Planned<Way> = FunctionPlan & {
  readonly name: FunctionName;
  readonly called: Extract<FunctionPlan["called"], { readonly by: Way }>;
};

/** Every function with its name, in the table's order. */
export const allFunctions: readonly (FunctionPlan & { readonly name: FunctionName })[] = Object.entries(
  functionPlans,
).map(([name, plan]) => ({ ...plan, name: name as FunctionName }));

const calledBy = <Way extends FunctionPlan["called"]["by"]>(way: Way): readonly Planned<Way>[] =>
  allFunctions.filter((plan): plan is Planned<Way> => plan.called.by === way);

export const queuePlans = calledBy("queue") as readonly (Planned<"queue"> & { readonly name: QueueName })[];
export const eventPlans = calledBy("events");
export const httpPlans = calledBy("http");

/** How often a message is tried before it goes to the dead-letter queue. */
export const MAX_RECEIVES = 5;

/**
 * Seconds that a message stays hidden once it was received: six times the function's own limit, and the window.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
 */
export const visibilityOf = ({ timeout, called }: Planned<"queue">): number => 6 * timeout + called.window;

/** What a setting is filled with: something of the stack, or a parameter of the deployment. */
export type Source =
  | { readonly is: "table" | "topic" | "auditor" | "cluster-arns" | "deployment" }
  | { readonly is: "queue"; readonly of: QueueName }
  | { readonly is: "parameter"; readonly of: string };

const parameter = (of: string): Source => ({ is: "parameter", of });

/** The same in every function that has it. */
export const settingSources: Readonly<Record<Setting, Source>> = {
  TABLE_NAME: { is: "table" },
  TOPIC_ARN: { is: "topic" },
  SNAPSHOT_QUEUE_URL: { is: "queue", of: "snapshot" },
  DETECT_QUEUE_URL: { is: "queue", of: "detect" },
  NOTIFY_QUEUE_URL: { is: "queue", of: "notify" },
  AUDITOR_PRINCIPAL: { is: "auditor" },
  CLUSTER_ARN_PREFIX: { is: "cluster-arns" },
  DEPLOYMENT: { is: "deployment" },
  CLUSTERS: parameter("Clusters"),
  REGIONS: parameter("Regions"),
  MEMBER_ACCOUNTS: parameter("MemberAccounts"),
  CLUSTER_TAGS: parameter("ClusterTags"),
  AUDITOR_USER: parameter("AuditorUser"),
  IDLE_HOURS: parameter("IdleHours"),
  IAM: parameter("Iam"),
  AUDIT_AS_ADMIN: parameter("AuditAsAdmin"),
  ARCHETYPES: parameter("Archetypes"),
  DORMANT_DAYS: parameter("DormantDays"),
  FALSE_FINDINGS_PER_WEEK: parameter("FalseFindingsPerWeek"),
  KEEP_DAYS: parameter("KeepDays"),
  ACTIVITY_DAYS: parameter("ActivityDays"),
  FINDING_DAYS: parameter("FindingDays"),
  NOTICE_DAYS: parameter("NoticeDays"),
  ACT_DAYS: parameter("ActDays"),
  DETECTOR_OPTIONS: parameter("DetectorOptions"),
  EVENT_BUS: parameter("EventBus"),
  SECURITY_HUB: parameter("SecurityHub"),
  CHAT_TOPIC: parameter("ChatTopic"),
};
