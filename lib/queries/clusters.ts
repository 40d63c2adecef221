// Which clusters the auditor watches, how fresh what it knows of each is, and to which others somebody connects.
import { type Cluster, parseArn } from "../core/base/ids.ts";
import { byText } from "../core/base/sorted.ts";
import { type Instant, iso } from "../core/base/time.ts";
import { LATE_MS } from "../core/coverage/asleep.ts";
import { isUnchosen } from "../core/coverage/chosen.ts";
import type { NotWatched } from "../core/coverage/watched-places.ts";
import type { Gone } from "../core/history/cluster-life.ts";
import { AuditError } from "../errors.ts";
import type { ClusterEntry } from "../store/history/clusters.ts";
import type { ReadStore } from "../store/open-store.ts";
import { inParallel } from "../store/table/in-parallel.ts";
import { unwatchedText, watchStep } from "../wording/not-watched-text.ts";
import { type SnapshotRef, snapshotRef } from "./basis.ts";
import { type UnwatchedRow, unwatchedClusters } from "./unwatched.ts";

/** Of a cluster to which somebody connects, and that nobody watches. */
export type ToldUnwatched = {
  /** Which parameter leaves it out: memberAccounts, regions, clusters or clusterTags. */
  readonly because: NotWatched["is"];
  /** How many connections came, and why nobody looks at them. */
  readonly says: string;
  /** What would have it watched. */
  readonly next: string;
  /** In the last 7 days, as far as they were added up. */
  readonly connections: number;
  /** ISO 8601; null: none in these days. */
  readonly lastAt: string | null;
};

/** Times are ISO 8601 in UTC. */
export type ClusterRow = {
  readonly cluster: Cluster;
  readonly account: string | null;
  readonly region: string | null;
  /** null: none was taken yet. */
  readonly newestSnapshot: SnapshotRef | null;
  /** When findings were last looked for; null: never. */
  readonly judgedAt: string | null;
  /** Since when it is gone: neither read nor evaluated any more. null: it is watched, or never was: see `notWatched`. */
  readonly goneAt: string | null;
  /** `deleted`: AWS said so. `retired`: a person decided it. */
  readonly goneReason: Gone["reason"] | null;
  /** Who deleted or retired it; null: it is not known, or it is not gone. */
  readonly goneBy: string | null;
  readonly goneNote: string | null;
  /** Since when its tags do not choose it, so that nobody reads it; null: they do, or none are asked for, or it is gone. */
  readonly notChosenSince: string | null;
  /** null: it is or was watched. */
  readonly notWatched: ToldUnwatched | null;
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
    notWatched: null,
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

const unwatchedRow = ({ cluster, why, ...seen }: UnwatchedRow): ClusterRow => {
  const arn = parseArn(cluster);
  return {
    cluster,
    account: arn?.account || null,
    region: arn?.region || null,
    ...{ newestSnapshot: null, judgedAt: null, notChosenSince: null },
    ...{ goneAt: null, goneReason: null, goneBy: null, goneNote: null },
    notWatched: {
      because: why.is,
      says: `${unwatchedText(cluster, why, seen)}.`,
      next: watchStep(cluster, why),
      ...seen,
    },
  };
};

export type ClusterList = {
  readonly rows: readonly ClusterRow[];
  /** How many more had connections and may not be watched; null: it is not known. */
  readonly moreNotWatched: number | null;
  /** What of those that nobody watches cannot be read; null: nothing. */
  readonly unread: string | null;
};

/** Those that nobody watches. What cannot be read of them keeps nobody from the clusters that are watched. */
const unwatchedOf = async (
  store: Parameters<typeof unwatchedClusters>[0],
  now: Instant,
): Promise<ClusterList> => {
  try {
    const { isTold, rows, more } = await unwatchedClusters(store, now);
    return { rows: rows.map(unwatchedRow), moreNotWatched: isTold ? more : null, unread: null };
  } catch (error) {
    if (!(error instanceof AuditError) || error.code !== "store") throw error;
    return { rows: [], moreNotWatched: null, unread: error.message };
  }
};

/**
 * The clusters of the register, and those to which connections came although nobody watches them, as they are at `now`, by ARN.
 * `after`: only those behind this one, `limit`: at most so many.
 */
export const listClusters = async (
  store: ClusterStores & Parameters<typeof unwatchedClusters>[0],
  now: Instant,
  { after, limit }: { readonly after?: string | undefined; readonly limit?: number } = {},
): Promise<ClusterList> => {
  const [entries, unwatched] = await Promise.all([store.clusters.entries(), unwatchedOf(store, now)]);
  const all = [
    ...entries.map((entry) => ({ cluster: entry.cluster, row: () => rowOf(store, entry, now) })),
    ...unwatched.rows.map((row) => ({ cluster: row.cluster, row: async () => row })),
  ].sort((a, b) => byText(a.cluster, b.cluster));
  const asked = all.filter(({ cluster }) => after === undefined || cluster > after).slice(0, limit);
  return { ...unwatched, rows: await inParallel(asked, LANES, ({ row }) => row()) };
};
