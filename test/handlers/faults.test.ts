// Every fault that a deployment meets ends as a state that a person sees, and a retry after it is mended leaves what would be
// there without it.
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { alarms } from "../../deploy/alarms.ts";
import { pascal } from "../../deploy/cloudformation.ts";
import { deadLetterQueueId } from "../../deploy/queues.ts";
import { MAX_RECEIVES } from "../../deploy/topology.ts";
import type { Cluster, Principal } from "../../lib/core/base/ids.ts";
import { DAY, HOUR } from "../../lib/core/base/time.ts";
import type { Catalog } from "../../lib/core/catalog/catalog.ts";
import { readCatalog } from "../../lib/dsql/read-catalog.ts";
import { setupSql } from "../../lib/dsql/setup-sql.ts";
import { schemaConflict, toEventBridge } from "../../local/dsql/stand-in.ts";
import { endState, type FaultWorld, startFaultServers, startFaultWorld } from "../support/fault-world.ts";
import { CLUSTER, connectRecord, envelope } from "../support/records.ts";
import { roleArn, roleSession, sharedStandIn } from "../support/stand-in.ts";

const T = Date.parse("2026-11-02T09:20:00Z");
const cluster = CLUSTER as Cluster;
const AUDITOR = roleArn("Auditor") as Principal;
const KEY = "ASIAAUDITOR";
const FILE = `AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/02/111122223333_CloudTrail_us-east-1_20261102T0920Z_a.json`;
/** All that the days hold, so that no hour is in doubt. */
const HOURS = Array.from({ length: 48 }, (_, n) => Date.parse("2026-11-02T00:00:00Z") + n * HOUR);
const RECORDS = JSON.stringify({
  Records: [1, 2].map((n) => connectRecord({ id: `f${n}`, at: T - n * HOUR })),
});
const LATE_FILE = FILE.replace("_a.json", "_b.json");
const NAMED = JSON.stringify({ s3Bucket: "trail", s3ObjectKey: [LATE_FILE] });

let servers: Awaited<ReturnType<typeof startFaultServers>>;
let world: FaultWorld;
/** What the cluster held before somebody granted too much. */
let before: Catalog;
const shared = sharedStandIn({
  now: () => world?.clock.now() ?? T,
  // Also the auditor's own logins come back.
  onConnectAttempt: ({ record }) => world?.bus.putEvents([toEventBridge(record)] as never),
});
const session = (more: Parameters<typeof roleSession>[1] = {}) =>
  shared.addKey(KEY, { ...roleSession("Auditor", { actions: ["DbConnect"], ...more }) });

beforeAll(async () => {
  servers = await startFaultServers();
  const { secretAccessKey, sessionToken } = roleSession("Auditor");
  vi.stubEnv("AWS_ACCESS_KEY_ID", KEY);
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", secretAccessKey);
  vi.stubEnv("AWS_SESSION_TOKEN", sessionToken);
  const statements = [
    ...setupSql("dsql_auditor", AUDITOR),
    ...["CREATE ROLE app_readonly WITH LOGIN", "CREATE TABLE orders (id int)"],
  ];
  for (const statement of statements) await shared.asAdmin(statement);
  session();
  const { host: endpoint, dial } = shared.running();
  const ports = { random: () => 0, sleep: async () => {} };
  before = await readCatalog({ kind: "dsql", cluster, endpoint, user: "dsql_auditor", dial }, ports);
  await shared.asAdmin("GRANT DELETE ON orders TO app_readonly");
});
afterEach(() => world?.stop());
afterAll(async () => {
  vi.unstubAllEnvs();
  await servers?.stop();
});

/** What people have after the work of an hour, and again eight hours later; `fault` meets the first. */
const live = async (fault?: Fault) => {
  session();
  const { host: endpoint, dial } = shared.running();
  const watched = { cluster, endpoint, user: "dsql_auditor", dial };
  const table = fault?.table ?? "sqlite";
  world = await startFaultWorld(servers, watched, { auditor: AUDITOR, at: T, table });
  const store = world.store();
  await store.clusters.register(cluster);
  await store.snapshots.save(cluster, before, T - 3 * HOUR);
  await store.activity.markHours(cluster, HOURS, "digest");
  await store.notices.note(cluster, { firstAt: T - 9 * DAY, dailyAt: T, weeklyAt: T });
  await fault?.occurs(world);
  if (fault?.file !== "late") world.putFile(FILE, RECORDS);
  world.bus.putEvents([envelope(connectRecord({ id: "e1", at: T - 60_000 }))] as never);
  await world.hour();
  try {
    if (fault) await isSeen(world, fault);
  } finally {
    await fault?.mends?.(world);
  }
  for (const fn of Object.keys(world.deadLetters())) await world.redrive(fn);
  world.clock.jumpTo(T + 8 * HOUR);
  await world.hour();
  return endState(world);
};

type Fault = {
  readonly occurs: (world: FaultWorld) => unknown;
  readonly mends?: (world: FaultWorld) => unknown;
  /** Where it is about the table: a DynamoDB that can be throttled, and one that can be stopped. */
  readonly table?: "dynamodb" | "own-dynamodb";
  /** The trail's file comes after the message that names it. */
  readonly file?: "late";
  /** The functions that gave up on something: for each there is an alarm. */
  readonly gaveUp?: readonly string[];
  /** What its log says to whoever reads it; with the cluster, where it is about one. */
  readonly log?: { readonly of?: Cluster; readonly reason: RegExp; readonly hint: RegExp };
  /** Links that doctor calls broken. */
  readonly broken?: readonly string[];
  /** The finding that opens, with the alarm of its own. */
  readonly finding?: string;
  /** Another alarm that rings. */
  readonly alarm?: string;
};

/** What a person sees: a line of the log, a dead letter with its alarm, a finding, a broken link. */
const isSeen = async (at: FaultWorld, { gaveUp = [], log, broken = [], finding, alarm }: Fault) => {
  expect(Object.keys(at.deadLetters())).toEqual(gaveUp);
  for (const fn of gaveUp) {
    const { Properties } = alarms[`${pascal(fn)}GivenUpAlarm`] ?? {};
    expect(Properties?.Dimensions).toEqual([
      { Name: "QueueName", Value: { "Fn::GetAtt": [deadLetterQueueId(fn), "QueueName"] } },
    ]);
    expect(Properties?.AlarmDescription).toContain(`Work of the function ${fn} failed`);
  }
  if (alarm) expect(alarms[alarm]?.Properties.AlarmDescription).toEqual(expect.any(String));
  if (log) {
    const line = at.logged.find(({ fields }) => log.reason.test(String(fields.reason)));
    expect(line?.fields, JSON.stringify(at.logged.map(({ fields }) => fields.reason))).toMatchObject({
      ...(log.of && { cluster: log.of }),
      hint: expect.stringMatching(log.hint),
    });
  } else expect(at.logged).toEqual([]);
  const links = await at.doctor();
  const dead = gaveUp.length ? ["dead letters"] : [];
  expect(links.filter(({ state }) => state === "broken").map(({ link }) => link)).toEqual([
    ...broken,
    ...dead,
  ]);
  for (const fn of gaveUp)
    expect(links.find(({ link }) => link === "dead letters")?.says).toContain(`${fn} gave up on`);
  const open = (await at.store().findings.list(cluster)).filter(({ status }) => status === "open");
  const coverage = open.filter(({ category }) => category === "coverage").map(({ detector }) => detector);
  expect(coverage).toEqual(finding ? [finding] : []);
  if (finding) expect(at.counted).toContain("SnapshotOverdue");
};

/** No login gets in, and why. */
const unread = (reason: RegExp, hint: RegExp): Partial<Fault> => ({
  gaveUp: ["snapshot"],
  log: { of: cluster, reason, hint },
  broken: ["database login", "snapshot"],
  finding: "snapshot-overdue",
});
const refused = { code: "08006", message: "unable to accept connection, access denied" };
const HINT = /hint is the reason.*IAM permission.*mapping/;
const reachable = (at: FaultWorld): void => {
  at.watched = { ...at.watched, dial: shared.running().dial };
};

const faults: Readonly<Record<string, Fault>> = {
  "a cluster that cannot be reached": {
    ...unread(/ECONNREFUSED/, /Nothing listens there/),
    occurs: (at) => {
      at.watched = { ...at.watched, dial: { host: "127.0.0.1", port: 1 } };
    },
    mends: reachable,
  },
  "a token that has expired": {
    ...unread(/security token included in the request is expired/, /credentials are fresh/),
    occurs: () => shared.addKey(KEY, { ...roleSession("Auditor"), expiresAt: 1 }),
    mends: () => session(),
  },
  "DbConnect where DbConnectAdmin is needed": {
    ...unread(/Wrong user to action mapping. user: admin, action: DbConnect/, HINT),
    occurs: () => {
      const hint = "Wrong user to action mapping. user: admin, action: DbConnect";
      for (let n = 0; n < MAX_RECEIVES; n++) shared.running().failNextConnect({ ...refused, hint });
    },
  },
  "DbConnectAdmin where DbConnect is needed": {
    ...unread(/not authorized to perform: dsql:DbConnect on resource/, HINT),
    occurs: () => session({ actions: ["DbConnectAdmin"] }),
    mends: () => session(),
  },
  "three conflicts in a row": {
    occurs: () => {
      for (let n = 0; n < 3; n++) shared.running().failNextStatement(/pg_roles/, schemaConflict);
    },
  },
  "conflicts without end": {
    ...unread(/schema has been updated by another transaction \(OC001\) \(40001\)/, /Try again/),
    // It got in each time.
    broken: ["snapshot"],
    occurs: () => {
      for (let n = 0; n < 6 * MAX_RECEIVES; n++)
        shared.running().failNextStatement(/pg_roles/, schemaConflict);
    },
  },
  "a table that throttles for a while": {
    table: "dynamodb",
    occurs: (at) => {
      at.throttles = 2;
    },
    log: { reason: /provisioned throughput/, hint: /by itself/ },
    alarm: "TableReadsThrottledAlarm",
  },
  "a topic that refuses": {
    occurs: ({ sns }) => sns.failNext("denied", 100),
    mends: ({ sns }) => sns.failNoMore(),
    gaveUp: ["notify"],
    log: { of: cluster, reason: /publishing was refused/, hint: /Allow sns:Publish/ },
  },
  "a message that nobody can read": {
    occurs: ({ bus }) => {
      bus.sendMessage("snapshot", "{");
      bus.sendMessage("detect", JSON.stringify({ cluster: 5 }));
      bus.sendMessage("ingestEvents", "[");
    },
    gaveUp: ["snapshot", "ingestEvents", "detect"],
    log: { reason: /is not JSON/, hint: /dead-letter queue/ },
  },
  "a trail file that is not there": {
    occurs: ({ bus }) => bus.sendMessage("ingestFiles", NAMED),
    file: "late",
    mends: (at) => at.putFile(LATE_FILE, RECORDS),
    gaveUp: ["ingestFiles"],
    log: { reason: /is not there/, hint: /Nothing of it was counted.*dead-letter queue/ },
  },
  "a table that restarts between two calls": {
    table: "own-dynamodb",
    occurs: (at) => {
      let calls = 0;
      at.before = async (fn) => {
        if (fn !== "detect") return;
        calls++;
        if (calls === 1) await at.stopStore();
        if (calls === 2) await at.startStore();
      };
    },
    log: { of: cluster, reason: /ECONNREFUSED/, hint: /network path/ },
  },
};

describe("a fault", () => {
  let without: Awaited<ReturnType<typeof live>>;
  it("changes what people have: there is something to find, to count and to tell", async () => {
    without = await live();
    expect(without.findings).toMatchObject([
      { severity: "high", status: "open", title: "app_readonly can DELETE from public.orders" },
      { severity: "low", status: "open" },
    ]);
    expect(without.mails).toEqual([expect.stringContaining("[HIGH] app_readonly")]);
    expect(without.connections).toMatchObject([{ count: 3 }]);
  });

  it.each(Object.entries(faults))("is seen, and mended by a retry: %s", async (_, fault) => {
    expect(await live(fault)).toEqual(without);
  });
});
