// What routes may ask: the reading halves of the stores, and the moment of the request.
import type { Catalog } from "../core/catalog.ts";
import { scopeOfCluster } from "../core/coverage-scope.ts";
import { type AccessEngine, accessEngine } from "../core/effective.ts";
import type { Cluster } from "../core/ids.ts";
import type { ManagementEvent } from "../core/management-event.ts";
import type { Instant, Interval } from "../core/time.ts";
import { settleMsOf } from "../load-facts.ts";
import { type ActivityStore, createActivityStore } from "../store/activity.ts";
import { listClusters } from "../store/clusters.ts";
import { createFindingStore, type FindingStore } from "../store/findings.ts";
import { type ReadTable, refuseWrites } from "../store/read-only.ts";
import { createSnapshotStore, type Snapshot, type SnapshotStore } from "../store/snapshots.ts";
import { trailEventStore } from "../store/trail-events.ts";

export type QueryDeps = {
  /** One moment for the whole request: `24h` means the same wherever it stands. */
  readonly now: Instant;
  readonly clusters: () => Promise<Cluster[]>;
  readonly snapshots: Omit<SnapshotStore, "save">;
  readonly findings: Pick<FindingStore, "list" | "get" | "lastLook">;
  readonly activity: Pick<ActivityStore, "hours" | "days" | "coverage">;
  /** When trails of the cluster's account and Region were stopped or changed. */
  readonly trailEvents: (cluster: Cluster, interval: Interval) => Promise<ManagementEvent[]>;
  /** How much before `now` is not settled yet: its proof may still come. */
  readonly settleMs: (cluster: Cluster) => Promise<number>;
  /** The privilege engine over a snapshot; kept for the next page. */
  readonly access: (snapshot: Snapshot) => AccessEngine;
};

/** Keeps the engine of the catalog that was asked about last: pages of one answer come one after the other. */
const lastEngine = (): ((snapshot: Snapshot) => AccessEngine) => {
  let kept: { readonly root: string; readonly cluster: Cluster; readonly engine: AccessEngine } | undefined;
  return ({ manifest: { root }, catalog }) => {
    const { cluster } = catalog satisfies Catalog;
    if (kept?.root !== root || kept.cluster !== cluster)
      kept = { root, cluster, engine: accessEngine(catalog) };
    return kept.engine;
  };
};

/** Opens the stores once; the function it gives makes the dependencies of one request. */
export const openStores = (table: ReadTable): ((now: Instant) => QueryDeps) => {
  const whole = refuseWrites(table);
  // The clock stamps chunks as they are written, which never happens here.
  const { save: _, ...snapshots } = createSnapshotStore(whole, { now: () => 0 });
  const { list, get, lastLook } = createFindingStore(whole);
  const { hours, days, coverage } = createActivityStore(whole);
  const { within } = trailEventStore(whole);
  const access = lastEngine();
  return (now) => ({
    now,
    clusters: () => listClusters(whole),
    snapshots,
    findings: { list, get, lastLook },
    activity: { hours, days, coverage },
    trailEvents: (cluster, interval) => within(scopeOfCluster(cluster) ?? cluster, interval),
    settleMs: (cluster) => settleMsOf(whole, cluster, now),
    access,
  });
};
