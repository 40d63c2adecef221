// What connections add up to, by hour and by day: always recomputed, an hour from its segments, a day from its hours.

import type { Profile } from "../../core/activity/activity.ts";
import { type Bounded, boundTallies, crowdReason, namelessUses } from "../../core/activity/bound-tallies.ts";
import { mergeTallies } from "../../core/activity/tally.ts";
import { dayNumber } from "../../core/anomaly/day-figures.ts";
import { type Cluster, parseArn } from "../../core/base/ids.ts";
import { DAY, floorTo, HOUR, type Instant, type Interval, iso, MINUTE } from "../../core/base/time.ts";
import { AuditError } from "../../errors.ts";
import { doubtStore } from "../coverage/doubts.ts";
import { inParallel } from "../table/in-parallel.ts";
import { keys } from "../table/keys.ts";
import type { Item, Table } from "../table/table.ts";
import { TTL_ATTRIBUTE } from "../table/table-definition.ts";
import { noteChangedDays } from "./changed-days.ts";
import type { DirtyHours, Mark } from "./dirty-hours.ts";
import { talliesOfSegments } from "./segment.ts";
import type { FoldedSegments } from "./slots.ts";
import { packTallies, unpackTallies } from "./tally-codec.ts";

/** What an hour and a day keep apart. The bytes are those before compression, which cannot add to them. */
const LIMITS = { hour: { kinds: 1_000, bytes: 300_000 }, day: { kinds: 2_000, bytes: 320_000 } } as const;

/** An hour is left open this long after its end: most of a trail's files come within 15 minutes. */
const GRACE = 15 * MINUTE;

const MAX_ROUNDS = 20;
const LANES = 8;
const MINUTES = 60;

export type Folded = { readonly hours: number; readonly days: number };

const profileOf = (cluster: Cluster, unit: number, item: Item): Profile => {
  const from = Date.parse(item.sk);
  if (item.v !== 1 || Number.isNaN(from) || typeof item.folded !== "number") {
    throw new AuditError("store", "A stored profile is of another version", {
      hint: "Use the release that wrote this store, or a newer one.",
    });
  }
  const { folded, others } = item;
  const tallies = unpackTallies(item.tallies);
  return { cluster, from, to: from + unit, tallies, folded, ...(typeof others === "number" && { others }) };
};

/** What is stored of it; `others` only where there are any, as in the profiles of every release before. */
const attributesOf = ({ folded, others, tallies }: Bounded) => ({
  folded,
  ...(others > 0 && { others }),
  tallies: packTallies(tallies),
});

const homeOf = (cluster: Cluster): string | undefined => parseArn(cluster)?.account;

const revisionOf = (item: Item | undefined): number | undefined =>
  typeof item?.rev === "number" ? item.rev : undefined;

/** Segments per minute as two bytes each. */
const packCounts = (counts: readonly number[]): Uint8Array =>
  new Uint8Array(Uint16Array.from({ length: MINUTES }, (_, minute) => counts[minute] ?? 0).buffer);

const unpackCounts = (bytes: unknown): number[] => {
  if (!(bytes instanceof Uint8Array) || bytes.length !== 2 * MINUTES) return [];
  return Array.from({ length: MINUTES }, (_, at) => (bytes[2 * at] ?? 0) + 256 * (bytes[2 * at + 1] ?? 0));
};

/** For slots: how much of an hour its profile has seen. */
export const foldedSegments =
  (table: Table): FoldedSegments =>
  async (cluster, hour) => {
    const counts = unpackCounts((await table.get(keys.hour(cluster, hour), { consistent: true }))?.segments);
    return (minute) => counts[(minute - hour) / MINUTE] ?? 0;
  };

export const profileStore = (table: Table, dirty: DirtyHours, slotDays: number) => {
  /** Reads, builds and puts until nobody else was in between; `build` returns undefined when nothing has changed. */
  const rebuild = async (
    key: { pk: string; sk: string },
    build: (stored: Item | undefined) => Promise<Record<string, unknown> | undefined>,
  ): Promise<boolean> => {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const stored = await table.get(key, { consistent: true });
      const built = await build(stored);
      if (built === undefined) return false;
      const rev = revisionOf(stored);
      if (await table.putIf({ ...key, v: 1, rev: (rev ?? 0) + 1, ...built }, "rev", rev)) return true;
    }
    throw new AuditError("conflict", "A profile changed too many times while it was added up");
  };

  const doubts = doubtStore(table);
  const noteChanged = noteChangedDays(table);
  /** Whoever stands in a remainder may have used any mapping: the stretch proves nothing while it is so. */
  const noteCrowd = async (
    cluster: Cluster,
    at: Interval,
    bounded: Bounded,
    stored: Item | undefined,
    before = 0,
  ) => {
    if (!bounded.others && !stored?.others) return;
    const reason = crowdReason(bounded, before);
    const source = `crowd ${iso(at.from)} ${at.to - at.from}`;
    await doubts.replace(cluster, source, reason === undefined ? [] : [{ ...at, reason }]);
  };

  const rebuildHour = (cluster: Cluster, hour: Instant): Promise<boolean> =>
    rebuild(keys.hour(cluster, hour), async (stored) => {
      const counts: number[] = [];
      const minutes = new Map<number, Item[]>();
      for await (const item of table.query({ pk: keys.slots(cluster, hour), consistent: true })) {
        const minute = Number(item.sk.slice(0, 2));
        counts[minute] = (counts[minute] ?? 0) + 1;
        const known = minutes.get(minute);
        if (known) known.push(item);
        else minutes.set(minute, [item]);
      }
      const segments = packCounts(counts);
      const same = stored?.segments instanceof Uint8Array && Buffer.compare(stored.segments, segments) === 0;
      if (same || (stored === undefined && !minutes.size)) return undefined;
      const all = [...minutes.values()].flatMap(talliesOfSegments);
      const bounded = boundTallies(mergeTallies(all), LIMITS.hour, { home: homeOf(cluster) });
      await noteCrowd(cluster, { from: hour, to: hour + HOUR }, bounded, stored);
      const expiresAt = Math.ceil((hour + (slotDays + 3) * DAY) / 1_000);
      return { segments, ...attributesOf(bounded), [TTL_ATTRIBUTE]: expiresAt };
    });

  const range = (pk: string, { from, to }: Interval, consistent: boolean) =>
    table.query({ pk, from: iso(from), to: iso(to - 1), consistent });

  const read = async (cluster: Cluster, interval: Interval, consistent = false): Promise<Profile[]> => {
    const profiles: Profile[] = [];
    if (interval.to <= interval.from) return profiles;
    for await (const item of range(keys.hours(cluster), interval, consistent)) {
      profiles.push(profileOf(cluster, HOUR, item));
    }
    return profiles;
  };

  const addUp = async (
    cluster: Cluster,
    day: Instant,
    consistent: boolean,
  ): Promise<Bounded & { namelessBefore: number }> => {
    const hours = await read(cluster, { from: day, to: day + DAY }, consistent);
    const before = {
      folded: hours.reduce((sum, { folded }) => sum + folded, 0),
      others: hours.reduce((most, { others = 0 }) => Math.max(most, others), 0),
    };
    const merged = mergeTallies(hours.flatMap(({ tallies }) => tallies));
    const bounded = boundTallies(merged, LIMITS.day, { home: homeOf(cluster), before });
    return { ...bounded, namelessBefore: namelessUses(merged) };
  };

  const rebuildDay = (cluster: Cluster, day: Instant): Promise<boolean> =>
    rebuild(keys.day(cluster, day), async (stored) => {
      const bounded = await addUp(cluster, day, true);
      await noteCrowd(cluster, { from: day, to: day + DAY }, bounded, stored, bounded.namelessBefore);
      const attributes = attributesOf(bounded);
      const { tallies } = attributes;
      const same = stored?.tallies instanceof Uint8Array && Buffer.compare(stored.tallies, tallies) === 0;
      const nothing = stored === undefined && unpackTallies(tallies).length === 0;
      return same || nothing ? undefined : attributes;
    });

  return {
    /**
     * Adds up what has changed. An hour that is still filling is added up and stays marked; a past one is taken, added up
     * together with its day, and its mark removed last. Dying anywhere leaves a mark. An hour that cannot be added up
     * keeps its mark and does not stop the others; what went wrong first is thrown when they are done.
     */
    fold: async (cluster: Cluster, now: Instant): Promise<Folded> => {
      const failures: unknown[] = [];
      /** undefined: it failed. */
      const attempt = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
        try {
          return await work();
        } catch (error) {
          failures.push(error);
          return undefined;
        }
      };
      const past: Mark[] = [];
      const changed = await inParallel(await dirty.list(cluster), LANES, (mark) =>
        attempt(async () => {
          const isPast = mark.hour + HOUR + GRACE <= now;
          const taken = isPast ? await dirty.take(cluster, mark) : mark;
          if (taken === undefined) return false;
          const rebuilt = await rebuildHour(cluster, mark.hour);
          if (isPast) past.push(taken);
          return rebuilt;
        }),
      );
      const days = [...Map.groupBy(past, ({ hour }) => floorTo(DAY, hour))];
      const changedDays = await inParallel(days, LANES, ([day]) => attempt(() => rebuildDay(cluster, day)));
      // After hours and days: what was worked out from them as they were holds no more. Before the marks go: whoever
      // dies in between comes here again.
      await noteChanged(
        cluster,
        days.map(([day]) => dayNumber(day)),
      );
      const added = days.filter((_, n) => changedDays[n] !== undefined).flatMap(([, marks]) => marks);
      await inParallel(added, LANES, (mark) => attempt(() => dirty.clear(cluster, mark)));
      if (failures.length) throw failures[0];
      return { hours: changed.filter(Boolean).length, days: changedDays.filter(Boolean).length };
    },

    /** Adds a stretch up from its segments whatever the marks say: for repair, and to prove that kept = rebuilt. */
    refold: async (cluster: Cluster, { from, to }: Interval): Promise<Folded> => {
      const hours: Instant[] = [];
      for (let hour = floorTo(HOUR, from); hour < to; hour += HOUR) hours.push(hour);
      const changed = await inParallel(hours, LANES, (hour) => rebuildHour(cluster, hour));
      const days = [...new Set(hours.map((hour) => floorTo(DAY, hour)))];
      const changedDays = await inParallel(days, LANES, (day) => rebuildDay(cluster, day));
      await noteChanged(cluster, days.map(dayNumber));
      return { hours: changed.filter(Boolean).length, days: changedDays.filter(Boolean).length };
    },

    /** The hours that begin in the interval and have connections, as of the last fold, sorted. */
    hours: (cluster: Cluster, interval: Interval): Promise<Profile[]> => read(cluster, interval),

    /** The first connection after `at` that begins before `until`, as far as hours tell; undefined: none is known. */
    firstAfter: async (cluster: Cluster, at: Instant, until: Instant): Promise<Instant | undefined> => {
      // The hour of `at` and the next one that saw connections: all of that one are later.
      const found = table.query({
        pk: keys.hours(cluster),
        from: iso(floorTo(HOUR, at)),
        to: iso(until),
        limit: 2,
      });
      for await (const item of found) {
        const { tallies } = profileOf(cluster, HOUR, item);
        const later = tallies.flatMap(({ firstAt, lastAt }) =>
          firstAt >= until || lastAt <= at ? [] : firstAt > at ? firstAt : lastAt,
        );
        if (later.length) return Math.min(...later);
      }
      return undefined;
    },

    /** The days that begin in the interval and have connections, sorted; a day with open hours is added up on the spot. */
    days: async (cluster: Cluster, interval: Interval): Promise<Profile[]> => {
      if (interval.to <= interval.from) return [];
      const open = new Set((await dirty.list(cluster)).map(({ hour }) => floorTo(DAY, hour)));
      const profiles = new Map<Instant, Profile>();
      for await (const item of range(keys.days(cluster), interval, false)) {
        const day = profileOf(cluster, DAY, item);
        profiles.set(day.from, day);
      }
      for (const day of open) {
        if (day < interval.from || day >= interval.to) continue;
        const { tallies, folded, others } = await addUp(cluster, day, false);
        const kept = { tallies, folded, ...(others > 0 && { others }) };
        if (tallies.length) profiles.set(day, { cluster, from: day, to: day + DAY, ...kept });
      }
      return [...profiles.values()].sort((a, b) => a.from - b.from);
    },
  };
};
