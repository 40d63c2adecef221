// Lives through the demonstration: makes the estate, 120 days of simulated time, then a minute of the real one.
import { mkdirSync, readdirSync } from "node:fs";
import { Principal } from "../../lib/core/base/ids.ts";
import { DAY, floorTo, HOUR, type Instant, MINUTE } from "../../lib/core/base/time.ts";
import { AuditError } from "../../lib/errors.ts";
import { simulatedClock } from "../clock.ts";
import { type ConnectRecord, type StandIn, startStandIn, toEventBridge } from "../dsql/stand-in.ts";
import { seededRandom } from "../seeded-random.ts";
import { type Stack, startStack, TRAIL_BUCKET } from "../stack.ts";
import { chance } from "./chance.ts";
import { ACCOUNT, AUDITOR_USER, CLUSTER, CLUSTER_ID, estateSql, principals, REGION } from "./estate.ts";
import { life } from "./life.ts";
import { foreignRecord, recordOf, trailFile } from "./records.ts";
import { accessKeyOf, demoCredentials, signIn } from "./sign-in.ts";
import { type Story, story as wholeStory } from "./story.ts";

export type DemoOptions = {
  /** Gets `store`, `outbox` and later the report. */
  readonly folder: string;
  /** The real time, to end at. */
  readonly now: Instant;
  readonly seed?: number;
  readonly story?: Story;
  readonly smtp?: { readonly host: string; readonly port: number };
  readonly signal?: AbortSignal;
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
  readonly failures: number;
};

/** Hours that are lived through in one go while nothing changes; an hour at a time on days when something does. */
const QUIET_STEP = 12 * HOUR;

/** Queues' delays are skipped, not slept through: so much of a lag keeps the last look from lying in the future. */
const LIVE_LAG_MS = 20 * MINUTE;

type World = {
  readonly standIn: StandIn;
  readonly stack: Stack;
  readonly clock: ReturnType<typeof simulatedClock>;
  /** Records that the stand-in made since they were last taken. */
  readonly takeRecords: () => ConnectRecord[];
};

const build = async (options: DemoOptions, story: Story, midnight: Instant): Promise<World> => {
  mkdirSync(options.folder, { recursive: true });
  const clock = simulatedClock(midnight);
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
      clusters: () => [{ cluster: CLUSTER, endpoint: standIn.host, user: AUDITOR_USER, dial: standIn.dial }],
      credentials: {
        accessKeyId: accessKeyOf("auditor"),
        secretAccessKey: "demo secret of auditor",
        sessionToken: "demo session of auditor",
      },
      auditor: Principal.parse(principals.auditor.arn),
      detect: { dormantDays: story.dormantDays },
      duplicates: 0.02,
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

/** Runs the whole demonstration; whatever it started is stopped when it ends, also by an error or an abort. */
export const runDemo = async (options: DemoOptions): Promise<DemoResult> => {
  const story = options.story ?? wholeStory();
  const midnight = floorTo(DAY, options.now) - story.days * DAY;
  const say = options.onProgress ?? (() => {});
  const check = (): void => options.signal?.throwIfAborted();
  say("starting PostgreSQL 16 behind the DSQL stand-in, DynamoDB, SNS, S3 and the bus");
  const world = await build(options, story, midnight);
  const { standIn, stack, clock, takeRecords } = world;
  const dice = chance((options.seed ?? 1) + 7);
  let connections = 0;
  let lost = 0;
  let deliveries = 0;

  /** Hands records over as AWS would: each by EventBridge at once, and hour by hour in trail files. */
  const deliver = (records: readonly ConnectRecord[], from: Instant, to: Instant): void => {
    connections += records.length;
    for (let hour = floorTo(HOUR, from); hour < to; hour += HOUR) {
      const at = (record: ConnectRecord): Instant => Date.parse(record.eventTime);
      const mine = records.filter((record) => floorTo(HOUR, at(record)) === hour);
      const isLost = hour >= midnight + story.outage.from && hour < midnight + story.outage.to;
      if (isLost) {
        lost += mine.length;
        continue;
      }
      deliveries += 2 * mine.length;
      stack.bus.putEvents(mine.map((record) => ({ ...toEventBridge(record), version: "0" })));
      const shuffled = [...mine, foreignRecord(hour + 11 * MINUTE, dice.uuid())].sort(
        () => dice.below(3) - 1,
      );
      const { key, body } = trailFile(hour, shuffled);
      stack.s3.put({ bucket: TRAIL_BUCKET, key, body, contentEncoding: "gzip" });
    }
  };

  try {
    say("making the estate as admin: schemas, tables, roles, mappings, grants");
    const admin = await signIn(standIn, { who: "admin" });
    for (const sql of estateSql) await admin.query(sql);
    await admin.end();

    const attempts = life(story, options.seed ?? 1);
    const busyDays = new Set([...story.changes, story.newNetwork].map(({ at }) => Math.floor(at / DAY)));
    const end = midnight + story.days * DAY;
    let next = 0;
    for (let from = midnight; from < end; ) {
      check();
      const day = Math.floor((from - midnight) / DAY);
      const to = Math.min(end, from + (busyDays.has(day) ? HOUR : QUIET_STEP));
      say("living", day + 1, story.days);
      clock.jumpTo(from);
      await stack.scan();
      for (const { at, sql } of story.changes.filter(
        (c) => midnight + c.at >= from && midnight + c.at < to,
      )) {
        clock.jumpTo(midnight + at);
        const session = await signIn(standIn, { who: "admin" });
        await session.query(sql);
        await session.end();
      }
      const records = takeRecords();
      for (; next < attempts.length; next++) {
        const attempt = attempts[next];
        if (!attempt || midnight + attempt.at >= to) break;
        records.push(recordOf(attempt, midnight));
      }
      clock.jumpTo(to + 5 * MINUTE);
      deliver(records, from, to);
      await stack.bus.drain();
      from = to;
    }
    check();
    say("living for real: clients with signed tokens, one of them refused");
    clock.goLive(LIVE_LAG_MS);
    const live = await liveMinute(world, deliver);
    const emails = readdirSync(stack.outbox)
      .filter((file) => file.endsWith(".eml"))
      .sort();
    return {
      cluster: CLUSTER,
      midnight,
      story,
      connections,
      lost,
      deliveries,
      snapshots: (await stack.store.snapshots.head(CLUSTER))?.manifest.seq ?? 0,
      emails,
      live,
      failures: stack.bus.failures.length,
    };
  } finally {
    await stack.stop();
    await standIn.stop();
  }
};

const liveMinute = async (
  { standIn, stack, takeRecords, clock }: World,
  deliver: (records: readonly ConnectRecord[], from: Instant, to: Instant) => void,
): Promise<string[]> => {
  const told: string[] = [];
  const from = floorTo(HOUR, clock.now());
  for (const who of ["ordersApi", "catalogApi", "userService"] as const) {
    const client = await signIn(standIn, { who, agent: "aurora-dsql-nodejs-pg/0.1.9" });
    const { rows } = await client.query<{ who: string }>("select current_user as who");
    told.push(`${principals[who].arn.split("/").at(-1)} connected as ${rows[0]?.who}`);
    await client.end();
  }
  try {
    const client = await signIn(standIn, { who: "contractor", user: "api_readwrite" });
    await client.end();
    throw new AuditError("store", "the stand-in let the contractor in as api_readwrite");
  } catch (error) {
    if (error instanceof AuditError || !(error instanceof Error) || !("code" in error)) throw error;
    const hint = "hint" in error ? String(error.hint) : "";
    told.push(`ContractorNils asked for api_readwrite and was refused: ${error.message}; ${hint}`);
  }
  await stack.scan();
  deliver(takeRecords(), from, clock.now() + 1);
  await stack.bus.drain();
  return told;
};
