import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../local/seeded-random.ts";
import { advance, envelope, START, world } from "../../support/bus-world.ts";

describe("rules and schedules", () => {
  it("routes an envelope to the queues and functions of the rules that match", async () => {
    const { bus, batches } = world(() => undefined);
    const direct: unknown[] = [];
    bus.addFunction({ name: "direct", handler: (event: unknown) => void direct.push(event) });
    bus.addRule({
      name: "connects",
      pattern: { source: ["aws.dsql"] },
      targets: [{ queue: "work" }, { function: "direct" }],
    });
    bus.addRule({ name: "files", pattern: { source: ["aws.s3"] }, targets: [{ function: "direct" }] });
    bus.putEvents([envelope("e1"), envelope("e2", { source: "aws.iam" })]);
    await bus.drain();
    expect(batches()).toEqual([[JSON.stringify(envelope("e1"))]]);
    expect(direct).toEqual([envelope("e1")]);
  });

  it("gives each call its own copy of the event", async () => {
    const { bus } = world(() => undefined);
    const seen: unknown[] = [];
    const spoil = (event: { detail: Record<string, unknown> }) => {
      seen.push(structuredClone(event.detail));
      event.detail.spoilt = true;
    };
    bus.addFunction({ name: "one", handler: spoil });
    bus.addFunction({ name: "two", handler: spoil });
    bus.addRule({
      name: "both",
      pattern: { source: ["aws.dsql"] },
      targets: [{ function: "one" }, { function: "two" }],
    });
    bus.putEvents([envelope("e1")]);
    await bus.drain();
    expect(seen).toEqual([{ eventName: "DbConnect" }, { eventName: "DbConnect" }]);
  });

  it("tries an asynchronous call three times, one and two minutes later, and then gives it up", async () => {
    const clock = { now: START };
    const { bus } = world(() => undefined, {
      bus: { now: () => clock.now, advance: (ms) => advance(clock, ms) },
    });
    const at: number[] = [];
    const fail = () => {
      at.push((clock.now - START) / 60_000);
      throw new Error("always");
    };
    bus.addFunction({ name: "buried", handler: fail, deadLetterQueue: "dead" });
    bus.fire({ name: "hourly", kind: "rule", target: { function: "buried" }, input: { job: 1 } });
    await bus.drain();
    expect(at).toEqual([0, 1, 3]);
    expect(bus.queue("dead").bodies()).toEqual(['{"job":1}']);
    bus.addFunction({ name: "dropped", handler: fail });
    bus.fire({ name: "hourly", kind: "rule", target: { function: "dropped" }, input: { job: 2 } });
    await bus.drain();
    expect(bus.dropped).toEqual(['{"job":2}']);
  });

  it("fires schedules with the events that both kinds of AWS send", async () => {
    const { bus } = world(() => undefined);
    const seen: unknown[] = [];
    bus.addFunction({ name: "plan", handler: (event: unknown) => void seen.push(event) });
    const target = { function: "plan" };
    bus.fire({ name: "hourly", kind: "rule", target });
    bus.fire({ name: "hourly", kind: "scheduler", target });
    bus.fire({ name: "hourly", kind: "scheduler", target, input: { hello: 1 } });
    await bus.drain();
    const common = {
      version: "0",
      id: expect.any(String),
      "detail-type": "Scheduled Event",
      account: "111122223333",
      time: "2026-03-04T03:00:00Z",
      region: "us-east-1",
    };
    expect(seen).toEqual([
      {
        ...common,
        source: "aws.events",
        resources: ["arn:aws:events:us-east-1:111122223333:rule/hourly"],
        detail: {},
      },
      {
        ...common,
        source: "aws.scheduler",
        resources: ["arn:aws:scheduler:us-east-1:111122223333:schedule/default/hourly"],
        detail: "{}",
      },
      { hello: 1 },
    ]);
  });

  it("loses events via CloudTrail with the given probability and no others", async () => {
    const { bus, batches } = world(() => undefined, { bus: { random: seededRandom(7), losses: 1 } });
    bus.addRule({ name: "all", pattern: { version: ["0"] }, targets: [{ queue: "work" }] });
    const file = envelope("file", { source: "aws.s3", "detail-type": "Object Created" });
    bus.putEvents([envelope("connect"), file]);
    await bus.drain();
    expect(bus.lost.map(({ id }) => id)).toEqual(["connect"]);
    expect(batches()).toEqual([[JSON.stringify(file)]]);
  });
});
