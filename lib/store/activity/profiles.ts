// What connections add up to, by hour and by day: always recomputed, an hour from its segments, a day from its hours.

import { dayNumber } from "../../core/anomaly/day-figures.ts";
import type { Cluster } from "../../core/base/ids.ts";
import { DAY, floorTo, HOUR, type Instant, type Interval, MINUTE } from "../../core/base/time.ts";
import { inParallel } from "../table/in-parallel.ts";
import type { Table } from "../table/table.ts";
import { noteChangedDays } from "./changed-days.ts";
import type { DirtyHours, Mark } from "./dirty-hours.ts";
import { profileHours, profileReader } from "./read-profiles.ts";
import { rebuildProfiles } from "./rebuild-profiles.ts";

/** An hour is left open this long after its end: most of a trail's files come within 15 minutes. */
const GRACE = 15 * MINUTE;

const LANES = 8;

export type Folded = { readonly hours: number; readonly days: number };

/** Adds up what has changed, or a stretch whatever has changed. */
const profileFolder = (
  table: Table,
  dirty: DirtyHours,
  { rebuildHour, rebuildDay }: ReturnType<typeof rebuildProfiles>,
) => {
  const noteChanged = noteChangedDays(table);
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
  };
};

/** Profiles are read, added up when they change, and added up anew. */
export const profileStore = (table: Table, dirty: DirtyHours) => {
  const hours = profileHours(table);
  return {
    ...profileFolder(table, dirty, rebuildProfiles(table, hours)),
    ...profileReader(table, dirty, hours),
  };
};
