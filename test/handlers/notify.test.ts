// The notify function while SNS fails: what is due stays due, goes out later, and nothing goes out twice.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SNSClient } from "@aws-sdk/client-sns";
import type { Context, SQSEvent } from "aws-lambda";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { notifyHandler } from "../../handlers/notify.ts";
import { HOUR } from "../../lib/core/base/time.ts";
import type { Finding } from "../../lib/core/findings/finding.ts";
import type { FeedName } from "../../lib/core/incidents/feed.ts";
import { AuditError } from "../../lib/errors.ts";
import { settleChannels } from "../../lib/jobs/feed-channels.ts";
import { type Fields, type Log, type MetricName, metricLine } from "../../lib/log.ts";
import type { Channel } from "../../lib/notices/channels/channel.ts";
import { openStore } from "../../lib/store/open-store.ts";
import { type LocalSns, type SnsFault, startSns } from "../../local/aws/sns.ts";
import { cluster } from "../support/catalogs.ts";
import { findingOf } from "../support/query-world.ts";
import { testTables } from "../support/table.ts";

const topicArn = "arn:aws:sns:us-east-1:111122223333:access-findings";
const T = Date.UTC(2026, 8, 12, 15, 6);
const outbox = mkdtempSync(join(tmpdir(), "notify-"));
let tables: Awaited<ReturnType<typeof testTables>>;
let local: LocalSns;
let sns: SNSClient;
beforeAll(async () => {
  tables = await testTables();
  local = await startSns({ outbox, now: () => T, topics: [topicArn] });
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  sns = new SNSClient({
    ...{ endpoint: local.endpoint, region: "us-east-1", credentials, maxAttempts: 1 },
    requestHandler: { requestTimeout: 400, throwOnRequestTimeout: true },
  });
});
afterAll(async () => {
  sns.destroy();
  await local.stop();
  await tables.stop();
  rmSync(outbox, { recursive: true, force: true });
});

/** A cluster that people were written to before, with these findings; `tell` is one message to the function. */
const worldOf = (...findings: readonly Finding[]) => worldWith([], ...findings);
/** Likewise, with channels beside mail. */
const worldWith = async (channels: readonly Channel[], ...findings: readonly Finding[]) => {
  const store = openStore(await tables.fresh(), { now: () => T });
  await store.notices.note(cluster, { firstAt: T - 9000 * HOUR, dailyAt: T, weeklyAt: T });
  const on = channels.map(({ name }) => name);
  await settleChannels(store, cluster, on, T - HOUR);
  await store.findings.update(cluster, () => [...findings]);
  const logged: [string, Fields][] = [];
  const note = (message: string, fields: Fields = {}): void => void logged.push([message, fields]);
  const log: Log = { info: note, warn: note, error: note };
  const counted: MetricName[] = [];
  let now = T;
  const handler = notifyHandler({
    ...{ store, sns, log, keepDays: 30, commandStore: ["--table", "audit"], random: () => 0 },
    ...{ now: () => now, sleep: async () => {}, count: (name) => void counted.push(name) },
    ...{ topicArn, channels },
  });
  const tell = async () => {
    const before = local.published.length;
    now += HOUR / 6;
    const Records = [{ messageId: "m-1", body: JSON.stringify({ cluster }), eventSource: "aws:sqs" }];
    const answer = await handler({ Records } as unknown as SQSEvent, {} as Context);
    return { failed: answer.batchItemFailures.length, sent: local.published.slice(before) };
  };
  return { store, tell, counted, logged };
};
const high = (id: string, more: Partial<Finding> = {}) => findingOf(id, { severity: "high", ...more });

describe("while SNS fails", () => {
  it.each<[SnsFault, string]>([
    ["denied", "denied"],
    ["throttled", "throttled"],
    ["internal", "connect"],
    ["too-late", "connect"],
    ["expired-credentials", "denied"],
    ["topic-gone", "not-found"],
  ])("%s: what is due stays due, and goes out once, later", async (fault, code) => {
    const { tell, logged, store } = await worldOf(high("a-1"), high("b-1"));
    local.failNext(fault);
    expect(await tell()).toEqual({ failed: 1, sent: [] });
    expect(logged.at(-1)).toMatchObject(["message failed", { code, cluster }]);
    expect((await store.findings.list(cluster)).map(({ noticedAt }) => noticedAt)).toEqual([
      undefined,
      undefined,
    ]);
    // The queue brings the message again, and a later evaluation sends one more.
    const { failed, sent } = await tell();
    expect([failed, sent.length]).toEqual([0, 2]);
    expect(new Set(sent.map(({ subject }) => subject)).size).toBe(2);
    expect(await tell()).toEqual({ failed: 0, sent: [] });
    expect((await store.sentNotices.list(cluster)).length).toBe(2);
  });

  it("in the middle: what went out does not go out again", async () => {
    const { tell } = await worldOf(high("a-1"), high("b-1"), high("c-1"));
    const real = local.published.length;
    // The first is taken, then the topic is throttled.
    const first = tell();
    await expect.poll(() => local.published.length, { interval: 1 }).toBeGreaterThan(real);
    local.failNext("throttled");
    const { sent } = await first;
    const rest = (await tell()).sent;
    expect([...sent, ...rest].map(({ subject }) => subject?.split(" ").at(-1)).sort()).toHaveLength(3);
    expect(new Set([...sent, ...rest].map(({ subject }) => subject)).size).toBe(3);
    expect((await tell()).sent).toEqual([]);
  });

  it("for one text alone: the others go out all the same", async () => {
    const { tell } = await worldOf(high("a-1"), high("b-1"), high("c-1"));
    local.failNext("not-acceptable");
    const { failed, sent } = await tell();
    expect([failed, sent.length]).toEqual([1, 2]);
    expect((await tell()).sent).toHaveLength(1);
  });
});

describe("while one channel fails", () => {
  const channelOf = (name: FeedName) => {
    const state = { down: false, told: [] as string[] };
    const channel: Channel = {
      name,
      send: async (events) => {
        if (state.down) return { taken: [], failure: new AuditError("connect", `${name} is down`) };
        state.told.push(...events.map(({ kind, finding }) => `${kind} ${finding.id}`));
        return { taken: events };
      },
    };
    return { state, channel };
  };

  it("mails and the others are on time, and the message comes again for the one", async () => {
    const [bus, hub] = [channelOf("event-bus"), channelOf("security-hub")];
    const { tell, logged } = await worldWith([bus.channel, hub.channel], high("a-1"));
    bus.state.down = true;
    const first = await tell();
    expect([first.failed, first.sent.length, hub.state.told]).toEqual([1, 1, ["opened a-1"]]);
    expect(logged.at(-1)).toMatchObject(["message failed", { reason: "event-bus is down" }]);
    bus.state.down = false;
    expect(await tell()).toEqual({ failed: 0, sent: [] });
    expect([bus.state.told, hub.state.told]).toEqual([["opened a-1"], ["opened a-1"]]);
    await tell();
    expect([bus.state.told, hub.state.told]).toEqual([["opened a-1"], ["opened a-1"]]);
  });

  it("a topic that is gone holds up no channel", async () => {
    const bus = channelOf("event-bus");
    const { tell } = await worldWith([bus.channel], high("a-1"), findingOf("quiet", { severity: "low" }));
    local.failNext("topic-gone");
    expect((await tell()).failed).toBe(1);
    expect(bus.state.told).toEqual(["opened a-1", "opened quiet"]);
    expect((await tell()).sent).toHaveLength(1);
  });
});

describe("a topic that is gone", () => {
  it("is counted for an alarm each time that something is due, and for nothing else", async () => {
    const { tell, counted } = await worldOf(high("a-1"));
    local.failNext("topic-gone", 2);
    await tell();
    await tell();
    expect(counted).toEqual(["TopicMissing", "TopicMissing"]);
    local.failNext("denied");
    await tell();
    await tell();
    await tell();
    expect(counted).toHaveLength(2);
  });

  it("is a line that CloudWatch takes for a metric", () => {
    expect(JSON.parse(metricLine("TopicMissing", "stack-notify", T))).toEqual({
      _aws: {
        Timestamp: T,
        CloudWatchMetrics: [
          {
            Namespace: "DsqlAccessAuditor",
            Dimensions: [["FunctionName"]],
            Metrics: [{ Name: "TopicMissing", Unit: "Count" }],
          },
        ],
      },
      FunctionName: "stack-notify",
      TopicMissing: 1,
    });
  });
});
