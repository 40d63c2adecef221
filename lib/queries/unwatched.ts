// Clusters that nobody watches, and how many connections to them came.
import type { Cluster } from "../core/base/ids.ts";
import { DAY, floorTo, HOUR, type Instant, iso } from "../core/base/time.ts";
import type { NotWatched } from "../core/coverage/watched-places.ts";
import { watchingOf, watchOf } from "../jobs/not-watched.ts";
import type { ReadStore } from "../store/open-store.ts";

/** How far back connections are counted for an answer. */
const DAYS = 7;
/** For so long after its last connection a cluster is named. */
const NAMED_DAYS = 90;
/** So many are asked about, those with the latest connections first. */
const MOST = 20;

export type UnwatchedRow = {
  readonly cluster: Cluster;
  readonly why: NotWatched;
  /** In the last 7 days, as far as they were added up. */
  readonly connections: number;
  /** ISO 8601; null: none in these days. */
  readonly lastAt: string | null;
};

export type UnwatchedClusters = {
  /** Whether the store says which clusters are watched: without that, none is known not to be. */
  readonly isTold: boolean;
  readonly rows: readonly UnwatchedRow[];
  /** How many more were noted that nobody asked about, for there are too many. */
  readonly more: number;
};

type Stores = Pick<ReadStore, "unwatched" | "activity" | "clusters" | "deployments" | "snapshots">;

/** Those that are not watched now: who was noted and is watched since is none of them. */
export const unwatchedClusters = async (store: Stores, now: Instant): Promise<UnwatchedClusters> => {
  const noted = (await store.unwatched.list())
    .filter(({ at }) => at > now - NAMED_DAYS * DAY)
    .sort((a, b) => b.at - a.at);
  const whyOf = watchOf(store);
  const rows: UnwatchedRow[] = [];
  for (const { cluster } of noted.slice(0, MOST)) {
    const why = await whyOf(cluster);
    if (!why) continue;
    const days = await store.activity.days(cluster, { from: floorTo(DAY, now - DAYS * DAY), to: now + HOUR });
    const tallies = days.flatMap((day) => day.tallies);
    const last = Math.max(0, ...tallies.map(({ lastAt }) => lastAt));
    rows.push({
      ...{ cluster, why },
      connections: tallies.reduce((sum, { count }) => sum + count, 0),
      lastAt: last ? iso(last) : null,
    });
  }
  const isTold = watchingOf((await store.deployments.read())?.deployment) !== undefined;
  return { isTold, rows, more: Math.max(0, noted.length - MOST) };
};
