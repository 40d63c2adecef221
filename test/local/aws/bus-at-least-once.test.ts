import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Envelope } from "../../../local/aws/lambda-events.ts";
import { seededRandom } from "../../../local/seeded-random.ts";
import { envelope, world } from "../../support/bus-world.ts";

describe("at least once", () => {
  const run = async (seed: number, duplicates: number, failing: number) => {
    const chance = seededRandom(seed + 1);
    const handled: string[] = [];
    const { bus, batches } = world(
      ({ Records }) => {
        if (chance() < failing) throw new Error("now and then");
        handled.push(...Records.map(({ body }) => (JSON.parse(body) as Envelope).id));
      },
      { batchSize: 3, bus: { random: seededRandom(seed), duplicates }, maxReceiveCount: 1_000 },
    );
    bus.addRule({ name: "all", pattern: { source: ["aws.dsql"] }, targets: [{ queue: "work" }] });
    const sent = Array.from({ length: 30 }, (_, n) => `e${n}`);
    bus.putEvents(sent.map((id) => envelope(id)));
    await bus.drain();
    return { bus, batches, handled, sent };
  };

  it("loses nothing whatever fails and however often things come", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), async (seed, duplicates) => {
        const { bus, handled, sent } = await run(seed, duplicates, 0.3);
        expect(new Set(handled)).toEqual(new Set(sent));
        expect(bus.queue("work").counters().waiting).toBe(0);
      }),
      { numRuns: 30 },
    );
  });

  it("is the same in every run of a seed and another with another", async () => {
    const batches = async (seed: number) => (await run(seed, 0.3, 0.2)).batches();
    const first = await batches(1);
    expect(await batches(1)).toEqual(first);
    expect(await batches(2)).not.toEqual(first);
  });

  it("shuffles, and repeats about as often as it is told", async () => {
    const { handled, sent } = await run(3, 0, 0);
    expect(handled).not.toEqual(sent);
    expect(handled.toSorted()).toEqual(sent.toSorted());
    // Both doublings happen at probability 1: two messages of one event, and each of them twice.
    expect((await run(3, 1, 0)).handled).toHaveLength(4 * sent.length);
  });
});
