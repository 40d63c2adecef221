// Every function, ended at its writes and at the messages it sends, and called again with the same event, called twice, and
// called with two events in both orders: what is stored and what was sent is the same.
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import type { S3Client } from "@aws-sdk/client-s3";
import type { SNSClient } from "@aws-sdk/client-sns";
import type { Context, SQSEvent } from "aws-lambda";
import { afterAll, describe, expect, it, vi } from "vitest";
import { actHandler } from "../../handlers/act.ts";
import { detectHandler } from "../../handlers/detect.ts";
import { ingestHandler } from "../../handlers/ingest.ts";
import { notifyHandler } from "../../handlers/notify.ts";
import { planHandler } from "../../handlers/plan.ts";
import { retainHandler } from "../../handlers/retain.ts";
import { snapshotHandler } from "../../handlers/snapshot.ts";
import type { Cluster } from "../../lib/core/base/ids.ts";
import { Principal } from "../../lib/core/base/ids.ts";
import { DAY, HOUR, MINUTE } from "../../lib/core/base/time.ts";
import { defaultRetention } from "../../lib/core/findings/retention-days.ts";
import type { readCatalog } from "../../lib/dsql/read-catalog.ts";
import { retireCluster } from "../../lib/jobs/cluster-life.ts";
import { connectionSink } from "../../lib/jobs/count-connections.ts";
import { objectIngest } from "../../lib/jobs/ingest-objects.ts";
import { detectCluster } from "../../lib/jobs/judge-cluster.ts";
import { openStore, type Store } from "../../lib/store/open-store.ts";
import { acl, estate, role, table } from "../support/catalogs.ts";
import { connection } from "../support/connections.ts";
import { type Call, live, type Ports, rememberingTable, type World } from "../support/one-life.ts";
import { findingOf, READER, WRITER } from "../support/query-world.ts";
import { CLUSTER, connectRecord } from "../support/records.ts";
import { sqliteTables } from "../support/table.ts";

const T = Date.parse("2026-11-02T12:00:00Z");
const A = CLUSTER as Cluster;
const B = `${CLUSTER.slice(0, -4)}bbbb` as Cluster;
const AUDITOR = Principal.parse("arn:aws:iam::111122223333:role/auditor");
const roles = [role(10, "admin"), role(100, "app_readonly"), role(101, "app_rw")];
const relations = [table(1000, "orders", { acl: acl("10=arwdDxt/10", "100=rd/10", "101=arw/10") })];
const after = estate({ roles, relations });

/** What a cluster shows to whoever logs in; the login itself is what the auditor writes down. */
vi.mock("../../lib/dsql/read-catalog.ts", () => ({
  readCatalog: (async (target, _, { onAttempt } = {}) => {
    const note = await onAttempt?.();
    await note?.(true);
    return { ...after, cluster: target.cluster ?? after.cluster };
  }) satisfies typeof readCatalog,
}));

const sqlite = sqliteTables();
afterAll(() => sqlite.stop());

type Case = {
  readonly seed: (store: Store) => Promise<void>;
  readonly events: readonly [unknown, unknown];
  readonly call: Call;
  /** What it sends depends on what it knew by then. */
  readonly sendsByOrder?: true;
};

const shared = {
  ...{ now: () => T, random: () => 0, sleep: async () => {} },
  log: { info: () => {}, warn: () => {}, error: () => {} },
};
const context = {} as Context;
const bySqs = (...bodies: readonly unknown[]): SQSEvent =>
  ({ Records: bodies.map((body, n) => ({ messageId: `m${n}`, body: JSON.stringify(body) })) }) as never;
const isDone = async (answer: Promise<{ batchItemFailures: readonly unknown[] }>): Promise<boolean> =>
  (await answer).batchItemFailures.length === 0;

/** Two clusters with a history, connections, proven hours and something to find. */
const seedHistory = async (store: Store): Promise<void> => {
  for (const cluster of [A, B]) {
    await store.clusters.register(cluster);
    await store.snapshots.save(cluster, { ...estate({ roles }), cluster }, T - 3 * DAY);
    await store.snapshots.save(cluster, { ...after, cluster }, T - 2 * DAY);
    const seen = (id: string, at: number, principal = READER) => connection(id, at, { cluster, principal });
    await store.activity.count(
      [seen("e1", T - 3 * DAY), seen("e2", T - DAY), seen("e3", T - DAY, WRITER)],
      T,
    );
    const hours = Array.from({ length: 72 }, (_, n) => T - 3 * DAY + n * HOUR);
    await store.activity.markHours(cluster, hours, "digest");
  }
};
const seedFindings = async (store: Store): Promise<void> => {
  await seedHistory(store);
  for (const cluster of [A, B]) {
    await detectCluster(store, cluster, T - MINUTE);
    await store.findings.update(cluster, (all) => [
      ...all,
      findingOf("one", { cluster, detector: "shared-role", severity: "high" }),
      findingOf("two", { cluster, detector: "grant-option", severity: "high" }),
    ]);
    await store.notices.note(cluster, { firstAt: T - 10 * DAY, dailyAt: T - 2 * DAY, weeklyAt: T - 8 * DAY });
  }
};

const acts = (path: string, body: object): object => ({
  ...{ rawPath: path, body: JSON.stringify(body) },
  requestContext: {
    http: { method: "POST" },
    authorizer: { iam: { userArn: "arn:aws:sts::111122223333:assumed-role/OnCall/ana" } },
  },
});
const idOf = (cluster: Cluster): string => cluster.slice(cluster.lastIndexOf("/") + 1);

const act = async ({ store }: Ports, event: never): Promise<boolean> =>
  (await actHandler({ ...shared, store })(event, context)).statusCode === 200;
const until = new Date(T + 30 * DAY).toISOString();

const snapshotJob = (cluster: Cluster, more: object = {}) =>
  bySqs({ cluster, endpoint: "c.dsql.us-east-1.on.aws", user: "auditor", ...more });

const happened = (action: string, at: number, request: object) => ({
  source: "aws.dsql",
  "detail-type": "AWS API Call via CloudTrail",
  detail: connectRecord({
    ...{ id: `${action}-${at}`, at, action },
    extra: { eventSource: "dsql.amazonaws.com", requestParameters: request },
  }),
});

const detect = ({ store, send }: Ports, event: never): Promise<boolean> =>
  isDone(
    detectHandler({
      ...{ ...shared, store, notify: send("notify"), count: () => {}, functionName: "detect" },
      options: { dormantDays: 1, auditor: AUDITOR },
    })(event, context),
  );

const keyOf = (cluster: Cluster): string =>
  `AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/02/111122223333_CloudTrail_us-east-1_20261102T1155Z_${idOf(cluster)}.json.gz`;
/** A bucket with one file for each cluster. */
const s3 = {
  send: async ({ input: { Key } }: { input: { Key: string } }) => {
    const cluster = [A, B].find((one) => keyOf(one) === Key) ?? A;
    const records = [1, 2].map((n) => connectRecord({ id: `f${n}`, at: T - n * HOUR, cluster }));
    return { Body: Readable.from([gzipSync(JSON.stringify({ Records: records }))]) };
  },
} as unknown as S3Client;

const ingest = ({ store, send }: Ports, event: never): Promise<boolean> => {
  const files = objectIngest(s3, connectionSink(store, AUDITOR, "trail"), () => T);
  const sink = connectionSink(store, AUDITOR, "event");
  return isDone(
    ingestHandler({ ...shared, detect: send("detect"), ingestObjects: files, sink })(event, context),
  );
};

const cases: Readonly<Record<string, Case>> = {
  act: {
    seed: seedFindings,
    events: [
      acts("/findings/one/ack", { cluster: A, note: "mine" }),
      acts("/findings/two/exempt", { cluster: A, owner: "team", reason: "kept", until }),
    ],
    call: act,
  },
  "act on clusters": {
    seed: seedFindings,
    events: [
      acts(`/clusters/${idOf(A)}/retire`, { note: "moved" }),
      acts(`/clusters/${idOf(B)}/retire`, { note: "moved too" }),
    ],
    call: act,
  },
  "act again": {
    seed: async (store) => {
      await seedFindings(store);
      const who = { by: "ana", via: "api", at: T - 1 } as const;
      await retireCluster(store, A, who, "moved");
    },
    events: [acts(`/clusters/${idOf(A)}/restore`, {}), acts("/findings/two/unexempt", { cluster: B })],
    call: act,
  },
  detect: {
    seed: seedHistory,
    events: [bySqs({ cluster: A, reason: "a" }), bySqs({ cluster: B, reason: "b" })],
    call: detect,
  },
  "detect after a change": {
    seed: seedFindings,
    events: [
      bySqs({ cluster: A, reason: "a", unlessSince: T }),
      bySqs({ cluster: B, reason: "b", unlessSince: T }),
    ],
    call: detect,
  },
  "detect of what is gone": {
    seed: async (store) => {
      await seedFindings(store);
      for (const cluster of [A, B]) await store.clusters.note(cluster, { kind: "deleted", at: T - HOUR });
    },
    events: [bySqs({ cluster: A, reason: "a" }), bySqs({ cluster: B, reason: "b" })],
    call: detect,
  },
  ingest: {
    seed: seedFindings,
    events: [
      bySqs(connectRecord({ id: "i1", at: T - HOUR }), connectRecord({ id: "i2", at: T - 2 * HOUR })),
      bySqs(
        connectRecord({ id: "i2", at: T - 2 * HOUR }),
        connectRecord({ id: "i3", at: T - MINUTE, cluster: B }),
      ),
    ],
    call: ingest,
  },
  "ingest of trail files": {
    seed: seedFindings,
    events: [
      bySqs({ s3Bucket: "b", s3ObjectKey: [keyOf(A)] }),
      bySqs({ s3Bucket: "b", s3ObjectKey: [keyOf(B)] }),
    ],
    call: ingest,
  },
  notify: {
    seed: seedFindings,
    events: [bySqs({ cluster: A }), bySqs({ cluster: B })],
    call: ({ store, send }, event) => {
      const mail = send("mail");
      const publish = async ({ input }: { input: { Subject?: string } }) => {
        await mail([input.Subject]);
        return { MessageId: "m" };
      };
      const sns = { send: publish } as unknown as SNSClient;
      return isDone(
        notifyHandler({
          ...{ ...shared, store, sns, topicArn: "arn:aws:sns:us-east-1:111122223333:alerts" },
          ...{ count: () => {}, keepDays: 30, commandStore: [] },
        })(event, context),
      );
    },
  },
  plan: {
    seed: seedHistory,
    events: [undefined, happened("DeleteCluster", T - 2 * MINUTE, { identifier: idOf(B) })],
    sendsByOrder: true,
    call: async ({ store, send }, event) => {
      const found = { cluster: A, endpoint: "a.dsql.us-east-1.on.aws", user: "auditor" };
      const handler = planHandler({
        ...{ ...shared, store, snapshot: send("snapshot"), detect: send("detect") },
        discover: async () => ({ clusters: [found], failures: [], asked: true }),
        presence: async () => "gone",
      });
      await handler(event, context);
      return true;
    },
  },
  retain: {
    seed: seedHistory,
    events: [undefined, { source: "aws.events" }],
    call: async ({ store }, event) => {
      await retainHandler({ ...shared, store, keepDays: 1, days: defaultRetention })(event, context);
      return true;
    },
  },
  snapshot: {
    seed: async (store) => {
      await seedFindings(store);
      await store.snapshots.save(B, { ...estate({ roles }), cluster: B }, T - HOUR);
    },
    events: [snapshotJob(A), snapshotJob(B, { unlessSince: T })],
    call: ({ store, send }, event) =>
      isDone(snapshotHandler({ ...shared, store, auditor: AUDITOR, detect: send("detect") })(event, context)),
  },
};

/** So many effects of each function are its last; the long suite takes all. */
const DEATHS = Number(process.env.DEATHS ?? 6);

/** Some of all its effects, and the last one of each event: what comes after everything is stored is lost most easily. */
const deathsIn = ({ effects, ends }: World): readonly number[] => {
  const step = Math.max(1, effects / DEATHS);
  const some = Array.from({ length: Math.min(effects, DEATHS) }, (_, n) => Math.floor(n * step));
  return [...new Set([...some, ...ends.map((end) => end - 1)])].filter((at) => at >= 0 && at < effects);
};

describe.each(Object.entries(cases))("the function of %s", (_, one) => {
  it("does the same twice, in either order, and after it died at a write or a message", async () => {
    const [first, second] = one.events;
    const { table: db, all } = rememberingTable(await sqlite.fresh());
    await one.seed(openStore(db, { now: () => T }));
    const seeded = await all();
    const run = (events: readonly unknown[], death = {}) =>
      live(one.call, { seeded, fresh: sqlite.fresh, clusters: [A, B], now: T }, events, death);
    const whole = await run([first, second]);
    const twice = await run([first, first, second, second]);
    expect(twice.stored).toEqual(whole.stored);
    expect(twice.sent).toEqual(whole.sent);
    const turned = await run([second, first]);
    expect(turned.stored).toEqual(whole.stored);
    if (!one.sendsByOrder) expect(turned.sent).toEqual(whole.sent);
    for (const at of deathsIn(whole)) {
      for (const happens of [false, true]) {
        const again = await run([first, second], { at, happens });
        expect(again.stored, `effect ${at}, ${happens ? "after" : "before"} it`).toEqual(whole.stored);
        expect(again.sent, `effect ${at}, ${happens ? "after" : "before"} it`).toEqual(whole.sent);
      }
    }
  }, 120_000);
});
