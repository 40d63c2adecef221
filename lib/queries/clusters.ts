// Which clusters the auditor watches, and how fresh what it knows of each is.
import { type Cluster, parseArn } from "../core/base/ids.ts";
import { type Instant, iso } from "../core/base/time.ts";
import { LATE_MS } from "../core/coverage/asleep.ts";
import { isUnchosen } from "../core/coverage/chosen.ts";
import type { Gone } from "../core/history/cluster-life.ts";
import type { ClusterEntry } from "../store/history/clusters.ts";
import type { ReadStore } from "../store/open-store.ts";
import { inParallel } from "../store/table/in-parallel.ts";
import { type SnapshotRef, snapshotRef } from "./basis.ts";

/** Times are ISO 8601 in UTC. */
export type ClusterRow = {
  readonly cluster: Cluster;
  readonly account: string | null;
  readonly region: string | null;
  /** null: none was taken yet. */
  readonly newestSnapshot: SnapshotRef | null;
  /** When findings were last looked for; null: never. */
  readonly judgedAt: string | null;
  /** Since when it is gone: neither read nor evaluated any more. null: it is watched. */
  readonly goneAt: string | null;
  /** `deleted`: AWS said so. `retired`: a person decided it. */
  readonly goneReason: Gone["reason"] | null;
  /** Who deleted or retired it; null: it is not known, or it is not gone. */
  readonly goneBy: string | null;
  readonly goneNote: string | null;
  /** Since when its tags do not choose it, so that nobody reads it; null: they do, or none are asked for, or it is gone. */
  readonly notChosenSince: string | null;
};

const LANES = 8;
const time = (at: Instant | undefined): string | null => (at === undefined ? null : iso(at));

/** What is known of one cluster of the register. */
const rowOf = async (
  { snapshots, findings, leftOut }: Pick<ReadStore, "snapshots" | "findings" | "leftOut">,
  { cluster, gone }: ClusterEntry,
  now: Instant,
): Promise<ClusterRow> => {
  const [head, look, { unchosen }] = await Promise.all([
    snapshots.head(cluster),
    findings.lastLook(cluster),
    leftOut.last(cluster),
  ]);
  const said = { snapshotAt: head?.manifest.takenAt, now, withinMs: LATE_MS };
  const arn = parseArn(cluster);
  return {
    cluster,
    account: arn?.account || null,
    region: arn?.region || null,
    newestSnapshot: head ? snapshotRef(head) : null,
    judgedAt: time(look?.at),
    goneAt: time(gone?.at),
    goneReason: gone?.reason ?? null,
    goneBy: gone?.by ?? null,
    goneNote: gone?.note ?? null,
    notChosenSince: !gone && isUnchosen(unchosen, said) ? iso(unchosen.since) : null,
  };
};

type ClusterStores = Pick<ReadStore, "clusters" | "snapshots" | "findings" | "leftOut">;

/** One of them, as it is at `now`; undefined: it was never known. */
export const clusterRow = async (
  store: ClusterStores,
  cluster: Cluster,
  now: Instant,
): Promise<ClusterRow | undefined> => {
  const entry = await store.clusters.entry(cluster);
  return entry && rowOf(store, entry, now);
};

/** As they are at `now`, by ARN; `after`: only those behind this one, `limit`: at most so many. */
export const listClusters = async (
  store: ClusterStores,
  now: Instant,
  { after, limit }: { readonly after?: string | undefined; readonly limit?: number } = {},
): Promise<ClusterRow[]> => {
  const entries = await store.clusters.entries();
  const known = entries.filter(({ cluster }) => after === undefined || cluster > after);
  return inParallel(known.slice(0, limit), LANES, (entry) => rowOf(store, entry, now));
};
