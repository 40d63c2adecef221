// Thins old days to their first snapshot and collects the chunks that no manifest names any more.

import type { Cluster, Sha256 } from "../../core/base/ids.ts";
import { DAY, floorTo, type Instant } from "../../core/base/time.ts";
import { decodeNode, isNode } from "../../core/history/chunk-tree.ts";
import type { Manifest } from "../../core/history/manifest.ts";
import { KEEP_DAYS, thinnable } from "../../core/history/retention.ts";
import { thinningCutoff } from "../../core/history/verify.ts";
import { AuditError } from "../../errors.ts";
import * as keys from "../table/keys.ts";
import type { Table } from "../table/table.ts";
import { writtenAt } from "./chunk-item.ts";
import { readChunks } from "./chunks.ts";
import { manifestsBySeq, readHead } from "./manifests.ts";
import { MAX_RUN } from "./save-snapshot.ts";

/**
 * Chunks younger than this are spared: they may belong to a snapshot that runs just now and whose manifest comes last.
 * A run lasts MAX_RUN at most; the rest is room for clocks that disagree and for this collection's own time.
 */
export const CHUNK_GRACE = Math.max(DAY, 4 * MAX_RUN);

export type RetentionOptions = {
  readonly now: () => Instant;
  readonly keepDays?: number;
  /** false: nothing is removed, the result says what would be. */
  readonly apply?: boolean;
  /** Told before anything is removed what will be thinned: a run that dies half-way has left word of it. */
  readonly beforeThinning?: (before: Instant) => Promise<void>;
};
export type RetentionResult = {
  /** What was taken before this day is thinned; null: there is no snapshot yet. */
  readonly before: Instant | null;
  readonly removedSnapshots: number;
  readonly keptSnapshots: number;
  readonly removedChunks: number;
  readonly keptChunks: number;
};

/** The numbers of all but the first snapshot of each day before `cutoff`, in the order in which they may go. */
const toThin = async (table: Table, cluster: Cluster, head: Manifest, cutoff: Instant): Promise<number[]> => {
  const lastReads = new Set(Object.values(head.unreadable).filter((at) => at !== null));
  const found: number[] = [];
  let day: Manifest[] = [];
  for await (const { manifest } of manifestsBySeq(table, cluster, 1, head.seq)) {
    if (manifest.seq === manifest.dayFirst) {
      found.push(...thinnable(day, manifest, cutoff, lastReads));
      day = [];
      if (floorTo(DAY, manifest.takenAt) > cutoff) break;
    }
    day.push(manifest);
  }
  return found;
};

/** All hashes that manifests name, directly or through an index; those of `gone` name nothing any more. */
const namedChunks = async (
  table: Table,
  cluster: Cluster,
  gone: ReadonlySet<number>,
): Promise<{ named: ReadonlySet<Sha256>; snapshots: number }> => {
  const named = new Set<Sha256>();
  let snapshots = 0;
  let level: Sha256[] = [];
  const add = (hash: Sha256, to: Sha256[]): void => {
    if (named.has(hash)) return;
    named.add(hash);
    to.push(hash);
  };
  for await (const { manifest } of manifestsBySeq(table, cluster, 1, Number.MAX_SAFE_INTEGER)) {
    if (gone.has(manifest.seq)) continue;
    snapshots++;
    add(manifest.root, level);
    if (manifest.changes) add(manifest.changes.root, level);
  }
  while (level.length) {
    const below: Sha256[] = [];
    for (const bytes of (await readChunks(table, cluster, level)).values()) {
      if (!isNode(bytes)) continue;
      const node = decodeNode(bytes);
      // Content names nothing: it need not be read.
      for (const child of node.children) add(child, node.level > 1 ? below : []);
    }
    level = below;
  }
  return { named, snapshots };
};

/**
 * Removes chunks that no manifest names and that are older than CHUNK_GRACE. A chunk that a snapshot writes again
 * meanwhile has a new time stamp, and the conditional delete leaves it alone; what a running snapshot takes over from
 * the newest manifest is named by that manifest. AuditError("store") where an index cannot be read: nothing is removed.
 */
const collect = async (
  table: Table,
  cluster: Cluster,
  named: ReadonlySet<Sha256>,
  { now, apply }: { readonly now: Instant; readonly apply: boolean },
): Promise<{ removed: number; kept: number }> => {
  let removed = 0;
  let kept = 0;
  for (const pk of keys.chunkShards(cluster)) {
    for await (const item of table.query({ pk })) {
      const at = writtenAt(item);
      // One whose time was altered stays: verify tells of it.
      const leftover = !named.has(item.sk as Sha256) && at !== undefined && at < now - CHUNK_GRACE;
      const stored = item.at as string | number;
      if (leftover && (!apply || (await table.removeIf({ pk, sk: item.sk }, "at", stored)))) removed++;
      else kept++;
    }
  }
  return { removed, kept };
};

/**
 * Applies retention to one cluster: thins to the first snapshot of each day what is older than `keepDays`, then collects
 * the chunks that nothing names any more. Running it again, dying in it, or two at once do no harm. AuditError("config")
 * for days that are none, ("store") where the history cannot be read: then no chunk is removed.
 */
export const applyRetention = async (
  table: Table,
  cluster: Cluster,
  { now, keepDays = KEEP_DAYS, apply = true, beforeThinning }: RetentionOptions,
): Promise<RetentionResult> => {
  if (!Number.isInteger(keepDays) || keepDays < 1) {
    throw new AuditError("config", `retention must keep at least 1 day, not ${keepDays}`);
  }
  const { head } = await readHead(table, cluster);
  if (!head) return { before: null, removedSnapshots: 0, keptSnapshots: 0, removedChunks: 0, keptChunks: 0 };
  // From the newest snapshot, not from the clock: a cluster that nobody looks at any more keeps its history.
  const before = thinningCutoff(Math.min(head.manifest.takenAt, now()), keepDays);
  const thinned = await toThin(table, cluster, head.manifest, before);
  if (apply) await beforeThinning?.(before);
  if (apply) for (const seq of thinned) await table.remove(keys.manifest(cluster, seq));
  const { named, snapshots } = await namedChunks(table, cluster, new Set(thinned));
  const { removed, kept } = await collect(table, cluster, named, { now: now(), apply });
  return {
    before,
    removedSnapshots: thinned.length,
    keptSnapshots: snapshots,
    removedChunks: removed,
    keptChunks: kept,
  };
};
