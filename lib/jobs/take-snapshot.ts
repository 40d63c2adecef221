// Reads one cluster's catalog and stores it as the next snapshot. Used by the snapshot function and by the command line.

import { randomUUID } from "node:crypto";
import type { Cluster, Principal } from "../core/base/ids.ts";
import { type Catalog, isDsql } from "../core/catalog/catalog.ts";
import type { IamFacts } from "../core/catalog/iam-facts.ts";
import { clusterOf, type Target } from "../dsql/connect.ts";
import { type ReadLimits, readCatalog } from "../dsql/read-catalog.ts";
import type { Saved } from "../store/history/save-snapshot.ts";
import type { Store } from "../store/open-store.ts";

export type SnapshotPorts = {
  readonly store: Store;
  readonly now: () => number;
  readonly random: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Whose login this is, so that it can be told from others' and be found again as a canary. */
  readonly auditor?: Principal | undefined;
  readonly limits?: ReadLimits;
  /** Reads what IAM says of the cluster; missing: it is not asked. `arns` null: the mappings could not be read. */
  readonly readIam?: (cluster: Cluster, arns: readonly string[] | null) => Promise<IamFacts>;
};

/** Both walls of one instant: IAM right after the catalog, which says whom to ask it about. */
export const withIam = async (catalog: Catalog, readIam: SnapshotPorts["readIam"]): Promise<Catalog> => {
  if (!readIam || !isDsql(catalog)) return catalog;
  const { mappings } = catalog.sections;
  const arns = mappings.status === "read" ? mappings.rows.map(({ arn }) => arn) : null;
  return { ...catalog, iam: await readIam(catalog.cluster, arns) };
};

/**
 * The snapshot as stored, and the catalog that it holds. Its time is the moment before the login: what it shows was
 * true then or a moment later. AuditError("connect" | "query" | "throttled"): nothing was stored, running it again is safe.
 */
export const takeSnapshot = async (
  { store, now, random, sleep, auditor, limits = {}, readIam }: SnapshotPorts,
  target: Target,
): Promise<Saved & { readonly catalog: Catalog }> => {
  const takenAt = now();
  const cluster = clusterOf(target);
  // A login that is not written down before it is made would look like somebody who hides behind the auditor.
  const login = randomUUID();
  const onAttempt = async () => {
    const note = await store.canaries.recordAttempt(cluster, { at: now(), login });
    // Whether it got in is worth knowing, and no reason to fail: without it a login counts as made.
    return (connected: boolean): Promise<void> => note(connected).catch(() => {});
  };
  const read = await readCatalog(
    target,
    { random, sleep },
    { ...limits, ...(auditor !== undefined && { onAttempt }) },
  );
  const catalog = await withIam(read, readIam);
  await store.clusters.register(catalog.cluster, takenAt);
  const saved = await store.snapshots.save(
    catalog.cluster,
    catalog,
    takenAt,
    auditor === undefined ? {} : { login: { at: takenAt, principal: auditor } },
  );
  return { ...saved, catalog };
};
