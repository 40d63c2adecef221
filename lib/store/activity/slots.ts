// Counts connections, each once. A slot is one minute of one cluster: a row of numbered segments, each put where nothing
// was. What a writer read before it put segment n + 1 is all that there was before n + 1, so no id is ever written twice.
import { randomUUID } from "node:crypto";
import type { Connection } from "../../core/activity/connection.ts";
import { eventHash } from "../../core/activity/event-hash.ts";
import { betterConnection, identityOf } from "../../core/activity/identity.ts";
import type { Cluster } from "../../core/base/ids.ts";
import { DAY, floorTo, HOUR, type Instant, type Interval, MINUTE } from "../../core/base/time.ts";
import { AuditError } from "../../errors.ts";
import { inParallel } from "../table/in-parallel.ts";
import * as keys from "../table/keys.ts";
import type { Item, Table } from "../table/table.ts";
import { TTL_ATTRIBUTE } from "../table/table-definition.ts";
import type { DirtyHours } from "./dirty-hours.ts";
import { type Entry, encodeSegments, noteEntries, slotOf, tellsMore } from "./segment.ts";

export type Counted = { readonly counted: number; readonly duplicates: number; readonly tooOld: number };

/** How long slots live; older events are refused, for nothing could tell any more whether they were counted. */
export const SLOT_DAYS = 400;

/** Items expire this much after the last event they could be asked about, so that no half-expired hour is ever read. */
const MARGIN_DAYS = 2;

/** Each lost round means that somebody else's segment went in: a slot of that many writers does not exist. */
const MAX_ROUNDS = 200;

const LANES = 8;

type Minute = { readonly minute: Instant; readonly fresh: Map<string, Connection> };
type Hour = { readonly cluster: Cluster; readonly hour: Instant; readonly minutes: Map<Instant, Minute> };

const groupByHour = (connections: readonly Connection[]): { hours: Hour[]; repeated: number } => {
  const hours = new Map<string, Hour>();
  let repeated = 0;
  for (const connection of connections) {
    const { cluster, at } = connection;
    const hourAt = floorTo(HOUR, at);
    const key = `${hourAt} ${cluster}`;
    const hour = hours.get(key) ?? { cluster, hour: hourAt, minutes: new Map<Instant, Minute>() };
    hours.set(key, hour);
    const minuteAt = floorTo(MINUTE, at);
    const slot = hour.minutes.get(minuteAt) ?? { minute: minuteAt, fresh: new Map<string, Connection>() };
    hour.minutes.set(minuteAt, slot);
    const hash = eventHash(identityOf(connection));
    const known = slot.fresh.get(hash);
    if (known) repeated++;
    slot.fresh.set(hash, known ? betterConnection(known, connection) : connection);
  }
  return { hours: [...hours.values()], repeated };
};

/** How many segments of each minute an hour's profile has added up. */
export type FoldedSegments = (cluster: Cluster, hour: Instant) => Promise<(minute: Instant) => number>;

/** The segments of the minutes from `from` to `to`, both within one hour. */
const readSegments = async (
  table: Table,
  cluster: Cluster,
  from: Instant,
  to: Instant,
): Promise<Map<string, Item[]>> => {
  const byMinute = new Map<string, Item[]>();
  const pk = keys.slots(cluster, floorTo(HOUR, from));
  const range = { pk, from: keys.segments(from), to: `${keys.segments(to)}~`, consistent: true };
  for await (const item of table.query(range)) {
    const minute = item.sk.slice(0, 3);
    const known = byMinute.get(minute);
    if (known) known.push(item);
    else byMinute.set(minute, [item]);
  }
  return byMinute;
};

/** Puts what is new in one slot. Returns how much that was and how many segments the slot has now. */
const fillSlot = async (
  table: Table,
  cluster: Cluster,
  { minute, fresh }: Minute,
  items: readonly Item[],
): Promise<{ added: number; wrote: boolean; segments: number }> => {
  let slot = slotOf(items);
  let left: Entry[] = [...fresh].filter((entry) => tellsMore(slot, entry));
  let added = 0;
  let wrote = false;
  const expiresAt = Math.ceil((minute + (SLOT_DAYS + MARGIN_DAYS) * DAY) / 1_000);
  for (let round = 0; left.length; round++) {
    if (round >= MAX_ROUNDS) {
      throw new AuditError("conflict", "Another writer was first too many times", {
        hint: "Nothing is lost: deliver the batch again.",
      });
    }
    for (const { attributes, entries } of encodeSegments(left)) {
      const key = keys.segment(cluster, minute, slot.segments + 1);
      const writer = randomUUID();
      const item = { ...key, v: 1, writer, ...attributes, [TTL_ATTRIBUTE]: expiresAt };
      // The SDK repeats a put whose answer got lost: then it is our own segment that stands in the way.
      const ours =
        (await table.putIfAbsent(item)) || (await table.get(key, { consistent: true }))?.writer === writer;
      if (!ours) break;
      slot.segments++;
      wrote = true;
      added += entries.filter(([hash]) => !slot.ids.has(hash)).length;
      noteEntries(slot, entries);
      const put = new Set(entries);
      left = left.filter((entry) => !put.has(entry));
    }
    if (!left.length) break;
    slot = slotOf((await readSegments(table, cluster, minute, minute)).get(keys.segments(minute)) ?? []);
    left = left.filter((entry) => tellsMore(slot, entry));
  }
  return { added, wrote, segments: slot.segments };
};

/** Counts into the table; see the file's first lines for why it is exact. */
export const slotCounter = (table: Table, dirty: DirtyHours, folded: FoldedSegments) => {
  const countHour = async ({ cluster, hour, minutes }: Hour): Promise<number> => {
    const all = [...minutes.values()].sort((a, b) => a.minute - b.minute);
    const stored = await readSegments(table, cluster, all[0]?.minute ?? hour, all.at(-1)?.minute ?? hour);
    const itemsOf = (minute: Instant): readonly Item[] => stored.get(keys.segments(minute)) ?? [];
    const unseen = all.some(({ minute, fresh }) => {
      const slot = slotOf(itemsOf(minute));
      return fresh.entries().some((entry) => tellsMore(slot, entry));
    });
    if (unseen) await dirty.ensure(cluster, hour);
    const filled = await inParallel(all, LANES, (slot) =>
      fillSlot(table, cluster, slot, itemsOf(slot.minute)),
    );
    const added = filled.reduce((sum, slot) => sum + slot.added, 0);
    if (filled.some(({ wrote }) => wrote)) await dirty.ensure(cluster, hour);
    else {
      // Nothing but duplicates: were they ever added up, or did their writer die before it could say so?
      const known = await folded(cluster, hour);
      if (all.some(({ minute }, n) => (filled[n]?.segments ?? 0) > known(minute))) {
        await dirty.ensure(cluster, hour);
      }
    }
    return added;
  };

  /**
   * Counts each connection that no slot holds yet. Safe to repeat, to interrupt and to run beside itself: every connection
   * ends up counted once. Throws AuditError "throttled" or the database's error; then the batch is to be delivered again.
   */
  return async (connections: readonly Connection[], now: Instant): Promise<Counted> => {
    const oldest = now - SLOT_DAYS * DAY;
    const recent = connections.filter(({ at }) => at >= oldest);
    const { hours } = groupByHour(recent);
    const added = await inParallel(hours, LANES, countHour);
    const counted = added.reduce((sum, n) => sum + n, 0);
    return {
      counted,
      duplicates: recent.length - counted,
      tooOld: connections.length - recent.length,
    };
  };
};

/** The hashes of the events that were counted in a stretch, by minute. */
export const countedIds =
  (table: Table) =>
  async (cluster: Cluster, { from, to }: Interval): Promise<Map<Instant, Set<string>>> => {
    const minutes = new Map<Instant, Set<string>>();
    for (let hour = floorTo(HOUR, from); hour < to; hour += HOUR) {
      for await (const item of table.query({ pk: keys.slots(cluster, hour), consistent: true })) {
        const minute = hour + Number(item.sk.slice(0, 2)) * MINUTE;
        if (minute < from || minute >= to) continue;
        const ids = minutes.get(minute) ?? new Set<string>();
        for (const hash of slotOf([item]).ids) ids.add(hash);
        minutes.set(minute, ids);
      }
    }
    return minutes;
  };
