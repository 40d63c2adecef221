// The channels that follow each finding by itself: what each is told where one fails, is switched on later, or is off for a time.
import { afterAll, describe, expect, it } from "vitest";
import { HOUR } from "../../lib/core/base/time.ts";
import type { Finding } from "../../lib/core/findings/finding.ts";
import { type FeedEvent, type FeedName, feedNames } from "../../lib/core/incidents/feed.ts";
import { feedChannels } from "../../lib/jobs/feed-channels.ts";
import type { Channel } from "../../lib/notices/channels/channel.ts";
import { cluster } from "../support/catalogs.ts";
import { World } from "../support/feed-world.ts";
import { findingOf } from "../support/query-world.ts";
import { sqliteTables } from "../support/table.ts";

const sqlite = sqliteTables();
afterAll(() => sqlite.stop());

const fresh = async (): Promise<World> => {
  const world = new World(await sqlite.fresh());
  world.on = feedNames;
  return world;
};
const told = (world: World, name: FeedName): string[] =>
  (world.took.get(name) ?? []).map(({ id, kind }) => `${kind} ${id}`);
const begun = (id: string, { now }: World): Finding =>
  findingOf(id, { detectedAt: now, confirmedAt: now, firstSeenAt: now, lastSeenAt: now });

describe("a channel that fails", () => {
  it.each(["throttled", "denied", "connect", "not-found"] as const)(
    "(%s) leaves the other on time, and is told later, once",
    async (code) => {
      const world = await fresh();
      await world.look((all) => [...all, begun("a", world), begun("b", world)]);
      world.fails.set("event-bus", { after: 1, code });
      expect(await world.notify()).toMatchObject([{ code }]);
      expect(told(world, "event-bus")).toEqual(["opened a"]);
      expect(told(world, "security-hub")).toEqual(["opened a", "opened b"]);
      world.fails.clear();
      for (const _ of [1, 2]) expect(await world.notify()).toEqual([]);
      expect(told(world, "event-bus")).toEqual(["opened a", "opened b"]);
      expect(told(world, "security-hub")).toEqual(["opened a", "opened b"]);
    },
  );

  it("is given one event again with the same id where the process died before it was written down", async () => {
    const world = await fresh();
    await world.look((all) => [...all, begun("a", world)]);
    await world.notify({ at: 0, after: false });
    await world.notify();
    const events = world.took.get("event-bus") ?? [];
    expect(events.map(({ kind }) => kind)).toEqual(["opened", "opened"]);
    expect(new Set(events.map(({ event }) => event)).size).toBe(1);
  });

  it("is told of what ended meanwhile: that it began, and that it is over", async () => {
    const world = await fresh();
    await world.look((all) => [...all, begun("a", world)]);
    world.fails.set("event-bus", { after: 0, code: "connect" });
    await world.notify();
    await world.look((all) => all.map((one) => ({ ...one, status: "resolved", closedAt: world.now })));
    world.fails.clear();
    await world.notify();
    expect(told(world, "event-bus")).toEqual(["opened a", "resolved a"]);
  });

  it("is told of what ended and began again meanwhile as of something that goes on", async () => {
    const world = await fresh();
    await world.look((all) => [...all, begun("a", world)]);
    await world.notify();
    await world.look((all) =>
      all.map((one) => ({ ...one, reopened: one.reopened + 1, detectedAt: world.now })),
    );
    await world.notify();
    await world.look((all) => all.map((one) => ({ ...one, status: "resolved", closedAt: world.now })));
    await world.notify();
    expect(told(world, "event-bus")).toEqual(["opened a", "updated a", "resolved a"]);
  });
});

describe("a channel that is switched on later", () => {
  it("is told nothing of the past, and of what changes from then on", async () => {
    const world = new World(await sqlite.fresh());
    world.on = ["security-hub"];
    await world.look((all) => [...all, begun("old", world), begun("worse", world)]);
    await world.notify();
    world.on = feedNames;
    await world.look((all) => [
      ...all.map((one) => (one.id === "worse" ? { ...one, severity: "critical" as const } : one)),
      begun("new", world),
    ]);
    await world.notify();
    expect(told(world, "event-bus").sort()).toEqual(["opened new", "updated worse"]);
    expect(told(world, "security-hub").sort()).toEqual([
      "opened new",
      "opened old",
      "opened worse",
      "updated worse",
    ]);
  });

  it("is told nothing of the time that it was off, when it was on before", async () => {
    const world = await fresh();
    await world.look((all) => [...all, begun("a", world)]);
    await world.notify();
    world.on = ["security-hub"];
    await world.look((all) => [...all, begun("meanwhile", world)]);
    await world.notify();
    world.on = feedNames;
    await world.look((all) => all.map((one) => one));
    await world.notify();
    expect(told(world, "event-bus")).toEqual(["opened a"]);
  });

  it("waits for a judgement that knows of it", async () => {
    const world = new World(await sqlite.fresh());
    await world.look((all) => [...all, begun("a", world)]);
    world.on = feedNames;
    await world.notify();
    expect([...told(world, "event-bus"), ...told(world, "security-hub")]).toEqual([]);
  });
});

it("tells nobody of what is only observed, until it is no longer", async () => {
  const world = await fresh();
  await world.look((all) => [...all, { ...begun("a", world), observedUntil: world.now + HOUR }]);
  await world.notify();
  expect(told(world, "event-bus")).toEqual([]);
  await world.look((all) => all.map(({ observedUntil: _, ...one }) => one));
  await world.notify();
  expect(told(world, "event-bus")).toEqual(["opened a"]);
});

it("numbers what it sends by what is in it", async () => {
  const world = await fresh();
  const ids: string[] = [];
  const listen: Channel = {
    name: "event-bus",
    send: async (events: readonly FeedEvent[]) => {
      ids.push(...events.map(({ id }) => id));
      return { taken: events };
    },
  };
  for (const severity of ["low", "high", "low", "high"] as const) {
    await world.look((all) => [{ ...(all[0] ?? begun("a", world)), severity }]);
    await feedChannels(world.store(), [listen], cluster, world.now);
  }
  expect(new Set(ids).size).toBe(4);
});
