// A process that dies at a chosen effect: a write to its table or a message that it sends, before or right after it.
import { expect } from "vitest";
import type { Cluster } from "../../lib/core/base/ids.ts";
import { DAY, HOUR, type Instant } from "../../lib/core/base/time.ts";
import { openWholeStore, type WholeStore } from "../../lib/store/open-archive.ts";
import type { Item, Table } from "../../lib/store/table/table.ts";
import { Crash } from "./faulty-table.ts";

/** All that one run changes outside itself, counted over everything that it may do. */
type Life = {
  readonly table: Table;
  /** Does `work`, which changes something outside, unless the process is dead by then. */
  readonly effect: <T>(work: () => T | Promise<T>) => Promise<T>;
  readonly effects: () => number;
};

/** Dies at the effect numbered `at` (from 0); `after`: that one still happens. */
const oneLife = (table: Table, at = Number.POSITIVE_INFINITY, after = false): Life => {
  let count = 0;
  const effect = async <T>(work: () => T | Promise<T>): Promise<T> => {
    if (count > at || (count === at && !after)) {
      count = at + 1;
      throw new Crash();
    }
    const isLast = count === at;
    count++;
    const result = await work();
    if (isLast) throw new Crash();
    return result;
  };
  return {
    effect,
    effects: () => count,
    table: {
      ...table,
      put: (item) => effect(() => table.put(item)),
      putIfAbsent: (item) => effect(() => table.putIfAbsent(item)),
      putIf: (item, attribute, expected) => effect(() => table.putIf(item, attribute, expected)),
      putMany: async (items) => {
        for (const item of items) await effect(() => table.put(item));
      },
      remove: (key) => effect(() => table.remove(key)),
      removeIf: (key, attribute, expected) => effect(() => table.removeIf(key, attribute, expected)),
    },
  };
};

/** A table that remembers which partitions were ever written, so that all of it can be read. */
export const rememberingTable = (
  table: Table,
): { readonly table: Table; readonly all: () => Promise<Item[]> } => {
  const partitions = new Set<string>();
  const seen = <T extends Item | readonly Item[]>(items: T): T => {
    for (const { pk } of [items].flat() as Item[]) partitions.add(pk);
    return items;
  };
  return {
    table: {
      ...table,
      put: (item) => table.put(seen(item)),
      putIfAbsent: (item) => table.putIfAbsent(seen(item)),
      putIf: (item, ...rest) => table.putIf(seen(item), ...rest),
      putMany: (items) => table.putMany(seen(items)),
    },
    all: async () => {
      const items: Item[] = [];
      for (const pk of [...partitions].sort())
        for await (const item of table.query({ pk, consistent: true })) items.push(item);
      return items;
    },
  };
};

type Send = (messages: readonly unknown[]) => Promise<void>;
/** What a function is given in one of its lives: a store, and a way to everything that it sends to. */
export type Ports = { readonly store: WholeStore; readonly send: (to: string) => Send };
/** Whether it succeeded: what failed comes again. */
export type Call = (ports: Ports, event: never) => Promise<boolean>;
/** What a table holds before, where fresh tables come from, and what is asked of it at the end. */
type Before = {
  readonly seeded: readonly Item[];
  readonly fresh: () => Promise<Table>;
  readonly clusters: readonly Cluster[];
  readonly now: Instant;
};

/**
 * Random names and revisions differ from run to run, a second login is one more attempt. Counts may lie in other segments,
 * and what is derived from a snapshot may wait for the next one: of both, the answers are compared. A mail that went out
 * twice is on record twice.
 */
const comparable = (items: readonly Item[]): unknown[] =>
  items.flatMap(({ rev, token, revision, sum, signs, ...item }) =>
    /^(?:ATTEMPT|SLOT|TIMELINE|NAMED)#/.test(item.pk) || /^(?:SNAPSHOTS$|CHANGED$|SENT#)/.test(item.sk)
      ? []
      : [item],
  );

const storedIn = async (db: Table, items: readonly Item[], { clusters, now }: Before): Promise<unknown[]> => {
  const { activity, snapshots } = openWholeStore(db, { now: () => now });
  const stretch = { from: now - 4 * DAY, to: now + HOUR };
  const answers = await Promise.all(
    clusters.flatMap((cluster): Promise<unknown>[] => [
      activity.countedIds(cluster, stretch),
      ...["relations:1000", "role:101", "mappings"].map((subject) => snapshots.timeline(cluster, subject)),
    ]),
  );
  return [...comparable(items), ...answers];
};

export type World = {
  readonly stored: unknown;
  readonly sent: ReadonlySet<string>;
  /** How many there were, and how many by the end of each event. */
  readonly effects: number;
  readonly ends: readonly number[];
};

/** As SQS brings a message again; any other event comes as it was. */
const sentAgain = (event: unknown): unknown => {
  const { Records } = (event ?? {}) as { Records?: readonly object[] };
  const attributes = { ApproximateReceiveCount: "2" };
  return Records ? { Records: Records.map((record) => ({ ...record, attributes })) } : event;
};

/** Calls it with each event until it succeeded; the first life ends at effect `at`. */
export const live = async (
  call: Call,
  before: Before,
  events: readonly unknown[],
  { at = Number.POSITIVE_INFINITY, happens = false } = {},
): Promise<World> => {
  const { table: db, all } = rememberingTable(await before.fresh());
  await db.putMany(before.seeded);
  const sent = new Set<string>();
  let life = oneLife(db, at, happens);
  let deaths = 0;
  const ends: number[] = [];
  const portsOf = (own: Life): Ports => ({
    store: openWholeStore(own.table, { now: () => before.now }),
    send: (to) => async (messages) => {
      for (const message of messages)
        await own.effect(() => void sent.add(`${to} ${JSON.stringify(message)}`));
    },
  });
  for (const event of events) {
    const isDead = await call(portsOf(life), event as never).then(
      (isWell) => !isWell,
      () => true,
    );
    ends.push(life.effects());
    if (!isDead) continue;
    deaths++;
    life = oneLife(db);
    expect(await call(portsOf(life), sentAgain(event) as never)).toBe(true);
  }
  expect(deaths).toBe(at === Number.POSITIVE_INFINITY ? 0 : 1);
  return { stored: await storedIn(db, await all(), before), sent, effects: life.effects(), ends };
};
