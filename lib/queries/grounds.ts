// What an answer about privileges rests on: a stored snapshot as of a moment, or a catalog that is at hand.

import type { AdminLogin } from "../core/activity/admin-logins.ts";
import type { Cluster } from "../core/base/ids.ts";
import { DAY, type Instant } from "../core/base/time.ts";
import { declaredArchetypes } from "../core/baseline/kept-baseline.ts";
import type { Catalog } from "../core/catalog/catalog.ts";
import { connectsAs } from "../core/findings/role-principals.ts";
import { resolveSettings, type VerdictSettings } from "../core/findings/settings.ts";
import type { SealedManifest } from "../core/history/manifest.ts";
import { type WaysIn, waysIn } from "../core/iam/ways-in.ts";
import type { Archetype } from "../core/privileges/archetype.ts";
import { type AccessEngine, accessEngine } from "../core/privileges/effective.ts";
import { requireAsOf, type Snapshot } from "../store/history/snapshots.ts";
import type { ReadStore } from "../store/open-store.ts";
import { type Basis, basisOf } from "./basis.ts";
import { databaseOf } from "./database.ts";
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
  /** What roles are declared to be for, by their names: in the store's settings, else in the baseline that held. */
  readonly declaredArchetypes: () => Promise<ReadonlyMap<string, Archetype>>;
};

/** What a caller keeps or resolves by itself; the store's own settings where it does not. */
type Given = {
  readonly access?: ((snapshot: Snapshot) => AccessEngine) | undefined;
  readonly settings?: (() => Promise<Pick<VerdictSettings, "archetypes">>) | undefined;
};

const declaredAt = async (
  { settings, baselines }: Pick<ReadStore, "settings" | "baselines">,
  cluster: Cluster,
  at: Instant,
  given: Given["settings"] = async () => resolveSettings(await settings.read()).values,
): Promise<ReadonlyMap<string, Archetype>> => {
  const [{ archetypes }, published] = await Promise.all([given(), baselines.read(cluster)]);
  const declared = published && published.at <= at ? declaredArchetypes(published.baseline) : {};
  return new Map(Object.entries({ ...declared, ...archetypes }));
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
  declaredArchetypes: async () => new Map(),
});

/** A snapshot that is at hand, and what connections tell up to `at`. `access`: for who keeps engines. */
export const groundsOfSnapshot = (
  store: ReadStore,
  snapshot: Snapshot,
  at: Instant,
  { access = ({ catalog }) => accessEngine(catalog), settings }: Given = {},
): Grounds => ({
  engine: access(snapshot),
  snapshot,
  basis: () => basisOf(store, snapshot.catalog.cluster, snapshot, at),
  adminLogins: () => adminLogins(store, databaseOf(snapshot), at),
  ways: async () => {
    const { periods } = await store.snapshots.mappingHistory(snapshot.catalog.cluster, at);
    return waysIn(snapshot.catalog, periods);
  },
  connectsAs: async () => {
    const { catalog } = snapshot;
    const seen = await talliesIn(store, databaseOf(snapshot), { from: at - SEEN_DAYS * DAY, to: at });
    return connectsAs(catalog, seen);
  },
  declaredArchetypes: () => declaredAt(store, snapshot.catalog.cluster, at, settings),
});

/** The last snapshot at or before `at`. AuditError("not-found") that names the first there is. */
export const groundsAt = async (
  store: ReadStore,
  cluster: Cluster,
  at: Instant,
  settings?: Given["settings"],
): Promise<Grounds> =>
  groundsOfSnapshot(store, await requireAsOf(store.snapshots, cluster, at), at, { settings });
