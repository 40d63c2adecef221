// Thins old days to their first snapshot and collects the chunks that no manifest names any more.
import { decodeNode, isNode } from "../core/chunk-tree.ts";
import type { Cluster, Sha256 } from "../core/ids.ts";
import type { Manifest } from "../core/manifest.ts";
import { KEEP_DAYS, thinnable } from "../core/retention.ts";
import { DAY, floorTo, type Instant } from "../core/time.ts";
import { thinningCutoff } from "../core/verify.ts";
import { AuditError } from "../errors.ts";
import { readChunks } from "./chunks.ts";
import { keys } from "./keys.ts";
import { manifestsBySeq, readHead } from "./manifests.ts";
import { MAX_RUN } from "./save-snapshot.ts";
import type { Table } from "./table.ts";

/**
 * Chunks younger than this are spared: they may belong to a snapshot that runs just now and whose manifest comes last.
 * A run lasts MAX_RUN at most; the rest is room for clocks that disagree and for this collection's own time.
 */
export const CHUNK_GRACE = Math.max(DAY, 4 * MAX_RUN);

export type RetentionOptions = { readonly now: () => Instant; readonly keepDays?: number };
export type RetentionResult = {
  readonly removedSnapshots: number;
  readonly removedChunks: number;
  readonly keptChunks: number;
};

/** Removes all but the first snapshot of each day older than `keepDays`. Running it again, or dying in it, does no harm. */
const thin = async (table: Table, cluster: Cluster, newest: Instant, keepDays: number): Promise<number> => {
  const cutoff = thinningCutoff(newest, keepDays);
  let removed = 0;
  let day: Manifest[] = [];
  const head = (await readHead(table, cluster)).head?.manifest.seq ?? 0;
  for await (const { manifest } of manifestsBySeq(table, cluster, 1, head)) {
    if (manifest.seq === manifest.dayFirst) {
      for (const seq of thinnable(day, manifest, cutoff)) {
        await table.remove(keys.manifest(cluster, seq));
        removed++;
      }
      day = [];
      if (floorTo(DAY, manifest.takenAt) > cutoff) break;
    }
    day.push(manifest);
  }
  return removed;
};

/** All hashes that manifests name, directly or through an index. */
const namedChunks = async (table: Table, cluster: Cluster): Promise<Set<Sha256>> => {
  const named = new Set<Sha256>();
  let level: Sha256[] = [];
  const add = (hash: Sha256, to: Sha256[]): void => {
    if (named.has(hash)) return;
    named.add(hash);
    to.push(hash);
  };
  for await (const { manifest } of manifestsBySeq(table, cluster, 1, Number.MAX_SAFE_INTEGER)) {
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
  return named;
};

/**
 * Removes chunks that no manifest names and that are older than CHUNK_GRACE. A chunk that a snapshot writes again
 * meanwhile has a new time stamp, and the conditional delete leaves it alone; what a running snapshot takes over from
 * the newest manifest is named by that manifest. AuditError("store") where an index cannot be read: nothing is removed.
 */
const collect = async (
  table: Table,
  cluster: Cluster,
  now: Instant,
): Promise<{ removed: number; kept: number }> => {
  const named = await namedChunks(table, cluster);
  let removed = 0;
  let kept = 0;
  for (const pk of keys.chunkShards(cluster)) {
    for await (const item of table.query({ pk })) {
      const at = Number(item.at);
      const leftover = !named.has(item.sk as Sha256) && at < now - CHUNK_GRACE;
      if (leftover && (await table.removeIf({ pk, sk: item.sk }, "at", at))) removed++;
      else kept++;
    }
  }
  return { removed, kept };
};

/** Applies retention to one cluster: thins, then collects. */
export const applyRetention = async (
  table: Table,
  cluster: Cluster,
  { now, keepDays = KEEP_DAYS }: RetentionOptions,
): Promise<RetentionResult> => {
  if (!Number.isInteger(keepDays) || keepDays < 1) {
    throw new AuditError("config", `retention must keep at least 1 day, not ${keepDays}`);
  }
  const { head } = await readHead(table, cluster);
  if (!head) return { removedSnapshots: 0, removedChunks: 0, keptChunks: 0 };
  // From the newest snapshot, not from the clock: a cluster that nobody looks at any more keeps its history.
  const newest = Math.min(head.manifest.takenAt, now());
  const removedSnapshots = await thin(table, cluster, newest, keepDays);
  const { removed, kept } = await collect(table, cluster, now());
  return { removedSnapshots, removedChunks: removed, keptChunks: kept };
};
