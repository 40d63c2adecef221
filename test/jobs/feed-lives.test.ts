// Random lives of findings and two channels that fail each for itself, with crashes and repeats: what must hold of what they
// are told, against the plain picture of what there was to tell.
import * as fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { HOUR } from "../../lib/core/base/time.ts";
import { acknowledge } from "../../lib/core/findings/acknowledge.ts";
import { type Finding, Severity } from "../../lib/core/findings/finding.ts";
import { type FeedName, feedNames } from "../../lib/core/incidents/feed.ts";
import { isOver } from "../../lib/core/incidents/threads.ts";
import type { ErrorCode } from "../../lib/errors.ts";
import { isFeedDue, settleChannels } from "../../lib/jobs/feed-channels.ts";
import { cluster } from "../support/catalogs.ts";
import { type Death, type Told, World } from "../support/feed-world.ts";
import { findingOf } from "../support/query-world.ts";
import { sqliteTables } from "../support/table.ts";

const sqlite = sqliteTables();
afterAll(() => sqlite.stop());

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
            // A change that a dying process could not note, and that was then taken back, is not sent again.
            else if (world.uncertain.has(told.event)) continue;
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
