// What follows from the tags by which a deployment chooses its clusters: who is no longer chosen is noted, and of whom no tags are
// known stays as it was. Used by the plan function.
import type { WatchedCluster } from "../config.ts";
import type { Cluster } from "../core/base/ids.ts";
import type { Instant } from "../core/base/time.ts";
import { LATE_MS } from "../core/coverage/asleep.ts";
import { isUnchosen, type Unchosen } from "../core/coverage/chosen.ts";
import type { Discovery } from "../dsql/discover-clusters.ts";
import type { Store } from "../store/open-store.ts";
import { readableHead } from "./cluster-life.ts";
import { unlessUnreadable } from "./unreadable.ts";

type Choice = {
  /** Of those whose tags are not known: who was watched before, and is read as before. */
  readonly read: readonly WatchedCluster[];
  /** Who was chosen until now. */
  readonly dropped: readonly Cluster[];
};

/** `watched`: the clusters that are known and not gone. One that was never watched is nobody's concern. Twice is once. */
export const settleChoice = async (
  { leftOut, snapshots }: Pick<Store, "leftOut" | "snapshots">,
  { unchosen: others = [], undecided = [] }: Pick<Discovery, "unchosen" | "undecided">,
  watched: ReadonlySet<Cluster>,
  now: Instant,
): Promise<Choice> => {
  const standing = async (cluster: Cluster): Promise<Unchosen | undefined> => {
    // What cannot be read of one cluster keeps no other from being planned.
    const last = (await unlessUnreadable(() => leftOut.last(cluster)))?.unchosen;
    if (!last) return undefined;
    const snapshotAt = (await readableHead({ snapshots }, cluster))?.manifest.takenAt;
    return isUnchosen(last, { snapshotAt, now, withinMs: LATE_MS }) ? last : undefined;
  };
  const dropped: Cluster[] = [];
  for (const cluster of others) {
    if (!watched.has(cluster)) continue;
    const last = await standing(cluster);
    if (!last) dropped.push(cluster);
    await leftOut.noteUnchosen(cluster, { at: now, since: last?.since ?? now });
  }
  const read: WatchedCluster[] = [];
  for (const one of undecided) {
    if (!watched.has(one.cluster)) continue;
    const last = await standing(one.cluster);
    if (last) await leftOut.noteUnchosen(one.cluster, { at: now, since: last.since });
    else read.push(one);
  }
  return { read, dropped };
};
