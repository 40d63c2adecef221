// A day or more of connections that come by three ways, some twice, shuffled, to workers that die at random writes.
import { gzipSync } from "node:zlib";
import { ingestSources } from "../../lib/cloudtrail/ingest-sources.ts";
import { parseRecord } from "../../lib/cloudtrail/parse-record.ts";
import type { Tally } from "../../lib/core/activity/activity.ts";
import type { Connection } from "../../lib/core/activity/connection.ts";
import { addTally, sortedTallies, tallyOf } from "../../lib/core/activity/tally.ts";
import type { Cluster } from "../../lib/core/base/ids.ts";
import { DAY, floorTo, HOUR, type Instant, MINUTE } from "../../lib/core/base/time.ts";
import { createActivityStore } from "../../lib/store/activity/activity.ts";
import type { Table } from "../../lib/store/table/table.ts";
import { Died, mortalTable } from "./mortal-table.ts";
import { CLUSTER, connectRecord, uuidOf } from "./records.ts";

export type World = {
  readonly table: Table;
  readonly events: number;
  readonly days: number;
  readonly seed: number;
  /** Of each write to be a worker's last. */
  readonly deathRate: number;
  readonly eventBatch: number;
  readonly fileEvents: number;
};

export const WORLD_START = Date.parse("2026-11-02T00:00:00Z");

/** Mulberry32: small, seeded, good enough to shuffle with. */
const seeded = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
};

const shuffle = <T>(items: T[], random: () => number): T[] => {
  for (let n = items.length - 1; n > 0; n--) {
    const other = Math.floor(random() * (n + 1));
    [items[n], items[other]] = [items[other] as T, items[n] as T];
  }
  return items;
};

const recordOf = (n: number, at: Instant, random: () => number) =>
  connectRecord({
    id: uuidOf(n),
    at,
    role: `arn:aws:iam::111122223333:role/app-${Math.floor(random() ** 2 * 20)}`,
    ip: `10.0.${Math.floor(random() * 4)}.1`,
    session: `s-${Math.floor(random() * 3)}x`,
    vpce: null,
    ...(random() < 0.05 && { extra: { errorCode: "AccessDenied" } }),
  });

const connectionOf = (record: unknown): Connection => {
  const parsed = parseRecord(record);
  if (parsed.kind !== "connection") throw new Error(parsed.kind);
  return parsed.connection;
};

const pieces = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, n) => items.slice(n * size, (n + 1) * size));

type Delivery = (table: Table, now: Instant) => Promise<{ counted: number }>;

/** One day's deliveries: each event by one of three ways, 30 % once more by another. */
const deliveriesOf = (
  records: readonly Record<string, unknown>[],
  world: World,
  random: () => number,
): Delivery[] => {
  const ways: Record<string, unknown>[][] = [[], [], []];
  for (const record of records) {
    const way = Math.floor(random() * 3);
    ways[way]?.push(record);
    if (random() < 0.3) ways[(way + 1 + Math.floor(random() * 2)) % 3]?.push(record);
  }
  const [events = [], files = [], folder = []] = ways;
  // EventBridge delivers within a window of minutes; files and backfills come in any order of the day.
  const byWindow = Object.values(Object.groupBy(events, (record) => String(record.eventTime).slice(0, 13)));
  const batches = byWindow.flatMap((window) => pieces(shuffle(window ?? [], random), world.eventBatch));
  const sourceOf = (part: readonly unknown[], n: number) => {
    const bytes = gzipSync(JSON.stringify({ Records: part }), { level: 1 });
    return {
      name: `f${n}`,
      size: bytes.length,
      bytes: () => bytes,
      open: async function* () {
        yield bytes;
      },
    };
  };
  const ingest = (part: readonly unknown[], n: number): Delivery => {
    const source = sourceOf(part, n);
    return (table, now) =>
      ingestSources([source], createActivityStore(table), { now, proof: "folder", batch: world.fileEvents });
  };
  return [
    ...batches.map((batch): Delivery => {
      const connections = batch.map(connectionOf);
      return (table, now) => createActivityStore(table).count(connections, now);
    }),
    ...pieces(shuffle(files, random), world.fileEvents).map(ingest),
    ...pieces(shuffle(folder, random), world.fileEvents).map(ingest),
  ];
};

export type Truth = {
  readonly hours: ReadonlyMap<Instant, readonly Tally[]>;
  readonly days: ReadonlyMap<Instant, readonly Tally[]>;
};

/**
 * Lives through it with two workers at once: a worker that dies gives its delivery back, as a queue does; now and then one
 * adds up, and may die doing so. Returns what must have been counted, and how often somebody died.
 */
export const liveThrough = async (
  world: World,
): Promise<{ truth: Truth; deaths: number; counted: number }> => {
  const random = seeded(world.seed);
  const hours = new Map<Instant, Map<string, Tally>>();
  const days = new Map<Instant, Map<string, Tally>>();
  let deaths = 0;
  let counted = 0;
  const add = (sums: Map<Instant, Map<string, Tally>>, at: Instant, tally: Tally): void => {
    const own = sums.get(at) ?? new Map<string, Tally>();
    sums.set(at, own);
    addTally(own, tally);
  };
  const perDay = Math.ceil(world.events / world.days);
  for (let day = 0; day < world.days; day++) {
    const from = WORLD_START + day * DAY;
    const records = Array.from({ length: Math.min(perDay, world.events - day * perDay) }, (_, n) =>
      recordOf(day * perDay + n, from + Math.floor(random() * DAY), random),
    );
    for (const record of records) {
      const tally = tallyOf(connectionOf(record));
      add(hours, floorTo(HOUR, tally.firstAt), tally);
      add(days, from, tally);
    }
    const queue = shuffle(deliveriesOf(records, world, random), random);
    const now = from + DAY + HOUR;
    const worker = async (): Promise<void> => {
      for (let work = queue.pop(); work; work = queue.pop()) {
        const table = mortalTable(world.table, random, world.deathRate);
        try {
          const done = await work(table, now);
          counted += done.counted;
          if (random() < 0.1) {
            const early = now - Math.floor(random() * DAY);
            await createActivityStore(table).fold(CLUSTER as Cluster, early + 20 * MINUTE);
          }
        } catch (error) {
          if (!(error instanceof Died)) throw error;
          deaths++;
          queue.splice(Math.floor(random() * queue.length), 0, work);
        }
      }
    };
    await Promise.all([worker(), worker()]);
  }
  const lists = (sums: Map<Instant, Map<string, Tally>>) =>
    new Map([...sums].sort(([a], [b]) => a - b).map(([at, own]) => [at, sortedTallies(own)]));
  return { truth: { hours: lists(hours), days: lists(days) }, deaths, counted };
};
