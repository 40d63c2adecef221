// A whole deployment for the tests of faults: the real functions on the queues of deploy/topology.ts, behind them a real
// PostgreSQL that speaks as DSQL does, DynamoDB, S3 and SNS. Each of them can fail, and be mended.
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SNSClient } from "@aws-sdk/client-sns";
import type { Context } from "aws-lambda";
import { eventPlans, queuePlans } from "../../deploy/topology.ts";
import { detectHandler } from "../../handlers/detect.ts";
import { ingestHandler } from "../../handlers/ingest.ts";
import { notifyHandler } from "../../handlers/notify.ts";
import { planHandler } from "../../handlers/plan.ts";
import { retainHandler } from "../../handlers/retain.ts";
import { snapshotHandler } from "../../handlers/snapshot.ts";
import type { WatchedCluster } from "../../lib/config.ts";
import type { Principal } from "../../lib/core/base/ids.ts";
import { DAY, HOUR, MINUTE } from "../../lib/core/base/time.ts";
import { defaultRetention } from "../../lib/core/findings/retention-days.ts";
import { examine } from "../../lib/doctor/doctor.ts";
import { deadLettersLink } from "../../lib/doctor/stack-links.ts";
import { connectionSink } from "../../lib/jobs/count-connections.ts";
import { objectIngest } from "../../lib/jobs/ingest-objects.ts";
import type { Fields, MetricName } from "../../lib/log.ts";
import { openWholeStore, type WholeStore } from "../../lib/store/open-archive.ts";
import { openDynamoDbTable } from "../../lib/store/table/dynamodb/dynamodb-table.ts";
import { type Bus, createBus } from "../../local/aws/bus.ts";
import { startS3 } from "../../local/aws/s3.ts";
import { type LocalSns, startSns } from "../../local/aws/sns.ts";
import { addFunctions, addQueues, deadLetterQueueOf, fireSchedule } from "../../local/aws/topology-on-bus.ts";
import { type Clock, simulatedClock } from "../../local/clock.ts";
import { type LocalDynamoDb, startDynamoDb } from "../../local/store/dynamodb.ts";
import { sqliteTables } from "./table.ts";

const BUCKET = "trail";
const TOPIC = "arn:aws:sns:us-east-1:111122223333:alerts";
const aws = { region: "us-east-1", credentials: { accessKeyId: "local", secretAccessKey: "local" } };

type Logged = { readonly message: string; readonly fields: Fields };

export type FaultWorld = {
  readonly clock: Clock;
  readonly bus: Bus;
  readonly sns: LocalSns;
  readonly auditor: Principal;
  readonly store: () => WholeStore;
  /** What is watched, as the next schedule finds it. */
  watched: WatchedCluster;
  /** So many of the next requests to the table are answered with a throttle. */
  throttles: number;
  /** Happens before each call of a function. */
  before: ((fn: string) => Promise<void>) | undefined;
  /** The hourly schedule, and all that follows from it and from what is on the bus. */
  readonly hour: () => Promise<void>;
  readonly logged: Logged[];
  readonly counted: MetricName[];
  /** By function, how many messages it gave up on. */
  readonly deadLetters: () => Readonly<Record<string, number>>;
  /** Moves the messages of a dead-letter queue back to their queue, as a redrive does. */
  readonly redrive: (fn: string) => Promise<void>;
  readonly doctor: () => Promise<
    readonly { readonly link: string; readonly state: string; readonly says: string }[]
  >;
  readonly putFile: (key: string, body: string) => void;
  /** The subjects of what SNS took. */
  readonly mails: () => readonly (string | null)[];
  readonly stopStore: () => Promise<void>;
  readonly startStore: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

/** The servers in the place of AWS; what each world does with them is its own. */
export const startFaultServers = async () => {
  const outbox = mkdtempSync(join(tmpdir(), "faults-"));
  const sqlite = sqliteTables();
  let bus: Bus | undefined;
  let now = 0;
  const [database, sns, s3] = await Promise.all([
    startDynamoDb(),
    startSns({ outbox, now: () => now, topics: [TOPIC] }),
    startS3({ now: () => now, buckets: [BUCKET], onObjectCreated: (event) => bus?.putEvents([event]) }),
  ]);
  const clients = {
    s3: new S3Client({ ...aws, endpoint: s3.endpoint, forcePathStyle: true, maxAttempts: 1 }),
    sns: new SNSClient({ ...aws, endpoint: sns.endpoint, maxAttempts: 1 }),
  };
  return {
    ...{ database, sns, s3, clients, outbox, sqlite },
    /** From now on what happens in S3 is told to this bus. */
    tell: (next: Bus, at: number): void => {
      bus = next;
      now = at;
    },
    stop: async () => {
      for (const client of Object.values(clients)) client.destroy();
      await Promise.all([sns.stop(), s3.stop(), database.stop(), sqlite.stop()]);
      rmSync(outbox, { recursive: true, force: true });
    },
  };
};
type FaultServers = Awaited<ReturnType<typeof startFaultServers>>;

/** A table behind a client that can be throttled. */
const openThrottled = async (database: LocalDynamoDb, name: string, world: Pick<FaultWorld, "throttles">) => {
  await database.createTable(name);
  const client = new DynamoDBClient({ ...aws, endpoint: database.endpoint, maxAttempts: 1 });
  client.middlewareStack.add(
    (next) => async (args) => {
      if (world.throttles <= 0) return next(args);
      world.throttles--;
      const why = "The level of configured provisioned throughput for the table was exceeded";
      throw Object.assign(new Error(why), { name: "ProvisionedThroughputExceededException" });
    },
    { step: "initialize" },
  );
  const table = openDynamoDbTable({ client, name, sleep: async () => {}, random: () => 0 });
  return { table, close: () => client.destroy() };
};

/** "own-dynamodb": in a folder that outlives its server, which can be stopped. */
type TableKind = "sqlite" | "dynamodb" | "own-dynamodb";

const tableOf = async (
  { database: shared, outbox, sqlite }: FaultServers,
  kind: TableKind,
  world: Pick<FaultWorld, "throttles">,
) => {
  const name = `audit-${randomUUID()}`;
  if (kind === "sqlite") {
    const table = await sqlite.fresh();
    return { table: () => table, start: async () => {}, stop: async () => {} };
  }
  const open = async () => {
    const database = kind === "dynamodb" ? shared : await startDynamoDb({ folder: join(outbox, name) });
    return { ...(await openThrottled(database, name, world)), database };
  };
  let opened = await open();
  return {
    table: () => opened.table,
    start: async () => {
      opened = await open();
    },
    stop: async () => {
      opened.close();
      if (opened.database !== shared) await opened.database.stop();
    },
  };
};

export const startFaultWorld = async (
  servers: FaultServers,
  watched: WatchedCluster,
  { auditor, at, table: kind }: { auditor: Principal; at: number; table: TableKind },
): Promise<FaultWorld> => {
  const { sns, clients } = servers;
  const clock = simulatedClock(at);
  const { now } = clock;
  const throttling = { throttles: 0 };
  const bus = createBus({ random: () => 0, now, advance: clock.advance });
  servers.tell(bus, at);
  const mailsBefore = sns.published.length;
  const { table, start, stop } = await tableOf(servers, kind, throttling);
  const store = () => openWholeStore(table(), { now });
  const logged: Logged[] = [];
  const counted: MetricName[] = [];
  const note = (message: string, fields: Fields = {}): void => void logged.push({ message, fields });
  const shared = {
    ...{ now, random: () => 0, sleep: async (ms: number) => clock.advance(ms) },
    log: { info: () => {}, warn: note, error: note },
  };
  const send =
    (queue: string) =>
    async (jobs: readonly unknown[], { delaySeconds = 0 } = {}): Promise<void> => {
      for (const job of jobs) bus.sendMessage(queue, JSON.stringify(job), { delayMs: delaySeconds * 1000 });
    };
  const world: FaultWorld = {
    before: undefined,
    ...{ clock, bus, sns, watched, auditor, logged, counted, store },
    get throttles() {
      return throttling.throttles;
    },
    set throttles(times) {
      throttling.throttles = times;
    },
    hour: async () => {
      fireSchedule(bus, "plan", "hourly");
      await bus.drain();
    },
    deadLetters: () =>
      Object.fromEntries(
        [...queuePlans, ...eventPlans].flatMap(({ name: fn }) => {
          const { waiting } = bus.queue(deadLetterQueueOf(fn)).counters();
          return waiting ? [[fn, waiting]] : [];
        }),
      ),
    redrive: async (fn) => {
      const dead = bus.queue(deadLetterQueueOf(fn));
      for (const { body, receiptHandle } of dead.receive({ max: 10 })) {
        bus.sendMessage(fn, body);
        dead.remove(receiptHandle);
      }
      await bus.drain();
    },
    doctor: async () => {
      const dead = Object.entries(world.deadLetters()).map(
        ([fn, waiting]) =>
          [fn, { url: `https://sqs/${fn}`, answer: { value: { waiting, held: 0 } } }] as const,
      );
      // When the first alarm rings.
      return [
        ...(await examine({
          store: store(),
          ports: undefined,
          reach: "--table audit",
          now: at + 25 * MINUTE,
        })),
        deadLettersLink(Object.fromEntries(dead), "--table audit"),
      ];
    },
    putFile: (key, body) => servers.s3.put({ bucket: BUCKET, key, body }),
    mails: () => sns.published.slice(mailsBefore).map(({ subject }) => subject),
    ...{ stopStore: stop, startStore: start, stop },
  };
  /** Each call is made by a container that was just started. */
  const handlerOf = (name: string) => async (event: never, context: Context) => {
    await world.before?.(name);
    const called = { ...shared, store: store() };
    const sinkOf = (way: "trail" | "event") => connectionSink(called.store, auditor, way);
    const handlers: Readonly<Record<string, () => (event: never, context: Context) => unknown>> = {
      plan: () =>
        planHandler({
          ...{ ...called, snapshot: send("snapshot"), detect: send("detect") },
          discover: async () => ({ clusters: [world.watched], failures: [], asked: true }),
        }),
      snapshot: () => snapshotHandler({ ...called, auditor, detect: send("detect") }),
      ingestEvents: () => ingest(sinkOf("event")),
      ingestFiles: () => ingest(sinkOf("trail")),
      detect: () =>
        detectHandler({
          ...{ ...called, options: { auditor }, notify: send("notify"), functionName: "detect" },
          count: (metric) => void counted.push(metric),
        }),
      notify: () =>
        notifyHandler({
          ...{ ...called, sns: clients.sns, topicArn: TOPIC, keepDays: 30, commandStore: [] },
          count: (metric) => void counted.push(metric),
        }),
      retain: () => retainHandler({ ...called, keepDays: 30, days: defaultRetention }),
    };
    const ingest = (sink: ReturnType<typeof sinkOf>) =>
      ingestHandler({
        ...shared,
        sink,
        detect: send("detect"),
        ingestObjects: objectIngest(clients.s3, sinkOf("trail"), now),
      });
    return handlers[name]?.()(event, context);
  };
  addQueues(bus);
  addFunctions(bus, handlerOf, { bucket: BUCKET, keys: "AWSLogs/" });
  return world;
};

/** What people have in the end: what is known of the cluster, what was found, what they were told. */
export const endState = async ({ store, mails, watched: { cluster }, auditor, clock }: FaultWorld) => {
  const { snapshots, findings, activity } = store();
  const days = await activity.days(cluster, { from: clock.now() - 9 * DAY, to: clock.now() + HOUR });
  return {
    catalog: (await snapshots.head(cluster))?.manifest.root,
    mappings: (await snapshots.timeline(cluster, "mappings")).length,
    // Those of coverage tell of the fault itself: they have to be over.
    findings: (await findings.list(cluster))
      .filter(({ category, status }) => category !== "coverage" || status === "open")
      .filter(({ subject }) => subject.principal !== auditor)
      .map(({ id, severity, status, title }) => ({ id, severity, status, title }))
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
    connections: days.flatMap(({ tallies }) =>
      tallies
        .filter(({ principal }) => principal !== auditor)
        .map(({ principal, count, lastAt }) => ({ principal, count, lastAt })),
    ),
    mails: [...mails()].sort(),
  };
};
