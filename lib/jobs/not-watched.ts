// A cluster of which connections come, by a shared trail or by EventBridge, although nobody chose to watch it. They are counted, so
// that nothing is lost if somebody does; nobody is told of them as findings.
import { type Deployment, listOf } from "../config.ts";
import { type Cluster, parseArn } from "../core/base/ids.ts";
import { lazily } from "../core/base/lazily.ts";
import type { Instant } from "../core/base/time.ts";
import { peersIn } from "../core/catalog/peers.ts";
import { type NotWatched, notWatchedBy, type Watching } from "../core/coverage/watched-places.ts";
import { closeUnwatched } from "../core/findings/close-gone.ts";
import type { Finding } from "../core/findings/finding.ts";
import type { ClusterEntry } from "../store/history/clusters.ts";
import type { ReadStore, Store } from "../store/open-store.ts";
import { unlessUnreadable } from "./unreadable.ts";

type WatchStores = Pick<ReadStore, "clusters" | "deployments" | "snapshots">;

/** undefined: nobody wrote it, or an earlier release did, which did not say which clusters it watches. */
export const watchingOf = (deployment: Deployment | null | undefined): Watching | undefined => {
  if (!deployment) return undefined;
  const { topic, regions, members, named, clusterTags } = deployment;
  const { account, region } = parseArn(topic) ?? {};
  if (!account || !region || regions === undefined || members === undefined || !clusterTags) return undefined;
  return {
    ...{ account, region, named, tags: clusterTags },
    ...{ accounts: listOf(members), regions: listOf(regions) },
  };
};

/** The peers of a cluster as its newest snapshot names them; undefined: it cannot be read or does not know, and any may be one. */
const peersBySnapshot = (
  { snapshots }: Pick<WatchStores, "snapshots">,
  cluster: Cluster,
): Promise<readonly Cluster[] | undefined> =>
  unlessUnreadable(async () => {
    const head = await snapshots.head(cluster);
    if (!head) return [];
    const { catalog, manifest } = await snapshots.open(cluster, head);
    const { clusters, unread } = peersIn(catalog, { byLogin: manifest.meta.login !== undefined });
    return unread === undefined ? clusters : undefined;
  });

/**
 * Why nobody watches a cluster, for who asks about several: each snapshot is read once at most. undefined: it is watched, or nothing
 * says that it is not. Watched is what a snapshot was ever taken of, what the deployment's settings include, and the peer of a
 * cluster that is watched: both are one database, and who connects at the one uses what is watched at the other.
 */
export const watchOf = (store: WatchStores): ((cluster: Cluster) => Promise<NotWatched | undefined>) => {
  const entriesOnce = lazily<void, ReturnType<WatchStores["clusters"]["entries"]>>(() =>
    store.clusters.entries(),
  );
  const runningOnce = lazily<void, ReturnType<WatchStores["deployments"]["read"]>>(() =>
    store.deployments.read(),
  );
  const peersOnce = lazily((cluster: Cluster) => peersBySnapshot(store, cluster));
  const isPeer = async (cluster: Cluster, entries: readonly ClusterEntry[]): Promise<boolean> => {
    const own = parseArn(cluster);
    for (const { cluster: other, gone } of entries) {
      const parts = parseArn(other);
      if (gone || parts?.account !== own?.account || parts?.region === own?.region) continue;
      const peers = await peersOnce(other);
      if (!peers || peers.includes(cluster)) return true;
    }
    return false;
  };
  return async (cluster) => {
    // First, for it is one small item, and true of nearly all that are asked about.
    if (await store.clusters.entry(cluster)) return undefined;
    const watching = watchingOf((await runningOnce())?.deployment);
    const why = watching && notWatchedBy(cluster, watching);
    return why && !(await isPeer(cluster, await entriesOnce())) ? why : undefined;
  };
};

/**
 * The same for who is to evaluate it. One that is watched and was never read is noted: by that what is kept of its connections is
 * found.
 */
export const watchAndNote = async (
  store: WatchStores & Pick<Store, "unwatched">,
  cluster: Cluster,
  now: Instant,
): Promise<NotWatched | undefined> => {
  if (await store.clusters.entry(cluster)) return undefined;
  const unwatched = await watchOf(store)(cluster);
  if (!unwatched) await store.unwatched.note(cluster, now);
  return unwatched;
};

/**
 * What is done with new connections to a cluster that nobody watches: they are added up and noted, and what an evaluation of an
 * earlier release found is closed. Twice is once. The findings after it.
 */
export const noteUnwatched = async (
  store: Pick<Store, "activity" | "unwatched" | "findings">,
  cluster: Cluster,
  now: Instant,
): Promise<readonly Finding[]> => {
  await store.activity.fold(cluster, now);
  await store.unwatched.note(cluster, now);
  if ((await store.findings.lastLook(cluster)) === undefined) return [];
  return store.findings.update(cluster, (all) => closeUnwatched(all, now));
};
