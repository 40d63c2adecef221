import type { Context, SQSEvent } from "aws-lambda";
import { describe, expect, it } from "vitest";
import { advance, START, world } from "../../support/bus-world.ts";

describe("queues and their pollers", () => {
  it("hands over records as Lambda does", async () => {
    let seen: Context | undefined;
    const { bus, events } = world((_event, context) => {
      seen = context;
    });
    const id = bus.sendMessage("work", "hello");
    await bus.drain();
    expect(events).toEqual([
      {
        Records: [
          {
            messageId: id,
            receiptHandle: expect.stringMatching(/^AQEB/),
            body: "hello",
            attributes: {
              ApproximateReceiveCount: "1",
              SentTimestamp: String(START),
              SenderId: expect.any(String),
              ApproximateFirstReceiveTimestamp: String(START),
            },
            messageAttributes: {},
            md5OfBody: "5d41402abc4b2a76b9719d911017c592",
            eventSource: "aws:sqs",
            eventSourceARN: "arn:aws:sqs:us-east-1:111122223333:work",
            awsRegion: "us-east-1",
          },
        ],
      },
    ]);
    expect(seen).toMatchObject({
      functionName: "worker",
      invokedFunctionArn: "arn:aws:lambda:us-east-1:111122223333:function:worker",
    });
    expect(seen?.getRemainingTimeInMillis()).toBe(60_000);
    expect(bus.queue("work").counters()).toMatchObject({ sent: 1, received: 1, deleted: 1, waiting: 0 });
  });

  it("brings back only what failed, after its visibility timeout, and then buries it", async () => {
    const { bus, batches, events } = world(({ Records }) => ({
      batchItemFailures: Records.filter(({ body }) => body === "bad").map((r) => ({
        itemIdentifier: r.messageId,
      })),
    }));
    const bad = bus.sendMessage("work", "bad");
    bus.sendMessage("work", "good");
    await bus.drain();
    expect(batches()).toEqual([["bad", "good"], ["bad"], ["bad"]]);
    expect(events.map(({ Records }) => Records[0]?.attributes.ApproximateReceiveCount)).toEqual([
      "1",
      "2",
      "3",
    ]);
    expect(bus.queue("work").counters()).toEqual({
      sent: 2,
      duplicated: 0,
      received: 4,
      returned: 3,
      deleted: 1,
      deadLettered: 1,
      waiting: 0,
    });
    expect(bus.queue("dead").bodies()).toEqual(["bad"]);
    expect(bus.queue("dead").receive({ max: 10 })).toMatchObject([
      {
        messageId: bad,
        deadLetterSource: "arn:aws:sqs:us-east-1:111122223333:work",
        sentAt: START,
        receiveCount: 1,
      },
    ]);
  });

  it("brings a whole batch back when the function throws", async () => {
    let calls = 0;
    const { bus, batches } = world(() => {
      calls += 1;
      if (calls === 1) throw new Error("once");
    });
    bus.sendMessage("work", "a");
    bus.sendMessage("work", "b");
    await bus.drain();
    expect(batches()).toEqual([
      ["a", "b"],
      ["a", "b"],
    ]);
    expect(bus.failures).toMatchObject([{ function: "worker", kind: "batch", at: START }]);
    expect(bus.queue("dead").bodies()).toEqual([]);
  });

  it.each<[string, unknown, boolean]>([
    ["nothing", undefined, true],
    ["null", null, true],
    ["an empty object", {}, true],
    ["an empty list", { batchItemFailures: [] }, true],
    ["a null list", { batchItemFailures: null }, true],
    ["an empty id", { batchItemFailures: [{ itemIdentifier: "" }] }, false],
    ["a null id", { batchItemFailures: [{ itemIdentifier: null }] }, false],
    ["a wrong key", { batchItemFailures: [{ id: "x" }] }, false],
    ["an unknown id", { batchItemFailures: [{ itemIdentifier: "x" }] }, false],
    ["no list", { batchItemFailures: "x" }, false],
    ["a text", "done", false],
  ])("takes the answer %s as documented", async (_what, answer, success) => {
    const { bus, events } = world(() => answer, { maxReceiveCount: 1 });
    bus.sendMessage("work", "a");
    await bus.drain();
    expect(events).toHaveLength(1);
    expect(bus.queue("dead").bodies()).toEqual(success ? [] : ["a"]);
    expect(bus.failures).toMatchObject(success ? [] : [{ function: "worker", kind: "messages", at: START }]);
  });

  it("does not look at the answer where failures are not asked for", async () => {
    const failing = ({ Records }: SQSEvent) => ({
      batchItemFailures: Records.map(({ messageId }) => ({ itemIdentifier: messageId })),
    });
    const { bus, events } = world(failing, { report: false });
    bus.sendMessage("work", "a");
    await bus.drain();
    expect(events).toHaveLength(1);
    expect(bus.queue("dead").bodies()).toEqual([]);
  });

  it("keeps to the batch size", async () => {
    const { bus, batches } = world(() => undefined, { batchSize: 2 });
    for (const body of "abcde") bus.sendMessage("work", body);
    await bus.drain();
    expect(batches().map((batch) => batch.length)).toEqual([2, 2, 1]);
  });

  it("keeps a call below 6 MB", async () => {
    const sizes: number[] = [];
    const measure = (event: SQSEvent): void => {
      sizes.push(Buffer.byteLength(JSON.stringify(event)));
    };
    const { bus } = world(measure, { batchSize: 100, windowMs: 1_000 });
    for (let n = 0; n < 13; n += 1) bus.sendMessage("work", "x".repeat(1_000_000));
    await bus.drain();
    expect(sizes).toHaveLength(3);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(6 * 1024 * 1024);
    expect(bus.queue("work").counters()).toMatchObject({ deleted: 13, returned: 0 });
  });

  it("calls before the window is over, once 6 MB wait", async () => {
    const clock = { now: START };
    const at: number[] = [];
    const { bus } = world(() => void at.push(clock.now - START), {
      batchSize: 100,
      windowMs: 60_000,
      bus: { now: () => clock.now, advance: (ms) => advance(clock, Math.min(ms, 1_000)) },
    });
    for (let n = 0; n < 8; n += 1) bus.sendMessage("work", "x".repeat(1_000_000), { delayMs: n * 1_000 });
    await bus.drain();
    expect(at).toHaveLength(2);
    expect(at[0]).toBe(6_000);
  });

  it("gathers for the window's length", async () => {
    const clock = { now: START };
    const { bus, batches } = world(() => undefined, {
      batchSize: 100,
      windowMs: 20_000,
      bus: { now: () => clock.now, advance: (ms) => advance(clock, ms) },
    });
    bus.sendMessage("work", "a");
    bus.sendMessage("work", "b", { delayMs: 15_000 });
    bus.sendMessage("work", "c", { delayMs: 60_000 });
    await bus.drain();
    expect(batches()).toEqual([["a", "b"], ["c"]]);
    expect(clock.now).toBe(START + 80_000);
  });

  it("skips delays in their order and gives the time back", async () => {
    const { bus, batches } = world(() => undefined, { batchSize: 1 });
    bus.sendMessage("work", "late", { delayMs: 900_000 });
    bus.sendMessage("work", "soon", { delayMs: 1_000 });
    await bus.drain();
    expect(batches()).toEqual([["soon"], ["late"]]);
    expect(bus.now()).toBe(START);
  });

  it("leaves nothing hidden that was sent in skipped time", async () => {
    const { bus } = world(() => {
      bus.sendMessage("other", "from later");
    });
    bus.addQueue({ name: "other" });
    bus.sendMessage("work", "a", { delayMs: 900_000 });
    await bus.drain();
    expect(bus.queue("other").receive({ max: 1 })).toMatchObject([{ body: "from later" }]);
  });

  it("delivers what handlers send on", async () => {
    const { bus, batches } = world(({ Records }) => {
      for (const { body } of Records) if (body.length < 3) bus.sendMessage("work", `${body}!`);
    });
    bus.sendMessage("work", "a");
    await Promise.all([bus.drain(), bus.drain()]);
    expect(batches()).toEqual([["a"], ["a!"], ["a!!"]]);
  });

  it("stops functions that feed themselves for ever", async () => {
    const { bus } = world(() => void bus.sendMessage("work", "again"));
    bus.sendMessage("work", "first");
    await expect(bus.drain({ maxCalls: 50 })).rejects.toMatchObject({ code: "conflict" });
  });

  it("runs several batches at once where it is told so", async () => {
    let running = 0;
    let most = 0;
    const { bus } = world(
      async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((done) => setImmediate(done));
        running -= 1;
      },
      { batchSize: 1, bus: { concurrency: 3 } },
    );
    for (const body of "abcdef") bus.sendMessage("work", body);
    await bus.drain();
    expect(most).toBe(3);
    expect(bus.queue("work").counters().deleted).toBe(6);
  });

  it("refuses what AWS would refuse, and a poller without an end", () => {
    const { bus } = world(() => undefined);
    bus.addQueue({ name: "bare" });
    const poll = (queue: string, batchSize: number, windowMs: number) => () =>
      bus.addPoller({ queue, function: "worker", reportBatchItemFailures: true, batchSize, windowMs });
    const config = expect.objectContaining({ name: "AuditError", code: "config" });
    expect(poll("bare", 1, 0)).toThrowError(config);
    expect(poll("work", 11, 0)).toThrowError(config);
    expect(poll("work", 10_001, 1_000)).toThrowError(config);
    expect(poll("work", 10, 300_001)).toThrowError(config);
    expect(() => bus.addQueue({ name: "work" })).toThrowError(config);
    expect(() => bus.sendMessage("nowhere", "x")).toThrowError(
      expect.objectContaining({ code: "not-found" }),
    );
    expect(() => bus.sendMessage("work", "")).toThrowError(expect.objectContaining({ code: "usage" }));
    expect(() => bus.sendMessage("work", "x".repeat(1_048_577))).toThrowError(
      expect.objectContaining({ code: "usage" }),
    );
  });
});
