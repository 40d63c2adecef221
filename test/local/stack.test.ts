// The local stack is what the deployment is: every function, queue, rule and schedule of deploy/topology.ts.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventPlans, MAX_RECEIVES, queuePlans, visibilityOf } from "../../deploy/topology.ts";
import { capturePorts, runtime } from "../../handlers/wiring.ts";
import { HOUR, MINUTE } from "../../lib/core/base/time.ts";
import { simulatedClock } from "../../local/clock.ts";
import { type Stack, TRAIL_BUCKET } from "../../local/stack.ts";
import { AWAY, startAwayStack } from "../support/away-stack.ts";

const NOW = Date.parse("2026-11-02T09:20:00Z");
const cluster = AWAY;
const folder = mkdtempSync(join(tmpdir(), "stack-"));
let stack: Stack;

beforeAll(async () => {
  stack = await startAwayStack({ folder, clock: simulatedClock(NOW) });
});
afterAll(async () => {
  await stack?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const event = (service: string, type: string, detail: object) => ({
  version: "0" as const,
  id: "e",
  "detail-type": type,
  source: `aws.${service}`,
  account: "111122223333",
  time: "2026-11-02T09:20:00Z",
  region: "us-east-1",
  resources: [],
  detail,
});
const called = (service: string, eventName: string) =>
  event(service, "AWS API Call via CloudTrail", { eventSource: `${service}.amazonaws.com`, eventName });

describe("the local stack", () => {
  it("has each queue of the deployment, and a dead-letter queue for all that can be given up", () => {
    for (const plan of queuePlans) {
      const { redrive } = stack.bus.queue(plan.name);
      expect(redrive).toEqual({ deadLetterQueue: `${plan.name}-dead`, maxReceiveCount: MAX_RECEIVES });
      expect(visibilityOf(plan)).toBeGreaterThanOrEqual(6 * plan.timeout);
    }
    for (const { name, called } of eventPlans) {
      expect(stack.bus.queue(`${name}-dead`).redrive).toBeUndefined();
      // Lambda's own way with asynchronous calls, which the bus imitates: two more tries.
      expect(called.retries).toBe(2);
    }
  });

  it("runs every schedule, and knows no other", async () => {
    for (const { name, called } of eventPlans) {
      for (const { name: schedule } of called.schedules) await stack.run(name, schedule);
    }
    await expect(stack.run("plan", "never")).rejects.toThrow(/no schedule never calls the function plan/);
  });

  it("judges a cluster by the hour even while every snapshot of it fails", async () => {
    const before = stack.bus.queue("snapshot-dead").counters().sent;
    await stack.run("plan", "hourly");
    expect(stack.bus.queue("snapshot-dead").counters().sent).toBe(before + 1);
    expect((await stack.store.findings.lastLook(cluster))?.snapshotAt).toBeNull();
    expect((await stack.store.findings.lastLook(cluster))?.at).toBeGreaterThan(NOW);
  });

  it("asks about capture as on AWS: trails, management events and CloudWatch's counts", async () => {
    stack.trail.called("gone", "DbConnect", NOW - 5 * HOUR);
    stack.trail.happened({
      ...{ eventVersion: "1.11", eventSource: "cloudtrail.amazonaws.com", eventName: "StopLogging" },
      ...{ eventID: "s1", eventTime: "2026-11-02T08:00:00Z", awsRegion: "us-east-1" },
      ...{ recipientAccountId: "111122223333", requestParameters: { name: "local" } },
    } as never);
    const topic = "arn:aws:sns:us-east-1:111122223333:dsql-access-auditor";
    const ports = capturePorts({ ...runtime(() => NOW), sleep: async () => {} }, topic);
    expect(await ports.listeners?.()).toEqual({ confirmed: 1, pending: 0 });
    expect(await ports.trails()).toMatchObject([{ logging: true, bucket: TRAIL_BUCKET }]);
    expect([...(await ports.calls(cluster, { from: NOW - 9 * HOUR, to: NOW }))]).toEqual([
      [NOW - 20 * MINUTE - 5 * HOUR, 1],
    ]);
    expect(await ports.events({ from: NOW - 2 * HOUR, to: NOW }, cluster)).toMatchObject([{ eventId: "s1" }]);
  });

  it.each([
    ["dsql", "PutClusterPolicy"],
    ["iam", "DeleteRole"],
    ["cloudtrail", "StopLogging"],
  ])("looks soon after a change that %s tells of: %s", async (service, eventName) => {
    const sent = () => stack.bus.queue("snapshot").counters().sent;
    const before = sent();
    stack.bus.putEvents([called(service, eventName)]);
    await stack.bus.drain();
    expect(sent()).toBeGreaterThan(before);
  });

  it("passes connects and trail files to their own functions, and other objects to nobody", async () => {
    const counts = () =>
      (["ingestEvents", "ingestFiles"] as const).map((q) => stack.bus.queue(q).counters().sent);
    const before = counts();
    stack.bus.putEvents([called("dsql", "DbConnect")]);
    const put = (key: string) => stack.s3.put({ bucket: TRAIL_BUCKET, key, body: Buffer.from("{}") });
    put("AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/02/a_CloudTrail_b.json");
    put("other/thing.json");
    expect(counts().map((n, i) => n - (before[i] ?? 0))).toEqual([1, 1]);
    await stack.bus.drain();
  });

  it("answers over HTTP", async () => {
    expect(await stack.query("/clusters")).toMatchObject({ status: 200 });
  });
});
