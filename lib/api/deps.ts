// What routes may ask: the reading half of the store, and the moment of the request.
import type { Cluster } from "../core/base/ids.ts";
import type { Instant } from "../core/base/time.ts";
import type { Catalog } from "../core/catalog/catalog.ts";
import type { AccessEngine } from "../core/privileges/effective.ts";
import type { Snapshot } from "../store/history/snapshots.ts";
import type { ReadStore } from "../store/open-store.ts";

export type QueryDeps = {
  /** One moment for the whole request: `24h` means the same wherever it stands. */
  readonly now: Instant;
  readonly store: ReadStore;
  /** The privilege engine over a snapshot, made once and kept for the next page. */
  readonly access: (snapshot: Snapshot, make: (catalog: Catalog) => AccessEngine) => AccessEngine;
};

/** Keeps the engine of the catalog that was asked about last: pages of one answer come one after the other. */
const lastEngine = (): QueryDeps["access"] => {
  let kept: { readonly root: string; readonly cluster: Cluster; readonly engine: AccessEngine } | undefined;
  return ({ manifest: { root }, catalog }, make) => {
    const { cluster } = catalog;
    if (kept?.root !== root || kept.cluster !== cluster) kept = { root, cluster, engine: make(catalog) };
    return kept.engine;
  };
};

/** The function it gives makes the dependencies of one request. */
export const queryDeps = (store: ReadStore): ((now: Instant) => QueryDeps) => {
  const access = lastEngine();
  return (now) => ({ now, store, access });
};
