// Re-reads the record of a stretch and holds it against the slots: every event counted, none too many.
import type { Rejected } from "../core/activity/activity.ts";
import { eventHash } from "../core/activity/event-hash.ts";
import { identityOf } from "../core/activity/identity.ts";
import { compareMinutes, type DayComparison } from "../core/activity/reconcile-day.ts";
import type { Cluster } from "../core/base/ids.ts";
import { floorTo, type Instant, type Interval, MINUTE } from "../core/base/time.ts";
import { type ReadingProgress, readSources } from "./read-sources.ts";
import type { TrailSource } from "./trail-source.ts";

/** What of the store is needed: the hashes that the slots of a stretch hold, by minute. */
export type CountedIds = (cluster: Cluster, interval: Interval) => Promise<Map<Instant, Set<string>>>;

export type RecordComparison = {
  /** By cluster: all that the record names, and those asked for. Event ids in `missing`, 64-bit hashes in hex in `surplus`. */
  readonly clusters: ReadonlyMap<Cluster, DayComparison>;
  /** Files or records that could not be read: with any, "equal" says less. */
  readonly rejected: readonly Rejected[];
  readonly files: number;
};

const hexOf = (hash: string): string => Buffer.from(hash, "latin1").toString("hex");

/**
 * Reads the sources, keeps the connections within the interval and compares them with what was counted. `alsoClusters`
 * are compared even where the record has nothing of them. Memory grows with the events of the interval.
 */
export const reconcileRecord = async (
  sources: Iterable<TrailSource> | AsyncIterable<TrailSource>,
  counted: CountedIds,
  interval: Interval,
  {
    alsoClusters = [],
    onProgress,
  }: {
    readonly alsoClusters?: readonly Cluster[];
    readonly onProgress?: (progress: ReadingProgress) => void;
  } = {},
): Promise<RecordComparison> => {
  const recorded = new Map<Cluster, Map<Instant, Map<string, string>>>();
  const { rejected, files } = await readSources(
    sources,
    (connections) => {
      for (const connection of connections) {
        const { cluster, at, eventId } = connection;
        if (at < interval.from || at >= interval.to) continue;
        const minutes = recorded.get(cluster) ?? new Map<Instant, Map<string, string>>();
        recorded.set(cluster, minutes);
        const minute = floorTo(MINUTE, at);
        const ids = minutes.get(minute) ?? new Map<string, string>();
        minutes.set(minute, ids);
        ids.set(hexOf(eventHash(identityOf(connection))), eventId);
      }
    },
    { onProgress },
  );
  const clusters = new Map<Cluster, DayComparison>();
  for (const cluster of [...new Set([...recorded.keys(), ...alsoClusters])].sort()) {
    const record = recorded.get(cluster) ?? new Map<Instant, Map<string, string>>();
    const store = new Map(
      [...(await counted(cluster, interval))].map(([minute, ids]) => [minute, new Set([...ids].map(hexOf))]),
    );
    const hashes = new Map([...record].map(([minute, ids]) => [minute, new Set(ids.keys())]));
    const comparison = compareMinutes(hashes, store);
    const named = comparison.differences.map((difference) => ({
      ...difference,
      missing: difference.missing.map((hash) => record.get(difference.minute)?.get(hash) ?? hash).sort(),
    }));
    clusters.set(cluster, { ...comparison, differences: named });
  }
  return { clusters, rejected, files };
};
