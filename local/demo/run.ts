// Lives through the demonstration: makes the estate, 120 days of simulated time, then a minute of the real one.
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { eventPlans, queuePlans } from "../../deploy/topology.ts";
import { Principal } from "../../lib/core/base/ids.ts";
import { DAY, floorTo, HOUR, type Instant, MINUTE } from "../../lib/core/base/time.ts";
import { AuditError } from "../../lib/errors.ts";
import { deadLetterQueueOf } from "../aws/topology-on-bus.ts";
import { simulatedClock } from "../clock.ts";
import { type ConnectRecord, type StandIn, startStandIn, toEventBridge } from "../dsql/stand-in.ts";
import { seededRandom } from "../seeded-random.ts";
import { type Stack, startStack, TRAIL_BUCKET } from "../stack.ts";
import { chance } from "./chance.ts";
import { declareAccess } from "./declare.ts";
import { ACCOUNT, AUDITOR_USER, CLUSTER, CLUSTER_ID, estateSql, principals, REGION } from "./estate.ts";
import { putIdentities } from "./identities.ts";
import { life } from "./life.ts";
import { foreignRecord, recordOf, trailFile } from "./records.ts";
import { accessKeyOf, demoCredentials, signIn } from "./sign-in.ts";
import { hoursOf, stepsOf } from "./steps.ts";
import { type Story, story as wholeStory } from "./story.ts";

export type DemoOptions = {
  /** Gets `store`, `outbox` and later the report. */
  readonly folder: string;
  /** The real time, or another clock: the demonstration ends at what it shows. */
  readonly now: () => Instant;
  readonly seed?: number;
  readonly story?: Story;
  readonly smtp?: { readonly host: string; readonly port: number };
  readonly signal?: AbortSignal;
  /** Every hour is lived through by itself, as a deployment does: several times the work. */
  readonly hourly?: boolean;
  /** Called with the stack whenever a stretch is over and all that follows from it is done. */
  readonly onStretch?: (stack: Stack) => Promise<void>;
  /** A line for people; `done` of `total` where it can be told. */
  readonly onProgress?: (text: string, done?: number, total?: number) => void;
};

export type DemoResult = {
  readonly cluster: typeof CLUSTER;
  readonly midnight: Instant;
  readonly story: Story;
  /** Connections that were made, and how many of their records got lost in the outage on both ways. */
  readonly connections: number;
  readonly lost: number;
  /** Records handed over: each comes by EventBridge and by a trail file, some of them twice. */
  readonly deliveries: number;
  readonly snapshots: number;
  readonly emails: readonly string[];
  /** What the real clients were told. */
  readonly live: readonly string[];
  /** Calls of functions that threw, batches with messages that failed, and messages that ended in a dead-letter queue. */
  readonly failures: number;
};

/** Queues' delays are skipped, not slept through: so much of a lag keeps the last look from lying in the future. */
const LIVE_LAG_MS = 20 * MINUTE;
/** A step is looked at some minutes after its end; so long before the live minute the last one ends. */
const STEP_LAG_MS = 20 * MINUTE;

type World = {
  readonly standIn: StandIn;
  readonly stack: Stack;
  readonly clock: ReturnType<typeof simulatedClock>;
  /** Records that the stand-in made since they were last taken. */
  readonly takeRecords: () => ConnectRecord[];
};

const build = async (options: DemoOptions, story: Story, midnight: Instant): Promise<World> => {
  mkdirSync(options.folder, { recursive: true });
  const clock = simulatedClock(midnight, options.now);
  let records: ConnectRecord[] = [];
  const standIn = await startStandIn({
    clusterId: CLUSTER_ID,
    region: REGION,
    accountId: ACCOUNT,
    credentials: demoCredentials(),
    now: clock.now,
    onConnectAttempt: ({ record }) => records.push(record),
  });
  try {
    const stack = await startStack({
      folder: options.folder,
      clock,
      random: seededRandom(options.seed ?? 1),
      account: ACCOUNT,
      region: REGION,
      clusters: [{ cluster: CLUSTER, endpoint: standIn.host, user: AUDITOR_USER, dial: standIn.dial }],
      credentials: {
        accessKeyId: accessKeyOf("auditor"),
        secretAccessKey: "demo secret of auditor",
        sessionToken: "demo session of auditor",
      },
      auditor: Principal.parse(principals.auditor.arn),
      parameters: {
        DormantDays: String(story.dormantDays),
        // Quiet days are scanned once, and not every hour.
        DetectorOptions: JSON.stringify({ "snapshot-overdue": { afterHours: 27 } }),
      },
      duplicates: 0.02,
      commandStore: ["--store", join(options.folder, "store.db")],
      ...(options.smtp && { smtp: options.smtp }),
    });
    const takeRecords = (): ConnectRecord[] => {
      const taken = records;
      records = [];
      return taken;
    };
    return { standIn, stack, clock, takeRecords };
  } catch (error) {
    await standIn.stop();
    throw error;
  }
};

/** What was made and handed over so far. */
type Count = { connections: number; lost: number; deliveries: number };

type Deliver = (records: readonly ConnectRecord[], from: Instant, to: Instant) => void;

/** Hands records over as AWS would: each by EventBridge at once, and hour by hour in trail files. */
const deliveryTo = (
  { stack }: World,
  { midnight, outage, seed }: { midnight: Instant; outage: Story["outage"]; seed: number },
  count: Count,
): Deliver => {
  const dice = chance(seed + 7);
  return (records, from, to) => {
    count.connections += records.length;
    for (const { eventName, eventTime } of records)
      stack.trail.called(CLUSTER_ID, eventName, Date.parse(eventTime));
    for (let hour = floorTo(HOUR, from); hour < to; hour += HOUR) {
      const mine = records.filter(({ eventTime }) => floorTo(HOUR, Date.parse(eventTime)) === hour);
      if (hour >= midnight + outage.from && hour < midnight + outage.to) {
        count.lost += mine.length;
        continue;
      }
      count.deliveries += 2 * mine.length;
      stack.bus.putEvents(mine.map((record) => ({ ...toEventBridge(record), version: "0" })));
      const shuffled = [...mine, foreignRecord(hour + 11 * MINUTE, dice.uuid())].sort(
        () => dice.below(3) - 1,
      );
      const { key, body } = trailFile(hour, shuffled);
      stack.s3.put({ bucket: TRAIL_BUCKET, key, body, contentEncoding: "gzip" });
    }
  };
};

const asAdmin = async (standIn: StandIn, statements: readonly string[]): Promise<void> => {
  const session = await signIn(standIn, { who: "admin" });
  for (const sql of statements) await session.query(sql);
  await session.end();
};

/** Runs the whole demonstration; whatever it started is stopped when it ends, also by an error or an abort. */
export const runDemo = async (options: DemoOptions): Promise<DemoResult> => {
  const { story = wholeStory(), seed = 1, onProgress: say = () => {}, signal } = options;
  const startsAt = options.now();
  const midnight = floorTo(DAY, startsAt) - story.days * DAY;
  const end = floorTo(HOUR, startsAt - LIVE_LAG_MS - STEP_LAG_MS);
  say("starting PostgreSQL 16 behind the DSQL stand-in, DynamoDB, SNS, S3 and the event bus");
  const world = await build(options, story, midnight);
  const { standIn, stack, clock, takeRecords } = world;
  const count: Count = { connections: 0, lost: 0, deliveries: 0 };
  const deliver = deliveryTo(world, { midnight, outage: story.outage, seed }, count);
  try {
    say("creating schemas, tables, roles, mappings and grants as admin");
    await asAdmin(standIn, estateSql);
    putIdentities(stack.iam, story, midnight);
    const attempts = life(story, seed);
    const happenings = [...story.changes, ...story.iam].sort((a, b) => a.at - b.at);
    const recordsUntil = (to: Instant): ConnectRecord[] => {
      const later = attempts.findIndex(({ at }) => midnight + at >= to);
      return attempts
        .splice(0, later < 0 ? attempts.length : later)
        .map((attempt) => recordOf(attempt, midnight));
    };
    for (const { from, to } of options.hourly ? hoursOf(midnight, end) : stepsOf(story, midnight, end)) {
      signal?.throwIfAborted();
      const day = Math.floor((from - midnight) / DAY);
      say("simulating", Math.min(day + 1, story.days), story.days);
      clock.jumpTo(from);
      const { baselineAt = -1 } = story;
      if (from <= midnight + baselineAt && midnight + baselineAt < to)
        await declareAccess(stack.store, CLUSTER, options.folder, from);
      await stack.run("plan", "hourly");
      for (const { at, ...change } of happenings) {
        if (midnight + at < from || midnight + at >= to) continue;
        clock.jumpTo(midnight + at);
        if ("sql" in change) await asAdmin(standIn, [change.sql]);
        putIdentities(stack.iam, story, midnight, at);
      }
      clock.jumpTo(to + 5 * MINUTE);
      deliver([...takeRecords(), ...recordsUntil(to)], from, to);
      await stack.bus.drain();
      await options.onStretch?.(stack);
    }
    await stack.run("retain", "daily");
    signal?.throwIfAborted();
    say("connecting real clients with signed tokens; one of them is refused");
    clock.goLive(LIVE_LAG_MS);
    const meanwhile = recordsUntil(clock.now());
    const live = await liveClients(standIn);
    await stack.run("plan", "hourly");
    deliver([...meanwhile, ...takeRecords()], end, clock.now() + 1);
    await stack.bus.drain();
    return {
      cluster: CLUSTER,
      midnight,
      story,
      ...count,
      snapshots: (await stack.store.snapshots.head(CLUSTER))?.manifest.seq ?? 0,
      emails: readdirSync(stack.outbox)
        .filter((file) => file.endsWith(".eml"))
        .sort(),
      live,
      failures: stack.bus.failures.length + givenUp(stack),
    };
  } finally {
    await stack.stop();
    await standIn.stop();
  }
};

/** Messages in dead-letter queues. */
const givenUp = ({ bus }: Stack): number =>
  [...queuePlans, ...eventPlans].reduce(
    (sum, { name }) => sum + bus.queue(deadLetterQueueOf(name)).counters().waiting,
    0,
  );

/** Clients with the real signer, driver and TLS; what each was told, in words. */
const liveClients = async (standIn: StandIn): Promise<string[]> => {
  const told: string[] = [];
  for (const who of ["ordersApi", "catalogApi", "userService"] as const) {
    const client = await signIn(standIn, { who, agent: "aurora-dsql-nodejs-pg/0.1.9" });
    const { rows } = await client.query<{ who: string }>("select current_user as who");
    told.push(`${principals[who].arn.split("/").at(-1)} connected as ${rows[0]?.who}`);
    await client.end();
  }
  try {
    const client = await signIn(standIn, { who: "analytics", user: "api_readwrite" });
    await client.end();
    throw new AuditError("store", "the stand-in let the analyst in as api_readwrite");
  } catch (error) {
    if (error instanceof AuditError || !(error instanceof Error) || !("code" in error)) throw error;
    const hint = "hint" in error ? String(error.hint) : "";
    told.push(`AnalyticsNotebook asked for api_readwrite and was refused: ${error.message}; ${hint}`);
  }
  return told;
};
