// What ingest costs: CPU beside bare JSON.parse, DynamoDB write units per event, memory for a large file.
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { createWriteStream, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip, gunzipSync, gzipSync } from "node:zlib";
import { readTrailBytes } from "../lib/cloudtrail/trail-file.ts";
import type { Connection } from "../lib/core/activity/connection.ts";
import { addTally, tallyOf } from "../lib/core/activity/tally.ts";
import type { Cluster } from "../lib/core/base/ids.ts";
import { HOUR, type Instant, MINUTE } from "../lib/core/base/time.ts";
import { createActivityStore } from "../lib/store/activity/activity.ts";
import type { Table } from "../lib/store/table/table.ts";
import { connection } from "../test/support/connections.ts";
import { CLUSTER, connectRecord } from "../test/support/records.ts";
import { testTables } from "../test/support/table.ts";
import { type BenchRow, median } from "./row.ts";

export const name = "ingest";

const START = Date.parse("2026-11-02T09:00:00Z");

/** A record of a busy estate: 17 roles, 5 services with a new session name each time, 30 networks. */
const recordOf = (n: number): Record<string, unknown> =>
  connectRecord({
    id: randomUUID(),
    at: START + n * 10,
    role: `arn:aws:iam::111122223333:role/service/App${n % 17}`,
    session: `svc-${n % 5}-${n.toString(16)}`,
    ip: `10.20.${n % 30}.17`,
    vpce: null,
  });

const cpuMs = (work: () => void): number => {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
};

/** Both in turns, so that a slow moment of the machine hits both; the median of the ratios of each turn. */
const parsing = (): BenchRow[] => {
  const records = 20_000;
  const file = gzipSync(JSON.stringify({ Records: Array.from({ length: records }, (_, n) => recordOf(n)) }));
  const bare = (): void => {
    JSON.parse(gunzipSync(file).toString("utf8"));
  };
  const ours = (): void => {
    const sums = new Map();
    const read = readTrailBytes("bench", file, (one) => addTally(sums, tallyOf(one)));
    if (read?.connections !== records) throw new Error("not all records were read");
  };
  for (let warm = 0; warm < 3; warm++) {
    bare();
    ours();
  }
  const turns = Array.from({ length: 9 }, () => ({ own: cpuMs(ours), bare: cpuMs(bare) }));
  return [
    {
      name: "parse and fold a trail file / gunzip and JSON.parse",
      value: median(turns.map((turn) => turn.own / turn.bare)),
      unit: "x CPU",
      target: { op: "<=", value: 1.6 },
      note: `${records} connects`,
    },
    {
      name: "the same, 1,000 connects",
      value: median(turns.map(({ own }) => own)) / (records / 1_000),
      unit: "ms CPU",
    },
  ];
};

const sizeOf = (item: Record<string, unknown>): number =>
  Object.entries(item).reduce((sum, [key, value]) => {
    if (typeof value === "string") return sum + key.length + Buffer.byteLength(value);
    if (value instanceof Uint8Array) return sum + key.length + value.length;
    return sum + key.length + 8;
  }, 0);

/** DynamoDB charges a write that its condition refuses by its size; the table itself counts one unit for it. */
const charged = (table: Table): { table: Table; units: () => number; refused: () => number } => {
  let extra = 0;
  let refused = 0;
  return {
    table: {
      ...table,
      putIfAbsent: async (item) => {
        const done = await table.putIfAbsent(item);
        if (!done) {
          refused++;
          extra += Math.ceil(sizeOf(item) / 1_024) - 1;
        }
        return done;
      },
    },
    units: () => table.consumed().writeUnits + extra,
    refused: () => refused,
  };
};

const eventAt = (n: number, at: Instant): Connection =>
  connection(randomUUID(), at, {
    principal: `arn:aws:iam::111122223333:role/service/App${n % 17}`,
    sessionName: `svc-${n % 5}-${n.toString(16)}`,
    sourceIp: `10.20.${n % 4}.17`,
  });

type Batch = { readonly at: Instant; readonly connections: readonly Connection[] };

/** What one of Lambda's two pollers hands over: a batch closes at 2,600 events (6 MB) or after 60 s. */
const batchesOf = (minutes: number, perSecond: number, poller: number): Batch[] => {
  const batches: Batch[] = [];
  let open: Connection[] = [];
  // The second one starts half a batch later.
  let openedAt = START - poller * 26_000;
  for (let second = 0; second < minutes * 60; second++) {
    const at = START + second * 1_000;
    for (let n = poller; n < perSecond; n += 2) open.push(eventAt(second * perSecond + n, at));
    if (open.length >= 2_600 || at + 1_000 - openedAt >= MINUTE) {
      batches.push({ at: at + 1_000, connections: open });
      open = [];
      openedAt = at + 1_000;
    }
  }
  return [...batches, { at: START + minutes * MINUTE, connections: open }];
};

/** `together`: both pollers count at the same moment, on the same minutes, each time: the worst order. */
const busy = async (fresh: () => Promise<Table>, together: boolean): Promise<BenchRow> => {
  const { table, units, refused } = charged(await fresh());
  const store = createActivityStore(table);
  const minutes = 15;
  const [a = [], b = []] = [0, 1].map((poller) => batchesOf(minutes, 100, together ? 0 : poller));
  const rest = together ? batchesOf(minutes, 100, 1) : [];
  const rounds = together
    ? a.map((batch, n) => [batch, ...rest.slice(n, n + 1)])
    : [...a, ...b].sort((x, y) => x.at - y.at).map((batch) => [batch]);
  let events = 0;
  let foldedAt = START;
  for (const round of rounds) {
    const now = Math.max(...round.map(({ at }) => at));
    await Promise.all(round.map(({ connections }) => store.count(connections, now)));
    for (const { connections } of round) events += connections.length;
    // A judgement waits a minute for what else comes.
    if (now - foldedAt < MINUTE) continue;
    foldedAt = now;
    await store.fold(CLUSTER as Cluster, now);
  }
  await store.fold(CLUSTER as Cluster, START + 3 * HOUR);
  return {
    name: `events per write unit at 100 a second, two pollers ${together ? "always at the same moment" : "interleaved"}`,
    value: events / units(),
    unit: "events",
    target: { op: ">=", value: 50 },
    note: `${events} events, ${Math.round(units())} units with ${refused()} refused writes and all folding`,
  };
};

const quiet = async (fresh: () => Promise<Table>): Promise<BenchRow> => {
  const { table, units } = charged(await fresh());
  const store = createActivityStore(table);
  const events = 360;
  for (let n = 0; n < events; n++) {
    const at = START + n * MINUTE;
    await store.count([eventAt(n, at)], at);
    await store.fold(CLUSTER as Cluster, at);
  }
  await store.fold(CLUSTER as Cluster, START + 9 * HOUR);
  return {
    name: "events per write unit at one a minute",
    value: events / units(),
    unit: "events",
    target: { op: ">=", value: 0.3 },
    note: "added up after every event",
  };
};

const duplicates = async (fresh: () => Promise<Table>): Promise<BenchRow> => {
  const { table, units } = charged(await fresh());
  const store = createActivityStore(table);
  const events = Array.from({ length: 2_600 }, (_, n) => eventAt(n, START + n * 20));
  await store.count(events, START);
  const before = units();
  await store.count(events, START);
  return {
    name: "write units of a batch of nothing but duplicates",
    value: units() - before,
    unit: "units",
    target: { op: "<=", value: 0 },
  };
};

/** A process of its own reads the file as the ingest function does; its largest resident set is what counts. */
const memory = async (): Promise<BenchRow> => {
  const folder = mkdtempSync(join(tmpdir(), "bench-ingest-"));
  try {
    const file = join(folder, "large.json.gz");
    const target = 200 * 1024 * 1024;
    let bytes = 0;
    const text = function* (): Generator<string> {
      yield '{"Records":[';
      for (let n = 0; bytes < target; n++) {
        const record = `${n ? "," : ""}${JSON.stringify(recordOf(n))}`;
        bytes += record.length;
        yield record;
      }
      yield "]}";
    };
    await pipeline(Readable.from(text()), createGzip({ level: 1 }), createWriteStream(file));
    const reader = join(import.meta.dirname, "support", "read-large-file.ts");
    const { peakMb, connections } = JSON.parse(
      execFileSync(process.execPath, [reader, file], { encoding: "utf8" }),
    );
    return {
      name: "peak memory for a trail file of 200 MB",
      value: peakMb,
      unit: "MB",
      target: { op: "<=", value: 256 },
      note: `${connections} connects, streamed and counted in batches`,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

export const run = async (): Promise<BenchRow[]> => {
  const tables = await testTables();
  try {
    return [
      ...parsing(),
      await busy(tables.fresh, false),
      await busy(tables.fresh, true),
      await quiet(tables.fresh),
      await duplicates(tables.fresh),
      await memory(),
    ];
  } finally {
    await tables.stop();
  }
};
