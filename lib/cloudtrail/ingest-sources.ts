// Counts what trail files hold into a store, and marks the hours that they prove. The one way in for folders, S3 prefixes
// and single objects.
import type { IngestCounts } from "../core/activity/activity.ts";
import type { Connection } from "../core/activity/connection.ts";
import type { Cluster } from "../core/base/ids.ts";
import type { Instant } from "../core/base/time.ts";
import type { Proof } from "../core/coverage/coverage.ts";
import type { Scope } from "../core/coverage/coverage-scope.ts";
import type { ManagementEvent } from "../core/coverage/management-event.ts";
import type { FolderHours } from "./folder-digests.ts";
import { type ReadingProgress, readSources } from "./read-sources.ts";
import type { TrailSource } from "./trail-source.ts";

/** What of the store is needed: createActivityStore has it. */
export type ActivitySink = {
  readonly count: (
    connections: readonly Connection[],
    now: Instant,
  ) => Promise<{ readonly counted: number; readonly duplicates: number; readonly tooOld: number }>;
  /** Whether something was counted that nobody has added up: a run that died may have counted what comes again. */
  readonly waits?: (cluster: Cluster) => Promise<boolean>;
  readonly markHours: (scope: Scope, hours: Iterable<Instant>, proof: Proof) => Promise<void>;
  /** Keeps what happened to trails; without it such events are passed over. */
  readonly noteManagement?: (event: ManagementEvent) => Promise<void>;
};

export type IngestOptions = {
  readonly now: Instant;
  /** "folder" for backfills, whose folder is all there is; none for single files: one file does not make an hour complete. */
  readonly proof?: Proof;
  /** What digest files say about the hours: see checkFolderDigests. */
  readonly adjustHours?: (hours: FolderHours) => FolderHours;
  readonly onProgress?: (progress: ReadingProgress) => void;
  /** Connections gathered before they are counted: files of one hour share their slots, and a slot is read per batch. */
  readonly batch?: number;
};

/** The counts, the clusters that have something new to be added up, and all that the record named. */
export type Ingested = IngestCounts & {
  readonly files: number;
  readonly clusters: readonly Cluster[];
  readonly named: readonly Cluster[];
  /** Files of which nothing was read. */
  readonly unread: readonly string[];
};

const BATCH = 5_000;

/**
 * Counts every connection of the sources once. Hours are marked last, when all that they hold is counted; dying before
 * means that the run is to be repeated, which counts nothing twice. Throws what the store throws.
 */
export const ingestSources = async (
  sources: Iterable<TrailSource> | AsyncIterable<TrailSource>,
  sink: ActivitySink,
  { now, proof, adjustHours, onProgress, batch = BATCH }: IngestOptions,
): Promise<Ingested> => {
  const total = { counted: 0, duplicates: 0, tooOld: 0 };
  const clusters = new Set<Cluster>();
  const named = new Set<Cluster>();
  let waiting: Connection[] = [];
  const flush = async (): Promise<void> => {
    const gathered = waiting;
    waiting = [];
    if (!gathered.length) return;
    const { counted, duplicates, tooOld } = await sink.count(gathered, now);
    total.counted += counted;
    total.duplicates += duplicates;
    total.tooOld += tooOld;
    for (const { cluster } of gathered) {
      named.add(cluster);
      if (counted > 0) clusters.add(cluster);
    }
  };
  const { hours, management, ...read } = await readSources(
    sources,
    async (connections) => {
      for (const connection of connections) waiting.push(connection);
      if (waiting.length >= batch) await flush();
    },
    { onProgress },
  );
  await flush();
  // Before the hours: what puts them in doubt must never be missing beside them.
  for (const event of management) await sink.noteManagement?.(event);
  const proven = adjustHours ? adjustHours(hours) : hours;
  if (proof) for (const [scope, own] of proven) await sink.markHours(scope, own, proof);
  return { ...read, ...total, clusters: [...clusters].sort(), named: [...named].sort() };
};
