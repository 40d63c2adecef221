// What an answer about privileges rests on: a stored snapshot as of a moment, or a catalog that is at hand.

import type { AdminLogin } from "../core/activity/admin-logins.ts";
import type { Cluster } from "../core/base/ids.ts";
import { DAY, type Instant } from "../core/base/time.ts";
import type { Catalog } from "../core/catalog/catalog.ts";
import { connectsAs } from "../core/findings/role-principals.ts";
import type { SealedManifest } from "../core/history/manifest.ts";
import { type WaysIn, waysIn } from "../core/iam/ways-in.ts";
import { type AccessEngine, accessEngine } from "../core/privileges/effective.ts";
import { requireAsOf, type Snapshot } from "../store/history/snapshots.ts";
import type { ReadStore } from "../store/open-store.ts";
import { type Basis, basisOf } from "./basis.ts";
import { adminLogins } from "./reached-by.ts";
import { talliesIn } from "./tallies.ts";

export type Grounds = {
  readonly engine: AccessEngine;
  /** null: a live database, or a file. */
  readonly snapshot: SealedManifest | null;
  /** What the answer says of itself; null as `snapshot`. */
  readonly basis: () => Promise<Basis | null>;
  /** Who was let in as admin up to the moment asked about; null: nothing here could tell. */
  readonly adminLogins: () => Promise<readonly AdminLogin[] | null>;
  /** What stands between principals and the cluster, as the snapshot read it from IAM. */
  readonly ways: () => Promise<WaysIn>;
  /** Whether people or programs connect as a role, by its OID, as the last 30 days show it; null: nobody knows. */
  readonly connectsAs: () => Promise<ReturnType<typeof connectsAs>>;
};

/** How far back it is looked who connects as a role. */
export const SEEN_DAYS = 30;

/** A catalog alone: nobody's connections are known. */
export const groundsOfCatalog = (catalog: Catalog): Grounds => ({
  engine: accessEngine(catalog),
  snapshot: null,
  basis: async () => null,
  adminLogins: async () => null,
  ways: async () => waysIn(catalog, null),
  connectsAs: async () => connectsAs(catalog, []),
});

/** A snapshot that is at hand, and what connections tell up to `at`. `access`: for who keeps engines. */
export const groundsOfSnapshot = (
  store: ReadStore,
  snapshot: Snapshot,
  at: Instant,
  access: (snapshot: Snapshot) => AccessEngine = ({ catalog }) => accessEngine(catalog),
): Grounds => ({
  engine: access(snapshot),
  snapshot,
  basis: () => basisOf(store.snapshots, snapshot.catalog.cluster, snapshot),
  adminLogins: () => adminLogins(store, snapshot.catalog.cluster, at),
  ways: async () => {
    const { periods } = await store.snapshots.mappingHistory(snapshot.catalog.cluster, at);
    return waysIn(snapshot.catalog, periods);
  },
  connectsAs: async () => {
    const { catalog } = snapshot;
    const seen = await talliesIn(store, catalog.cluster, { from: at - SEEN_DAYS * DAY, to: at });
    return connectsAs(catalog, seen);
  },
});

/** The last snapshot at or before `at`. AuditError("not-found") that names the first there is. */
export const groundsAt = async (store: ReadStore, cluster: Cluster, at: Instant): Promise<Grounds> =>
  groundsOfSnapshot(store, await requireAsOf(store.snapshots, cluster, at), at);
