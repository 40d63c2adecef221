// Which hours own logins prove: of the last days at each look, of what comes later when it comes.

import type { Connection } from "../core/activity/connection.ts";
import type { Cluster, Principal } from "../core/base/ids.ts";
import { DAY, type Instant, type Interval } from "../core/base/time.ts";
import { MAX_LINK_MS } from "../core/coverage/canary-match.ts";
import { scopeOfCluster } from "../core/coverage/coverage-scope.ts";
import { breaksOf } from "../core/coverage/management-event.ts";
import type { Store } from "../store/open-store.ts";

/** How far back each look matches own logins. What comes later is matched when it comes: a look must not cost more for it. */
export const CANARY_DAYS = 3;

type Stores = Pick<Store, "canaries" | "trailEvents">;

/** Marks the hours that the canaries of an interval prove, but for those in which a trail was stopped or changed. */
export const proveByCanaries = async (
  { canaries, trailEvents }: Stores,
  cluster: Cluster,
  interval: Interval,
): Promise<void> => {
  const changes = await trailEvents.within(scopeOfCluster(cluster) ?? cluster, interval);
  await canaries.prove(cluster, interval, breaksOf(changes));
};

/**
 * The same for own logins among `connections` that are older than any look matches: a queue of what failed keeps trail files
 * for two weeks. Whether they are new does not matter: a run before may have ended between keeping and proving them.
 */
export const proveByLate = async (
  stores: Stores,
  connections: readonly Connection[],
  auditor: Principal,
  now: Instant,
): Promise<void> => {
  const late = connections.filter(
    ({ principal, at }) => principal === auditor && at < now - (CANARY_DAYS * DAY - MAX_LINK_MS),
  );
  for (const [cluster, its] of Map.groupBy(late, (connection) => connection.cluster)) {
    const times = its.map(({ at }) => at);
    await proveByCanaries(stores, cluster, {
      from: Math.min(...times) - MAX_LINK_MS,
      to: Math.max(...times) + MAX_LINK_MS,
    });
  }
};
