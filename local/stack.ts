// The embedded stack: every function of the product wired as on AWS, with loopback servers in the place of AWS.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { detectHandler } from "../handlers/detect.ts";
import { ingestHandler } from "../handlers/ingest.ts";
import { notifyHandler } from "../handlers/notify.ts";
import { planHandler } from "../handlers/plan.ts";
import { queryHandler } from "../handlers/query.ts";
import { snapshotHandler } from "../handlers/snapshot.ts";
import { queueOf, runtime, s3Client, snsClient, tableOf } from "../handlers/wiring.ts";
import type { WatchedCluster } from "../lib/config.ts";
import type { Principal } from "../lib/core/base/ids.ts";
import { KEEP_DAYS } from "../lib/core/history/retention.ts";
import { connectionSink } from "../lib/jobs/count-connections.ts";
import { objectIngest } from "../lib/jobs/ingest-objects.ts";
import type { DetectOptions } from "../lib/jobs/judge-cluster.ts";
import { openStore, type Store } from "../lib/store/open-store.ts";
import type { Table } from "../lib/store/table/table.ts";
import { type Bus, createBus } from "./aws/bus.ts";
import { startBusEndpoint } from "./aws/bus-endpoint.ts";
import { type AskHttp, httpApi } from "./aws/http-api.ts";
import { type LocalS3, startS3 } from "./aws/s3.ts";
import { type LocalSns, startSns } from "./aws/sns.ts";
import type { Clock } from "./clock.ts";
import { startDynamoDb } from "./store/dynamodb.ts";

export const TABLE_NAME = "dsql-audit";
export const TRAIL_BUCKET = "demo-trail";

export type StackOptions = {
  /** `store` and `outbox` are made in it; both outlive the stack. */
  readonly folder: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly account: string;
  readonly region: string;
  /** The clusters that the plan function finds. */
  readonly clusters: () => readonly WatchedCluster[];
  /** What the SDK signs with: the auditor's own credentials. */
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken: string;
  };
  readonly auditor: Principal;
  readonly detect?: DetectOptions;
  readonly smtp?: { readonly host: string; readonly port: number };
  /** Probability that the bus delivers something twice. */
  readonly duplicates?: number;
};

export type Stack = {
  readonly bus: Bus;
  readonly s3: LocalS3;
  readonly sns: LocalSns;
  readonly table: Table;
  readonly store: Store;
  readonly outbox: string;
  /** What the hourly schedule does: a plan, and all that follows from it. */
  readonly scan: () => Promise<void>;
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

const QUEUES = ["snapshot", "ingest-events", "ingest-files", "detect", "notify"] as const;

/** Starts it all; `stop` ends it, also when half of it did not start. */
export const startStack = async (options: StackOptions): Promise<Stack> => {
  const { folder, clock, account, region, duplicates = 0 } = options;
  const stops: (() => Promise<void> | void)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of stops.splice(0).reverse()) await end();
  };
  try {
    const outbox = join(folder, "outbox");
    mkdirSync(outbox, { recursive: true });
    const topic = `arn:aws:sns:${region}:${account}:dsql-access-auditor`;
    const bus = createBus({
      random: options.random,
      now: clock.now,
      advance: clock.advance,
      duplicates,
      account,
      region,
    });

    const database = await startDynamoDb({ folder: join(folder, "store"), ownThread: true });
    stops.push(database.stop);
    await database.createTable(TABLE_NAME);
    const endpoint = await startBusEndpoint(bus);
    stops.push(endpoint.stop);
    const sns = await startSns({
      outbox,
      now: clock.now,
      topics: [topic],
      ...(options.smtp && { smtp: options.smtp }),
    });
    stops.push(sns.stop);
    const s3 = await startS3({
      now: clock.now,
      buckets: [TRAIL_BUCKET],
      account,
      region,
      onObjectCreated: (event) => bus.putEvents([event]),
    });
    stops.push(s3.stop);
    stops.push(
      withEnvironment({
        AWS_REGION: region,
        AWS_ACCESS_KEY_ID: options.credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: options.credentials.secretAccessKey,
        AWS_SESSION_TOKEN: options.credentials.sessionToken,
        AWS_ENDPOINT_URL_DYNAMODB: database.endpoint,
        AWS_ENDPOINT_URL_SNS: sns.endpoint,
        AWS_ENDPOINT_URL_S3: s3.endpoint,
        AWS_ENDPOINT_URL_SQS: endpoint.endpoint,
        AWS_ENDPOINT_URL_EVENTBRIDGE: endpoint.endpoint,
        // The demonstration tells what happens in its own words; failures are counted by the bus.
        POWERTOOLS_LOG_LEVEL: process.env.POWERTOOLS_LOG_LEVEL ?? "SILENT",
      }),
    );

    for (const name of QUEUES) {
      bus.addQueue({ name: `${name}-dead` });
      bus.addQueue({
        name,
        visibilityTimeoutMs: 360_000,
        redrive: { deadLetterQueue: `${name}-dead`, maxReceiveCount: 5 },
      });
    }
    const shared = runtime(clock.now);
    const table = tableOf(TABLE_NAME, shared);
    const store = openStore(table, shared);
    const send = (queue: (typeof QUEUES)[number]) => queueOf(endpoint.queueUrl(queue));
    const discover = async () => ({ clusters: options.clusters(), failures: [] });

    bus.addFunction({
      name: "plan",
      handler: planHandler({
        ...shared,
        store,
        discover,
        snapshot: send("snapshot"),
        detect: send("detect"),
      }),
    });
    bus.addFunction({
      name: "snapshot",
      handler: snapshotHandler({ ...shared, store, auditor: options.auditor, detect: send("detect") }),
    });
    const ingestObjects = objectIngest(
      s3Client(),
      connectionSink(store, options.auditor, "trail"),
      shared.now,
    );
    const sink = connectionSink(store, options.auditor, "event");
    bus.addFunction({
      name: "ingest",
      handler: ingestHandler({ ...shared, sink, detect: send("detect"), ingestObjects }),
    });
    bus.addFunction({
      name: "detect",
      handler: detectHandler({
        ...shared,
        store,
        options: { auditor: options.auditor, ...options.detect },
        notify: send("notify"),
      }),
    });
    bus.addFunction({
      name: "notify",
      handler: notifyHandler({ ...shared, store, sns: snsClient(), topicArn: topic, keepDays: KEEP_DAYS }),
    });

    const reportBatchItemFailures = true;
    bus.addPoller({ queue: "snapshot", function: "snapshot", batchSize: 1, reportBatchItemFailures });
    bus.addPoller({
      queue: "ingest-events",
      function: "ingest",
      batchSize: 10_000,
      windowMs: 60_000,
      reportBatchItemFailures,
    });
    bus.addPoller({ queue: "ingest-files", function: "ingest", batchSize: 10, reportBatchItemFailures });
    bus.addPoller({ queue: "detect", function: "detect", batchSize: 1, reportBatchItemFailures });
    bus.addPoller({ queue: "notify", function: "notify", batchSize: 1, reportBatchItemFailures });
    bus.addRule({
      name: "connects",
      pattern: {
        source: ["aws.dsql"],
        "detail-type": ["AWS API Call via CloudTrail", "AWS Service Event via CloudTrail"],
        detail: { eventSource: ["dsql.amazonaws.com"], eventName: ["DbConnect", "DbConnectAdmin"] },
      },
      targets: [{ queue: "ingest-events" }],
    });
    bus.addRule({
      name: "trail-files",
      pattern: {
        source: ["aws.s3"],
        "detail-type": ["Object Created"],
        detail: { bucket: { name: [TRAIL_BUCKET] } },
      },
      targets: [{ queue: "ingest-files" }],
    });
    return {
      bus,
      s3,
      sns,
      table,
      store,
      outbox,
      scan: async () => {
        bus.fire({ name: "hourly", kind: "rule", target: { function: "plan" } });
        await bus.drain();
      },
      query: httpApi(queryHandler({ ...shared, store }), {
        account,
        region,
        now: clock.now,
        caller: options.auditor,
      }),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
};
