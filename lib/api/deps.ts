// What routes may ask: the reading halves of the stores, and the moment of the request.

import type { Cluster } from "../core/base/ids.ts";
import type { Instant, Interval } from "../core/base/time.ts";
import type { Catalog } from "../core/catalog/catalog.ts";
import { scopeOfCluster } from "../core/coverage/coverage-scope.ts";
import type { ManagementEvent } from "../core/coverage/management-event.ts";
import { type AccessEngine, accessEngine } from "../core/privileges/effective.ts";
import { settleMsOf } from "../jobs/load-facts.ts";
import { type ActivityStore, createActivityStore } from "../store/activity/activity.ts";
import { trailEventStore } from "../store/coverage/trail-events.ts";
import { createFindingStore, type FindingStore } from "../store/findings/findings.ts";
import { listClusters } from "../store/history/clusters.ts";
import { createSnapshotStore, type Snapshot, type SnapshotStore } from "../store/history/snapshots.ts";
import { type ReadTable, refuseWrites } from "../store/table/read-only.ts";

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
