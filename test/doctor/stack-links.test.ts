// What doctor says of the stack: its bucket, schedule, queues, mails and API.
import { describe, expect, it } from "vitest";
import { HOUR } from "../../lib/core/base/time.ts";
import { LATE_MS } from "../../lib/core/coverage/asleep.ts";
import { bucketLink } from "../../lib/doctor/account-links.ts";
import { awsPorts, type DoctorClients } from "../../lib/doctor/aws-ports.ts";
import {
  apiLink,
  deadLettersLink,
  listenersLink,
  queuesLink,
  scheduleLink,
} from "../../lib/doctor/stack-links.ts";

const NOW = Date.parse("2026-11-02T09:20:00Z");

const refused = { why: "AWS refused the question (AccessDenied)", permission: "x:Y" };

const gone = { why: "AWS knows no such thing", missing: true as const };

describe("the deployment", () => {
  it("has a bucket that tells EventBridge, or what to merge into its settings", () => {
    expect(bucketLink("b", { value: true }).state).toBe("ok");
    expect(bucketLink("b", { value: false }).next).toContain(
      "get-bucket-notification-configuration --bucket b",
    );
    expect(bucketLink("", undefined).state).toBe("broken");
  });
  it("has run within two hours and a quarter, by its own schedule", () => {
    const at = (age: number) => scheduleLink({ at: NOW - age, deployment: null }, NOW).state;
    expect([at(HOUR), at(LATE_MS), at(LATE_MS + 1)]).toEqual(["ok", "ok", "broken"]);
    expect(scheduleLink(undefined, NOW).state).toBe("unknown");
  });
  it("may have work waiting, but nothing that was given up", () => {
    const empty = { value: { waiting: 0, held: 0 } };
    const two = { value: { waiting: 1, held: 1 } };
    expect(queuesLink({ detect: two, notify: empty })).toMatchObject({
      state: "ok",
      says: "at work: detect 2",
    });
    expect(deadLettersLink({ notify: { url: "u", answer: empty } }, "").state).toBe("ok");
    expect(
      deadLettersLink(
        { ingestEvents: { url: "https://sqs.us-east-1.amazonaws.com/1/dead", answer: two } },
        "--table t",
      ),
    ).toMatchObject({
      state: "broken",
      says: "ingestEvents gave up on 2 messages",
      next: "npx dsql-audit ingest --queue https://sqs.us-east-1.amazonaws.com/1/dead --table t",
    });
  });
  it("is unknown where AWS does not say how many messages a queue holds", async () => {
    const sqs = { send: async () => ({ Attributes: { ApproximateNumberOfMessages: "0" } }) };
    const { queue } = awsPorts({ sqs } as unknown as DoctorClients);
    expect(queuesLink({ detect: await queue("u") }).state).toBe("unknown");
  });
  it("hides no queue that is gone or full behind one that could not be asked about", () => {
    const two = { value: { waiting: 1, held: 1 } };
    expect(queuesLink({ detect: refused, notify: gone }).says).toBe("the queue of notify is gone");
    const dead = (answer: typeof two | typeof gone) =>
      deadLettersLink({ detect: { url: "u", answer: refused }, notify: { url: "v", answer } }, "").says;
    expect(dead(two)).toBe("notify gave up on 2 messages");
    expect(dead(gone)).toBe("the dead-letter queue of notify is gone");
  });
  it("has a listener who said yes", () => {
    const of = (confirmed: number, pending: number) => listenersLink("t", { value: { confirmed, pending } });
    expect(of(1, 1).state).toBe("ok");
    expect(of(0, 1)).toMatchObject({ state: "broken", says: "1 not confirmed yet: nobody gets mail" });
    expect(of(0, 0).next).toMatch(/^aws sns subscribe --topic-arn t /);
  });
  it("answers, refuses the caller or fails", () => {
    const states = [200, 403, 429, 500].map((value) => apiLink("https://api", { value }).state);
    expect(states).toEqual(["ok", "unknown", "unknown", "broken"]);
    // No function of the deployment gives these.
    for (const value of [302, 404])
      expect(apiLink("https://api", { value })).toMatchObject({
        state: "broken",
        next: "Compare this URL with the stack's outputs.",
      });
    expect(apiLink("", undefined).state).toBe("unknown");
  });
});
