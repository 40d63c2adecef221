// The embedded stack: everything that deploy/topology.ts names, with loopback servers in the place of AWS.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Context } from "aws-lambda";
import {
  allFunctions,
  eventPlans,
  type FunctionName,
  queuePlans,
  type Source,
  settingSources,
} from "../deploy/topology.ts";
import * as act from "../handlers/act.ts";
import * as detect from "../handlers/detect.ts";
import * as ingest from "../handlers/ingest.ts";
import * as notify from "../handlers/notify.ts";
import * as plan from "../handlers/plan.ts";
import * as query from "../handlers/query.ts";
import * as retain from "../handlers/retain.ts";
import * as snapshot from "../handlers/snapshot.ts";
import { type Runtime, runtime, tableOf } from "../handlers/wiring.ts";
import type { Deployment, WatchedCluster } from "../lib/config.ts";
import type { Principal } from "../lib/core/base/ids.ts";
import { defaultRetention } from "../lib/core/findings/retention-days.ts";
import { KEEP_DAYS } from "../lib/core/history/retention.ts";
import { openStore, type Store } from "../lib/store/open-store.ts";
import type { Table } from "../lib/store/table/table.ts";
import { type Bus, createBus } from "./aws/bus.ts";
import { startBusEndpoint } from "./aws/bus-endpoint.ts";
import { type AskHttp, httpApi } from "./aws/http-api.ts";
import { type LocalIam, startIam } from "./aws/iam-api.ts";
import { asRoleOf } from "./aws/role-on-table.ts";
import { type LocalS3, startS3 } from "./aws/s3.ts";
import { type LocalSns, startSns } from "./aws/sns.ts";
import { addFunctions, addQueues, deadLetterQueueOf, fireSchedule } from "./aws/topology-on-bus.ts";
import { type LocalTrail, localTrail } from "./aws/trail-api.ts";
import type { Clock } from "./clock.ts";
import { startDynamoDb } from "./store/dynamodb.ts";

export const TABLE_NAME = "dsql-audit";
export const TRAIL_BUCKET = "demo-trail";

export type StackOptions = {
  /** How the readers of the mails reach the store once the stack is gone. */
  readonly commandStore?: readonly string[];
  /** `store` and `outbox` are made in it; both outlive the stack. */
  readonly folder: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly account: string;
  readonly region: string;
  /** The clusters that are watched. */
  readonly clusters: readonly WatchedCluster[];
  /** What the SDK signs with: the auditor's own credentials. */
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken: string;
  };
  readonly auditor: Principal;
  /** Parameters of the deployment, by their names in the template; what is not here has the code's default. */
  readonly parameters?: Readonly<Record<string, string>>;
  readonly smtp?: { readonly host: string; readonly port: number };
  /** Probability that the bus delivers something twice. */
  readonly duplicates?: number;
};

export type Stack = {
  readonly bus: Bus;
  readonly s3: LocalS3;
  readonly sns: LocalSns;
  readonly trail: LocalTrail;
  readonly iam: LocalIam;
  readonly table: Table;
  readonly store: Store;
  readonly outbox: string;
  /** What a schedule of topology.ts does at its time, and all that follows from it. */
  readonly run: (fn: FunctionName, schedule: string) => Promise<void>;
  /** Asks the query function, as a signed request to the HTTP API would. */
  readonly query: AskHttp;
  readonly stop: () => Promise<void>;
};

/** Sets variables of this process, as Lambda's configuration would, and gives back what takes them away again. */
const withEnvironment = (variables: Readonly<Record<string, string>>): (() => void) => {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, variables);
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
};

/** What is torn down again: the newest first, each once. */
const stopper = () => {
  const stops: (() => Promise<void> | void)[] = [];
  return {
    add: (...more: (() => Promise<void> | void)[]): void => void stops.push(...more),
    stop: async (): Promise<void> => {
      for (const end of stops.splice(0).reverse()) await end();
    },
  };
};
type Stopper = ReturnType<typeof stopper>;

/** The servers in the place of AWS, and the variables by which the real clients find them. */
const startServers = async (options: StackOptions, bus: Bus, topic: string, { add }: Stopper) => {
  const { folder, clock, account, region } = options;
  const outbox = join(folder, "outbox");
  mkdirSync(outbox, { recursive: true });
  const database = await startDynamoDb({ folder: join(folder, "store"), ownThread: true });
  add(database.stop);
  await database.createTable(TABLE_NAME);
  const trail = localTrail({ account, region, bucket: TRAIL_BUCKET });
  const endpoint = await startBusEndpoint(bus, trail.services);
  add(endpoint.stop);
  const sns = await startSns({
    outbox,
    now: clock.now,
    topics: [topic],
    ...(options.smtp && { smtp: options.smtp }),
  });
  add(sns.stop);
  const s3 = await startS3({
    now: clock.now,
    buckets: [TRAIL_BUCKET],
    account,
    region,
    onObjectCreated: (event) => bus.putEvents([event]),
  });
  add(s3.stop);
  const iam = await startIam({ account });
  add(iam.stop);
  // What is watched exists, until somebody takes it away.
  for (const { cluster } of options.clusters) iam.putCluster({ arn: cluster });
  const reached = withEnvironment({
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: options.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: options.credentials.secretAccessKey,
    AWS_SESSION_TOKEN: options.credentials.sessionToken,
    AWS_ENDPOINT_URL_DYNAMODB: database.endpoint,
    AWS_ENDPOINT_URL_SNS: sns.endpoint,
    AWS_ENDPOINT_URL_S3: s3.endpoint,
    AWS_ENDPOINT_URL_IAM: iam.endpoint,
    AWS_ENDPOINT_URL_STS: iam.endpoint,
    AWS_ENDPOINT_URL_DSQL: iam.endpoint,
    ...Object.fromEntries(
      ["SQS", "EVENTBRIDGE", "CLOUDTRAIL", "CLOUDWATCH"].map((service) => [
        `AWS_ENDPOINT_URL_${service}`,
        endpoint.endpoint,
      ]),
    ),
    // The demonstration tells what happens in its own words; failures are counted by the bus.
    POWERTOOLS_LOG_LEVEL: process.env.POWERTOOLS_LOG_LEVEL ?? "SILENT",
  });
  add(reached);
  return { endpoint, sns, s3, trail, iam, outbox };
};

/** What deploy/functions.ts lets CloudFormation fill in. */
const deploymentOf = (
  topic: string,
  queueUrl: (name: string) => string,
  {
    EventBus = "",
    SecurityHub = "off",
    ChatTopic = "",
    Regions = "",
    MemberAccounts = "",
  }: Readonly<Record<string, string>>,
): Deployment => {
  const urls = (plans: readonly { readonly name: string }[], queueOf: (name: string) => string) =>
    Object.fromEntries(plans.map(({ name }) => [name, queueUrl(queueOf(name))]));
  return {
    ...{
      stack: "dsql-access-auditor-local",
      topic,
      bucket: TRAIL_BUCKET,
      prefix: "",
      api: "",
      regions: Regions,
      members: MemberAccounts,
    },
    queues: urls(queuePlans, (name) => name),
    deadLetters: urls([...queuePlans, ...eventPlans], deadLetterQueueOf),
    retention: { keepDays: KEEP_DAYS, ...defaultRetention },
    channels: { "event-bus": EventBus, "security-hub": SecurityHub, chat: ChatTopic },
  };
};

/** Fills settings as CloudFormation would; undefined: the code's own default. */
const filler =
  (options: StackOptions, topic: string, queueUrl: (name: string) => string) =>
  (source: Source): string | undefined => {
    const { account, region, clusters, auditor, parameters = {} } = options;
    const given: Readonly<Record<string, string>> = {
      Clusters: clusters.length ? JSON.stringify(clusters) : "auto",
      ...parameters,
    };
    switch (source.is) {
      case "table":
        return TABLE_NAME;
      case "topic":
        return topic;
      case "auditor":
        return auditor;
      case "cluster-arns":
        return `arn:aws:dsql:${region}:${account}:cluster/`;
      case "queue":
        return queueUrl(source.of);
      case "deployment":
        return JSON.stringify(deploymentOf(topic, queueUrl, given));
      case "parameter":
        return given[source.of];
    }
  };

const code = { act, detect, ingest, notify, plan, query, retain, snapshot };

/** Each function, wired by its own settings and no others. */
const wireAll = (shared: Runtime, fill: (source: Source) => string | undefined) => {
  const wired = <T>(name: FunctionName, wire: (shared: Runtime) => T): T => {
    const settings = allFunctions.find((fn) => fn.name === name)?.settings ?? [];
    const environment = settings.flatMap((setting) => {
      const value = fill(settingSources[setting]);
      return value === undefined ? [] : [[setting, value] as const];
    });
    const restore = withEnvironment(Object.fromEntries(environment));
    try {
      return wire({ ...shared, around: (table) => asRoleOf(name, table) });
    } finally {
      restore();
    }
  };
  return {
    query: wired("query", code.query.wire),
    handlerOf: (name: FunctionName, file: string) =>
      wired<(event: never, context: Context) => unknown>(name, code[file as keyof typeof code].wire),
  };
};

/** Starts it all; `stop` ends it, also when half of it did not start. */
export const startStack = async (options: StackOptions): Promise<Stack> => {
  const { clock, account, region, random, duplicates = 0 } = options;
  const stops = stopper();
  try {
    const bus = createBus({ random, now: clock.now, advance: clock.advance, duplicates, account, region });
    const topic = `arn:aws:sns:${region}:${account}:dsql-access-auditor`;
    const { endpoint, ...servers } = await startServers(options, bus, topic, stops);
    // Waits are passed over, as the bus passes over its delays.
    const shared: Runtime = {
      ...runtime(clock.now),
      sleep: async (ms) => clock.advance(ms),
      writeMetric: () => {}, // no alarm is there to count them
      ...(options.commandStore && { commandStore: options.commandStore }),
    };
    const table = tableOf(TABLE_NAME, shared);
    addQueues(bus);
    const { query, handlerOf } = wireAll(shared, filler(options, topic, endpoint.queueUrl));
    addFunctions(bus, handlerOf, { bucket: TRAIL_BUCKET, keys: "AWSLogs/" });
    return {
      bus,
      ...servers,
      table,
      store: openStore(table, shared),
      run: async (fn, schedule) => {
        fireSchedule(bus, fn, schedule);
        await bus.drain();
      },
      query: httpApi(query, { account, region, now: clock.now, caller: options.auditor }),
      stop: stops.stop,
    };
  } catch (error) {
    await stops.stop();
    throw error;
  }
};
