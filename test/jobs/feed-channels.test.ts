// Random lives of findings and two channels that fail each for itself, with crashes and repeats: what must hold of what they
// are told, against the plain picture of what there was to tell.
import * as fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { HOUR } from "../../lib/core/base/time.ts";
import { acknowledge } from "../../lib/core/findings/acknowledge.ts";
import { type Finding, Severity, type Status } from "../../lib/core/findings/finding.ts";
import { type FeedEvent, type FeedKind, type FeedName, feedNames } from "../../lib/core/incidents/feed.ts";
import { isOver } from "../../lib/core/incidents/threads.ts";
import { AuditError, type ErrorCode } from "../../lib/errors.ts";
import { feedChannels, isFeedDue, settleChannels } from "../../lib/jobs/feed-channels.ts";
import type { Channel } from "../../lib/notices/channels/channel.ts";
import { openStore, type Store } from "../../lib/store/open-store.ts";
import { cluster } from "../support/catalogs.ts";
import { Crash, dyingTable } from "../support/faulty-table.ts";
import { findingOf } from "../support/query-world.ts";
import { sqliteTables } from "../support/table.ts";

const sqlite = sqliteTables();
afterAll(() => sqlite.stop());
const START = Date.UTC(2026, 3, 1);

type Told = {
  readonly id: string;
  readonly event: string;
  readonly kind: FeedKind;
  readonly status: Status;
  readonly severity: Severity;
};

/** At which of its writes the process dies: before it, or right after it. */
type Death = { readonly at: number; readonly after: boolean };

/** What channels took, and how each answers next. */
class World {
  now = START;
  count = 0;
  /** Events that were taken while the process died: they may come again, as what the finding is by then. */
  readonly uncertain = new Set<string>();
  readonly took = new Map<FeedName, Told[]>(feedNames.map((name) => [name, []]));
  /** How many events it takes before it fails, and why. */
  readonly fails = new Map<FeedName, { readonly after: number; readonly code: ErrorCode }>();
  on: readonly FeedName[] = [];
  readonly table: Awaited<ReturnType<typeof sqlite.fresh>>;
  constructor(table: Awaited<ReturnType<typeof sqlite.fresh>>) {
    this.table = table;
  }
  store(dies?: Death): Store {
    const table = dies ? dyingTable(this.table, dies.at, dies.after) : this.table;
    return openStore(table, { now: () => this.now });
  }
  channel(name: FeedName): Channel {
    return {
      name,
      send: async (events) => {
        const fault = this.fails.get(name);
        const taken = events.slice(0, fault?.after ?? events.length);
        for (const { id, kind, finding, mark } of taken)
          this.took
            .get(name)
            ?.push({ id: finding.id, event: id, kind, status: mark.status, severity: mark.severity });
        return {
          taken,
          failure: fault && taken.length < events.length ? new AuditError(fault.code, "no") : undefined,
        };
      },
    };
  }
  async notify(dies?: Death): Promise<readonly unknown[]> {
    const before = feedNames.map((name) => this.took.get(name)?.length ?? 0);
    const channels = this.on.map((name) => this.channel(name));
    const fed = await feedChannels(this.store(dies), channels, cluster, this.now);
    const failures = fed.flatMap(({ failure }) => failure ?? []);
    if (failures.some((failure) => failure instanceof Crash))
      for (const [i, name] of feedNames.entries())
        for (const { event } of (this.took.get(name) ?? []).slice(before[i])) this.uncertain.add(event);
    return failures.filter((failure) => !(failure instanceof Crash));
  }
  /** A look that finds what `by` says, by a function that knows which channels are on. */
  async look(by: (all: readonly Finding[]) => readonly Finding[]): Promise<void> {
    this.now += 60_000;
    await settleChannels(this.store(), cluster, this.on, this.now);
    await this.store().findings.update(cluster, by);
  }
}

/** As a plain list of what happened says it: whether each finding is open to a channel, and as what. */
type Model = { readonly findings: Map<string, Finding> };
type Command = fc.AsyncCommand<Model, World>;

const pick = (all: readonly Finding[], n: number): Finding | undefined => all[n % Math.max(1, all.length)];
const changing = (name: string, n: number, by: (finding: Finding, world: World) => Finding): Command => ({
  check: () => true,
  run: async (_, world) => {
    await world.look((all) => {
      const one = pick(all, n);
      return all.map((finding) => (finding === one ? by(finding, world) : finding));
    });
  },
  toString: () => `${name}(${n})`,
});

const opens = (severity: Severity): Command => ({
  check: () => true,
  run: async (_, world) => {
    await world.look((all) => {
      const at = world.now;
      const id = `f-${world.count++}`;
      const times = { firstSeenAt: at, lastSeenAt: at, detectedAt: at, confirmedAt: at };
      return [...all, findingOf(id, { severity, ...times })];
    });
  },
  toString: () => `opens(${severity})`,
});
const resolves = (n: number): Command =>
  changing("resolves", n, (one, { now }) =>
    isOver(one) ? one : { ...one, status: "resolved", closedAt: now },
  );
const reopens = (n: number): Command =>
  changing("reopens", n, (one, { now }) => {
    if (!isOver(one)) return one;
    const { closedAt: _, acknowledged: __, ...again } = one;
    return { ...again, status: "open", reopened: one.reopened + 1, detectedAt: now };
  });
const becomes = (n: number, severity: Severity): Command =>
  changing(`becomes ${severity}`, n, (one) => (isOver(one) ? one : { ...one, severity }));
const acks = (n: number): Command =>
  changing("acks", n, (one, { now }) => (one.status === "open" ? acknowledge(one, now, { by: "ana" }) : one));
const exempts = (n: number): Command =>
  changing("exempts", n, (one) => (one.status === "open" ? { ...one, status: "exempt" } : one));
const notifies = (dies: Death | undefined): Command => ({
  check: () => true,
  run: async (_, world) => {
    await world.notify(dies);
  },
  toString: () => `notifies(${dies ? JSON.stringify(dies) : ""})`,
});
const breaks = (name: FeedName, after: number, code: ErrorCode): Command => ({
  check: () => true,
  run: async (_, world) => void world.fails.set(name, { after, code }),
  toString: () => `breaks(${name}, ${after}, ${code})`,
});
const mends = (name: FeedName): Command => ({
  check: () => true,
  run: async (_, world) => void world.fails.delete(name),
  toString: () => `mends(${name})`,
});

const n = fc.nat(9);
const channel = fc.constantFrom(...feedNames);
const severity = fc.constantFrom(...Severity.options);
const commands = fc.commands(
  [
    severity.map(opens),
    n.map(resolves),
    n.map(reopens),
    fc.tuple(n, severity).map(([at, to]) => becomes(at, to)),
    n.map(acks),
    n.map(exempts),
    fc.option(fc.record({ at: fc.nat(6), after: fc.boolean() }), { nil: undefined }).map(notifies),
    fc
      .tuple(channel, fc.nat(3), fc.constantFrom<ErrorCode>("throttled", "connect", "config"))
      .map(([name, after, code]) => breaks(name, after, code)),
    channel.map(mends),
  ],
  { maxCommands: 40 },
);

/** The last that a channel was told of each finding, and every event once. */
const knownTo = (world: World, name: FeedName): Map<string, Told> =>
  new Map((world.took.get(name) ?? []).map((told) => [told.id, told]));
const once = (world: World, name: FeedName): Told[] => [
  ...new Map((world.took.get(name) ?? []).map((told) => [told.event, told])).values(),
];

describe("whatever happens", () => {
  it("each channel ends up knowing what there is, is told of each opening and end once, and nothing of the past", async () => {
    await fc.assert(
      fc.asyncProperty(commands, async (steps) => {
        const world = new World(await sqlite.fresh());
        await world.look((all) => [...all, findingOf("past")]);
        world.on = feedNames;
        await fc.asyncModelRun(() => ({ model: { findings: new Map() }, real: world }), steps);
        // Both are well again, and a process lives.
        world.fails.clear();
        world.now += HOUR;
        await settleChannels(world.store(), cluster, world.on, world.now);
        expect(await world.notify()).toEqual([]);
        const findings = await world.store().findings.list(cluster);
        const { channels } = await world.store().notices.read(cluster);
        expect(isFeedDue(findings, channels, world.now)).toBe(false);

        for (const name of feedNames) {
          const known = knownTo(world, name);
          for (const { id, status, severity: now, channels: marks, reopened } of findings) {
            const told = known.get(id);
            // Told never: it is the past and as it was, or was accepted before.
            if (!told)
              expect(id === "past" || (status === "exempt" && marks?.[name] === undefined)).toBe(true);
            else if (status !== "exempt" || marks?.[name]?.life === reopened)
              expect([told.status, told.severity]).toEqual([status, now]);
          }
          for (const [id, events] of Map.groupBy(once(world, name), (told) => told.id)) {
            const turns = events.filter(({ kind }) => kind !== "updated");
            // In turn, but for what a process that died could not write down; first of all it opens.
            for (const [i, { kind }] of turns.entries()) {
              const last = turns[i - 1];
              if (last && !world.uncertain.has(last.event)) expect(kind, id).not.toBe(last.kind);
              if (!last && id !== "past") expect(kind, id).toBe("opened");
            }
          }
        }
        const before = feedNames.map((name) => world.took.get(name)?.length);
        await world.notify();
        expect(feedNames.map((name) => world.took.get(name)?.length)).toEqual(before);
      }),
      { numRuns: 60 },
    );
  });
});

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
