// What hours and days with connections add up to, as of the last fold.

import type { Profile } from "../../core/activity/activity.ts";
import { type Bounded, boundTallies, namelessUses } from "../../core/activity/bound-tallies.ts";
import { mergeTallies } from "../../core/activity/tally.ts";
import { type Cluster, parseArn } from "../../core/base/ids.ts";
import { DAY, floorTo, HOUR, type Instant, type Interval, iso } from "../../core/base/time.ts";
import * as keys from "../table/keys.ts";
import type { Table } from "../table/table.ts";
import type { DirtyHours } from "./dirty-hours.ts";
import { profileOf } from "./profile-item.ts";

/** What an hour and a day keep apart. The bytes are those before compression, which cannot add to them. */
export const PROFILE_LIMITS = {
  hour: { kinds: 1_000, bytes: 300_000 },
  day: { kinds: 2_000, bytes: 320_000 },
} as const;

export const homeOf = (cluster: Cluster): string | undefined => parseArn(cluster)?.account;

/** Hours as they are stored, and a day added up from them. */
export const profileHours = (table: Table) => {
  const range = (pk: string, { from, to }: Interval, consistent: boolean) =>
    table.query({ pk, from: iso(from), to: iso(to - 1), consistent });

  async function* eachHour(
    cluster: Cluster,
    interval: Interval,
    consistent = false,
  ): AsyncGenerator<Profile> {
    if (interval.to <= interval.from) return;
    for await (const item of range(keys.hours(cluster), interval, consistent))
      yield profileOf(cluster, HOUR, item);
  }

  const read = (cluster: Cluster, interval: Interval, consistent = false): Promise<Profile[]> =>
    Array.fromAsync(eachHour(cluster, interval, consistent));

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
    const bounded = boundTallies(merged, PROFILE_LIMITS.day, { home: homeOf(cluster), before });
    return { ...bounded, namelessBefore: namelessUses(merged) };
  };

  return { range, eachHour, read, addUp };
};
export type ProfileHours = ReturnType<typeof profileHours>;

/**
 * The days that begin in the interval, one after the other. A day with open hours is added up on the spot, whether or not
 * something is kept of it.
 */
async function* eachDay(
  { range, addUp }: ProfileHours,
  cluster: Cluster,
  interval: Interval,
  openDays: readonly Instant[],
): AsyncGenerator<Profile> {
  const open = openDays.filter((day) => day >= interval.from && day < interval.to).sort((a, b) => a - b);
  const addedUp = async (day: Instant): Promise<Profile | undefined> => {
    const { tallies, folded, others } = await addUp(cluster, day, false);
    const kept = { tallies, folded, ...(others > 0 && { others }) };
    return tallies.length ? { cluster, from: day, to: day + DAY, ...kept } : undefined;
  };
  for await (const item of range(keys.days(cluster), interval, false)) {
    const day = profileOf(cluster, DAY, item);
    let anew: Profile | undefined;
    for (let next = open[0]; next !== undefined && next <= day.from; next = open[0]) {
      open.shift();
      const found = await addedUp(next);
      if (next === day.from) anew = found;
      else if (found) yield found;
    }
    yield anew ?? day;
  }
  for (const day of open) {
    const found = await addedUp(day);
    if (found) yield found;
  }
}

/** The questions about profiles. */
export const profileReader = (table: Table, dirty: DirtyHours, hours: ProfileHours) => {
  async function* daysIn(cluster: Cluster, interval: Interval): AsyncGenerator<Profile> {
    if (interval.to <= interval.from) return;
    const open = new Set((await dirty.list(cluster)).map(({ hour }) => floorTo(DAY, hour)));
    yield* eachDay(hours, cluster, interval, [...open]);
  }
  return {
    /** The hours that begin in the interval and have connections, as of the last fold, sorted. */
    hours: (cluster: Cluster, interval: Interval): Promise<Profile[]> => hours.read(cluster, interval),

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

    /** The same one after the other, for who does not hold them all. */
    eachHour: (cluster: Cluster, interval: Interval): AsyncIterable<Profile> =>
      hours.eachHour(cluster, interval),

    /** The days that begin in the interval and have connections, sorted; a day with open hours is added up on the spot. */
    days: (cluster: Cluster, interval: Interval): Promise<Profile[]> =>
      Array.fromAsync(daysIn(cluster, interval)),

    /** The same one after the other. */
    eachDay: (cluster: Cluster, interval: Interval): AsyncIterable<Profile> => daysIn(cluster, interval),
  };
};
