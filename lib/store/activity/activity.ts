// The activity of clusters in the store: count connections, add them up, ask for hours, days and what is proven.
import type { Profile } from "../../core/activity/activity.ts";
import type { Connection } from "../../core/activity/connection.ts";
import type { Cluster } from "../../core/base/ids.ts";
import type { Instant, Interval } from "../../core/base/time.ts";
import { type CoverageHours, coverageHours } from "../coverage/coverage-hours.ts";
import type { Table } from "../table/table.ts";
import { dirtyHours } from "./dirty-hours.ts";
import { foldedSegments } from "./profile-item.ts";
import { type Folded, profileStore } from "./profiles.ts";
import { type RedactedActivity, redactActivity } from "./redact-activity.ts";
import { type SightingsReader, sightingsReader } from "./sightings.ts";
import { type Counted, countedIds, slotCounter } from "./slots.ts";

export type ActivityStore = CoverageHours & {
  /** Counts each connection once, whatever was delivered before; `counted + duplicates + tooOld` is all of them. */
  readonly count: (connections: readonly Connection[], now: Instant) => Promise<Counted>;
  /** Whether something was counted that no fold has added up yet. */
  readonly waits: (cluster: Cluster) => Promise<boolean>;
  /** Adds up the hours and days that changed since the last fold; how many did. */
  readonly fold: (cluster: Cluster, now: Instant) => Promise<Folded>;
  /** Adds a stretch up anew from what was counted. Changes nothing unless something was amiss. */
  readonly refold: (cluster: Cluster, interval: Interval) => Promise<Folded>;
  /** 64-bit hashes of the events counted in a stretch of whole minutes, by minute: see eventHash. */
  readonly countedIds: (cluster: Cluster, interval: Interval) => Promise<Map<Instant, Set<string>>>;
  /** Profiles of the hours that begin in the interval and saw connections, as of the last fold. */
  readonly hours: (cluster: Cluster, interval: Interval) => Promise<Profile[]>;
  /** The same one after the other, for who does not hold them all. */
  readonly eachHour: (cluster: Cluster, interval: Interval) => AsyncIterable<Profile>;
  /** The same by UTC day. */
  readonly days: (cluster: Cluster, interval: Interval) => Promise<Profile[]>;
  /** The same one after the other. */
  readonly eachDay: (cluster: Cluster, interval: Interval) => AsyncIterable<Profile>;
  /** Exact addresses and session names of some minutes, bounded: see sightingsReader. */
  readonly sightings: SightingsReader;
  /** Takes the name of one session out of all of it: see redactActivity. */
  readonly redact: (
    cluster: Cluster,
    person: string,
    options: { readonly apply: boolean },
  ) => Promise<RedactedActivity>;
  /** The first connection after `at` that is known to begin before `until`. */
  readonly firstAfter: (cluster: Cluster, at: Instant, until: Instant) => Promise<Instant | undefined>;
};

export const createActivityStore = (table: Table): ActivityStore => {
  const dirty = dirtyHours(table);
  return {
    count: slotCounter(table, dirty, foldedSegments(table)),
    waits: async (cluster) => (await dirty.list(cluster)).length > 0,
    countedIds: countedIds(table),
    sightings: sightingsReader(table),
    redact: redactActivity(table),
    ...profileStore(table, dirty),
    ...coverageHours(table),
  };
};
