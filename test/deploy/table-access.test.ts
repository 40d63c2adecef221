// What each function asks of the table, seen at the SDK's client, against what its role allows: no more, and no less.

import type { SNSClient } from "@aws-sdk/client-sns";
import type { Context } from "aws-lambda";
import { afterAll, beforeAll, expect, it } from "vitest";
import { roles } from "../../deploy/roles.ts";
import { actHandler } from "../../handlers/act.ts";
import { detectHandler } from "../../handlers/detect.ts";
import { planHandler } from "../../handlers/plan.ts";
import { retainHandler } from "../../handlers/retain.ts";
import { Principal } from "../../lib/core/base/ids.ts";
import { DAY, HOUR } from "../../lib/core/base/time.ts";
import type { ManagementEvent } from "../../lib/core/coverage/management-event.ts";
import { defaultRetention } from "../../lib/core/findings/retention-days.ts";
import type { CapturePorts } from "../../lib/jobs/check-capture.ts";
import { connectionSink } from "../../lib/jobs/count-connections.ts";
import { sendNotices } from "../../lib/jobs/send-notices.ts";
import { registerCluster } from "../../lib/store/history/clusters.ts";
import { CHUNK_GRACE } from "../../lib/store/history/retention.ts";
import { createSnapshotStore } from "../../lib/store/history/snapshots.ts";
import { openWholeStore } from "../../lib/store/open-archive.ts";
import { openStore } from "../../lib/store/open-store.ts";
import * as keys from "../../lib/store/table/keys.ts";
import { asker } from "../support/ask.ts";
import { acl, cluster, estate, table } from "../support/catalogs.ts";
import { connection } from "../support/connections.ts";
import { findingOf } from "../support/query-world.ts";
import { testTables } from "../support/table.ts";
import { policiesOf } from "./stack.ts";

const T = Date.UTC(2026, 2, 1);
const NOW = T + 5 * DAY;
const auditor = Principal.parse("arn:aws:iam::111122223333:role/auditor");
const quiet = {
  now: () => T,
  random: () => 0,
  sleep: async () => {},
  log: { info: () => {}, warn: () => {}, error: () => {} },
};
/** Answers of AWS that leave something to write: a trail that does not log, an event, a call that nobody saw. */
const capture: CapturePorts = {
  trails: async () => [{ arn: "trail", unreadable: "AccessDenied" }],
  calls: async () => new Map([[NOW - 10 * HOUR, 3]]),
  events: async () => [
    {
      ...{ eventId: "s", at: NOW - HOUR, kind: "stopped", name: "StopLogging" },
      ...{ scope: "111122223333/us-east-1", principal: auditor, target: "trail" },
    } as ManagementEvent,
  ],
};
const used = new Map<string, Set<string>>();
let tables: Awaited<ReturnType<typeof testTables>>;

beforeAll(async () => {
  tables = await testTables();
  let running = "";
  tables.database.client.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        const action = `dynamodb:${String(commandName).replace(/Command$/, "")}`;
        used.get(running)?.add(action);
        if (running) refuseOthers(running, action, partitionKeys(args.input));
        return next(args);
      },
    { step: "initialize" },
  );
  const db = await tables.fresh();
  const store = openStore(db, { now: () => NOW });
  const as = async (fn: string, work: () => Promise<unknown>): Promise<void> => {
    running = fn;
    if (!used.has(fn)) used.set(fn, new Set());
    await work();
    running = "";
  };
  const logins = (prefix: string, principal?: Principal) =>
    Array.from({ length: 3 }, (_, n) =>
      connection(`${prefix}${n}`, T + n * DAY + HOUR, { cluster, ...(principal && { principal }) }),
    );

  // A reader that may write, so that there is something to tell.
  const orders = table(1000, "orders", { acl: acl("10=arwdDxt/10", "100=rd/10") });
  const snapshots = createSnapshotStore(db, { now: () => NOW });
  await as("plan", async () => {
    const detail = {
      ...{ eventSource: "cloudtrail.amazonaws.com", eventName: "UpdateTrail", eventID: "u" },
      ...{ eventTime: "2026-03-01T00:00:00Z", awsRegion: "eu-west-1", recipientAccountId: "111122223333" },
    };
    const plan = planHandler({
      ...quiet,
      store,
      discover: async () => ({ clusters: [], failures: [] }),
      snapshot: async () => {},
      detect: async () => {},
    });
    await plan({ "detail-type": "AWS API Call via CloudTrail", detail }, {} as Context);
  });
  await db.put({ pk: "CLUSTERS", sk: cluster, v: 1 }); // of an earlier release: it is rewritten
  await as("snapshot", async () => {
    await registerCluster(db, cluster);
    await snapshots.save(cluster, estate(), T, { login: { at: T, principal: auditor } });
    await snapshots.save(cluster, estate({ relations: [orders] }), T + HOUR);
    await snapshots.save(cluster, estate({ relations: [orders] }), T + 2 * DAY);
    await snapshots.save(cluster, estate({ relations: [orders] }), NOW - HOUR);
  });
  for (const [fn, way] of [
    ["ingestEvents", "event"],
    ["ingestFiles", "trail"],
  ] as const) {
    await as(fn, async () => {
      const sink = connectionSink(store, auditor, way);
      await sink.count([...logins("a"), ...logins("own", auditor)], NOW);
      if (way === "trail") await sink.markHours(cluster, [T, T + HOUR], "digest");
    });
  }
  await as("detect", async () => {
    const detect = detectHandler({
      ...{
        ...quiet,
        now: () => NOW,
        store,
        options: { auditor, capture },
        notify: async () => {},
        count: () => {},
      },
      functionName: "detect",
      // Which channels are on is noted beside what was told.
      channels: ["event-bus", "chat"],
    });
    const Records = [{ messageId: "m", body: JSON.stringify({ cluster, reason: "test" }) }];
    expect(await detect({ Records } as never, {} as Context)).toEqual({ batchItemFailures: [] });
  });
  const sns = { send: async () => ({ MessageId: "m" }) } as unknown as SNSClient;
  await as("notify", async () => {
    expect(await sendNotices({ store, sns, topicArn: "topic" }, cluster, NOW)).toBeGreaterThan(0);
    // The weekly summary, and a notice that says what a principal can reach.
    const stranger = findingOf("stranger", { severity: "high", life: "episode", category: "anomalous" });
    running = "";
    await store.findings.update(cluster, (all) => [...all, stranger]);
    running = "notify";
    expect(await sendNotices({ store, sns, topicArn: "topic" }, cluster, NOW + 8 * DAY)).toBe(2);
  });
  await as("act", async () => {
    const act = actHandler({ ...quiet, now: () => NOW, store });
    const post = (kind: string, body: object) =>
      act(
        {
          rawPath: `/findings/stranger/${kind}`,
          body: JSON.stringify(body),
          requestContext: { http: { method: "POST" }, authorizer: { iam: { userArn: "arn:x" } } },
        },
        {} as Context,
      );
    const until = new Date(NOW + DAY).toISOString();
    expect(await post("exempt", { owner: "o", reason: "r", until })).toMatchObject({ statusCode: 200 });
    expect(await post("unexempt", {})).toMatchObject({ statusCode: 200 });
    expect(await post("ack", {})).toMatchObject({ statusCode: 200 });
  });
  await as("retain", async () => {
    for (const bare of [false, true]) {
      // A batch read may come too early for what was written a moment ago, which is then asked for one by one.
      const seen = bare ? { ...db, getMany: async () => [] } : db;
      const now = () => NOW + 2 * CHUNK_GRACE;
      const retain = retainHandler({
        ...quiet,
        now,
        store: openWholeStore(seen, { now }),
        keepDays: 1,
        days: defaultRetention,
      });
      expect(await retain({}, {} as Context)).toEqual({ clusters: 1 });
    }
    expect(await db.get(keys.manifest(cluster, 2))).toBeUndefined();
  });
  const { ask } = asker(db, () => NOW);
  await as("query", async () => {
    for (const path of ["/clusters", "/findings", "/snapshots", "/activity/principals", "/coverage"]) {
      expect((await ask(path, path === "/clusters" ? {} : { cluster })).status, path).toBe(200);
    }
    expect((await ask("/snapshots/as-of", { cluster, at: new Date(NOW).toISOString() })).status).toBe(200);
  });
}, 60_000);
afterAll(() => tables.stop());

type Allowed = { Action: string[]; Condition?: { "ForAllValues:StringLike": Record<string, string[]> } };

const statementsOf = (fn: string): Allowed[] =>
  Object.entries(roles)
    .filter(([id]) => id.toLowerCase() === `${fn}role`.toLowerCase())
    .flatMap(([, { Properties }]) => policiesOf<Allowed>(Properties))
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement);

const allowed = (fn: string): string[] =>
  statementsOf(fn)
    .flatMap(({ Action }) => Action)
    .filter((action) => action.startsWith("dynamodb:"));

/** Every partition key that a call names, whether it is marshalled yet or not. */
const partitionKeys = (input: unknown): string[] => {
  if (typeof input !== "object" || input === null) return [];
  if (Array.isArray(input)) return input.flatMap(partitionKeys);
  const { pk, ...rest } = input as { pk?: string | { S?: string } };
  const own = typeof pk === "string" ? pk : pk?.S;
  return [...(own === undefined ? [] : [own]), ...partitionKeys(Object.values(rest))];
};

/** As IAM does by dynamodb:LeadingKeys, which the embedded database does not know. */
const refuseOthers = (fn: string, action: string, pks: readonly string[]): void => {
  const lawful = statementsOf(fn)
    .filter(({ Action }) => Action.includes(action))
    .some(({ Condition }) => {
      const patterns = Condition?.["ForAllValues:StringLike"]["dynamodb:LeadingKeys"];
      return pks.every(
        (pk) => patterns?.some((p) => (p.endsWith("*") ? pk.startsWith(p.slice(0, -1)) : p === pk)) ?? true,
      );
    });
  if (!lawful) throw new Error(`the role of ${fn} does not allow ${action} of ${pks.join(", ")}`);
};

it.each(["plan", "snapshot", "ingestEvents", "ingestFiles", "detect", "notify", "retain", "query"])(
  "%s may do to the table what it does, and nothing else",
  (fn) => {
    expect([...(used.get(fn) ?? [])].sort()).toEqual(allowed(fn).sort());
  },
);

it("holds the functions to the kinds of items that their roles name", () => {
  expect(() => refuseOthers("notify", "dynamodb:PutItem", [`FINDING#${cluster}`])).not.toThrow();
  expect(() => refuseOthers("notify", "dynamodb:PutItem", [`SLOT#${cluster}`])).toThrow(/does not allow/);
  expect(() => refuseOthers("snapshot", "dynamodb:PutItem", ["CLUSTERS", "CLUSTERSX"])).toThrow();
  expect(() => refuseOthers("detect", "dynamodb:DeleteItem", [`FINDING#${cluster}`])).toThrow();
});
