// What connections of a stretch add up to, exact at both ends as far as the store can tell.
import type { Profile, Tally } from "../core/activity/activity.ts";
import { talliesBefore } from "../core/activity/tally.ts";
import { DAY, floorTo, HOUR, type Instant, type Interval } from "../core/base/time.ts";
import type { ReadStore } from "../store/open-store.ts";
import { connectionsOf, type Database } from "./database.ts";

/** Profiles that make up the stretch: days where it holds whole ones, else hours. */
export const profilesIn = async (
  store: ReadStore,
  database: Database,
  { from, to }: Interval,
): Promise<Profile[]> => {
  const begin = floorTo(HOUR, from);
  const firstDay = Math.min(to, floorTo(DAY, begin + DAY - 1));
  const lastDay = Math.max(firstDay, floorTo(DAY, to));
  const [before, days, after] = await Promise.all([
    connectionsOf(store, database, "hours", { from: begin, to: firstDay }),
    connectionsOf(store, database, "days", { from: firstDay, to: lastDay }),
    connectionsOf(store, database, "hours", { from: lastDay, to }),
  ]);
  return [...before, ...days, ...after];
};

/** Tallies of the hours that lie in the stretch, days where it holds whole ones; of the last hour what had begun before `to`. */
export const talliesIn = async (store: ReadStore, database: Database, interval: Interval): Promise<Tally[]> =>
  talliesUntil(await profilesIn(store, database, interval), interval.to);

/** The same of profiles that were read already. */
export const talliesUntil = (profiles: readonly Pick<Profile, "tallies">[], to: Instant): Tally[] =>
  talliesBefore(
    profiles.flatMap(({ tallies }) => tallies),
    to,
  );
