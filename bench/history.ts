// What a snapshot costs to write, to ask for and to keep, on the embedded DynamoDB, by the capacity that it reports.
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { DynamoDBDocumentClient, paginateScan } from "@aws-sdk/lib-dynamodb";
import { DAY, HOUR } from "../lib/core/base/time.ts";
import type { Catalog } from "../lib/core/catalog/catalog.ts";
import { opensDay, type SealedManifest, sealManifest } from "../lib/core/history/manifest.ts";
import { manifestItem } from "../lib/store/history/manifest-item.ts";
import { createSnapshotStore, type SnapshotStore } from "../lib/store/history/snapshots.ts";
import { openDynamoDbTable } from "../lib/store/table/dynamodb/dynamodb-table.ts";
import type { Table } from "../lib/store/table/table.ts";
import { type LocalDynamoDb, startDynamoDb } from "../local/store/dynamodb.ts";
import type { BenchRow } from "./row.ts";
import { itemBytes } from "./support/item-bytes.ts";
import { cluster, largeCatalog, withOneGrantChanged } from "./support/large-catalog.ts";

export const name = "history";

const START = Date.UTC(2026, 0, 1);
const CHANGES_A_DAY = 5;
const HOURS = 365 * 24;
const principal = "arn:aws:iam::111122223333:role/dsql-access-auditor-snapshot";

type Bench = { readonly table: Table; readonly store: SnapshotStore; readonly tableName: string };

const open = async (database: LocalDynamoDb): Promise<Bench> => {
  const tableName = `bench-${randomUUID()}`;
  await database.createTable(tableName);
  const table = openDynamoDbTable({
    client: database.client,
    name: tableName,
    sleep: (ms) => sleep(ms),
    random: Math.random,
  });
  return { table, store: createSnapshotStore(table, { now: () => START }), tableName };
};

const login = (at: number) => ({ login: { at, principal } });

const cost = async (table: Table, work: () => Promise<unknown>) => {
  const before = table.consumed();
  await work();
  const after = table.consumed();
  return {
    read: after.readUnits - before.readUnits,
    write: after.writeUnits - before.writeUnits,
    calls: after.calls - before.calls,
  };
};

/** The embedded database leaves out what the index costs: an entry of under 1 KB is one unit for each manifest. */
const INDEX_UNITS = 1;

/** Snapshots without a change, as `save` chains them, put in batches: 10,000 by save would take a quarter of an hour. */
const unchangedAfter = (head: SealedManifest, count: number): SealedManifest[] => {
  const made: SealedManifest[] = [];
  let last = head;
  let dayFirst = head;
  for (let i = 1; i <= count; i++) {
    const takenAt = head.manifest.takenAt + i * HOUR;
    const opens = opensDay(last.manifest, takenAt);
    const seq = last.manifest.seq + 1;
    const { hash, manifest } = dayFirst;
    last = sealManifest({
      ...last.manifest,
      seq,
      takenAt,
      previous: last.hash,
      changes: null,
      dayFirst: opens ? seq : last.manifest.dayFirst,
      previousDay: opens ? { seq: manifest.seq, hash } : null,
      meta: login(takenAt),
    });
    if (opens) dayFirst = last;
    made.push(last);
  }
  return made;
};

const writes = async (database: LocalDynamoDb, catalog: Catalog): Promise<BenchRow[]> => {
  const { table, store } = await open(database);
  await store.save(cluster, catalog, START, login(START));
  const same = await cost(table, () => store.save(cluster, catalog, START + HOUR, login(START + HOUR)));
  const costs = [];
  for (let n = 1; n <= 20; n++) {
    const at = START + (n + 1) * HOUR;
    catalog = withOneGrantChanged(catalog, n);
    costs.push((await cost(table, () => store.save(cluster, catalog, at, login(at)))).write + INDEX_UNITS);
  }
  return [
    {
      name: "unchanged snapshot, written",
      value: same.write + INDEX_UNITS,
      unit: "WU",
      target: { op: "<=", value: 2 },
    },
    { name: "unchanged snapshot, read", value: same.read, unit: "RU", target: { op: "<=", value: 3 } },
    {
      name: "one grant changed, written",
      value: Math.max(...costs),
      unit: "WU",
      target: { op: "<=", value: 24 },
      note: `the dearest of 20, mean ${(costs.reduce((a, b) => a + b, 0) / costs.length).toFixed(1)}`,
    },
  ];
};

const asOf = async (database: LocalDynamoDb, catalog: Catalog): Promise<BenchRow[]> => {
  const asked = async (snapshots: number) => {
    const { table, store } = await open(database);
    await store.save(cluster, catalog, START, login(START));
    const head = await store.head(cluster);
    if (!head) throw new Error("the store is empty");
    await table.putMany(unchangedAfter(head, snapshots - 1).map((sealed) => manifestItem(cluster, sealed)));
    return cost(table, () => store.asOf(cluster, START + (snapshots / 2) * HOUR));
  };
  const [few, many] = [await asked(10), await asked(10_000)];
  return [
    {
      name: "as of, 10,000 snapshots / 10",
      value: many.read / few.read,
      unit: "x RU",
      target: { op: "<=", value: 1.1 },
      note: `${many.read} RU`,
    },
    {
      name: "as of, round trips at 10,000",
      value: many.calls,
      unit: "",
      target: { op: "<=", value: 5 },
      note: `${few.calls} at 10`,
    },
  ];
};

const storedBytes = async (database: LocalDynamoDb, TableName: string): Promise<number> => {
  let sum = 0;
  const client = DynamoDBDocumentClient.from(database.client);
  for await (const page of paginateScan({ client }, { TableName })) {
    for (const item of page.Items ?? []) sum += itemBytes(item);
  }
  return sum;
};

/** A year of hourly snapshots; every changed one goes through `save`, the unchanged between them are put in batches. */
const year = async (database: LocalDynamoDb, catalog: Catalog): Promise<BenchRow[]> => {
  const { table, store, tableName } = await open(database);
  const plain = JSON.stringify(catalog);
  const gap = Math.floor(24 / CHANGES_A_DAY);
  await store.save(cluster, catalog, START, login(START));
  let taken = 1;
  for (let n = 1; taken < HOURS; n++) {
    const head = await store.head(cluster);
    if (!head) throw new Error("the store is empty");
    // Five changes fall into 24 hours: four gaps of 4 hours and a fifth that is longer.
    const until = Math.min(
      HOURS,
      Math.floor((n - 1) / CHANGES_A_DAY) * 24 + ((n - 1) % CHANGES_A_DAY) * gap + 1,
    );
    const quiet = unchangedAfter(head, until - taken);
    await table.putMany(quiet.map((sealed) => manifestItem(cluster, sealed)));
    taken = until;
    if (taken >= HOURS) break;
    catalog = withOneGrantChanged(catalog, n);
    const at = START + taken * HOUR;
    await store.save(cluster, catalog, at, login(at));
    taken++;
  }
  const ours = await storedBytes(database, tableName);
  const role = 26_400 + 2 * 17;
  let own = 0;
  const timeline = await cost(table, async () => {
    own = (await store.roleTimeline(cluster, role)).length;
  });
  return [
    {
      name: "a year hourly, 5 changes a day",
      value: ours / 1e6,
      unit: "MB",
      note: `${taken} snapshots, with the index`,
    },
    {
      name: "the same as JSON per snapshot / ours",
      value: (plain.length * HOURS) / ours,
      unit: "x",
      target: { op: ">=", value: 1_000 },
    },
    {
      name: "the same as gzip per snapshot / ours",
      value: (gzipSync(plain).length * HOURS) / ours,
      unit: "x",
    },
    {
      name: "a role's timeline over that year",
      value: timeline.read,
      unit: "RU",
      note: `${own} changes of its own`,
    },
    ...(await timelineGrowth(database, role, own, timeline.read)),
  ];
};

/** The same number of changes of one role in a history that holds nothing else. */
const timelineGrowth = async (
  database: LocalDynamoDb,
  role: number,
  own: number,
  read: number,
): Promise<BenchRow[]> => {
  const { table, store } = await open(database);
  let catalog = largeCatalog();
  await store.save(cluster, catalog, START);
  for (let n = 1, made = 0; made < own; n++) {
    const { relations } = catalog.sections;
    if (relations.status !== "read") break;
    const rows = relations.rows.map((row, i) => {
      if (i !== n || !row.acl?.entries.some(({ grantee }) => grantee === role)) return row;
      made++;
      const entries = row.acl.entries.map((e) => (e.grantee === role ? { ...e, privileges: "ad" } : e));
      return { ...row, acl: { ...row.acl, entries } };
    });
    catalog = { ...catalog, sections: { ...catalog.sections, relations: { status: "read", rows } } };
    await store.save(cluster, catalog, START + n * DAY);
  }
  const alone = await cost(table, () => store.roleTimeline(cluster, role));
  return [
    {
      name: "the same timeline, in the year / with nothing else",
      value: read / alone.read,
      unit: "x RU",
      target: { op: "<=", value: 1.1 },
    },
  ];
};

/** Runs all; the year takes most of the time. */
export const run = async (): Promise<BenchRow[]> => {
  const database = await startDynamoDb();
  try {
    const catalog = largeCatalog();
    return [
      ...(await writes(database, catalog)),
      ...(await asOf(database, catalog)),
      ...(await year(database, catalog)),
    ];
  } finally {
    await database.stop();
  }
};
