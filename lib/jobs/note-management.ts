// Keeps a management event for all whom it concerns: judging then reads what is kept for the cluster's own Region, and no more.
import { scopeOfCluster } from "../core/coverage/coverage-scope.ts";
import { concerns, isOfTrail, type ManagementEvent } from "../core/coverage/management-event.ts";
import type { Store } from "../store/open-store.ts";

/** In its own scope, and in that of each known cluster that it concerns. Safe to run twice. */
export const noteManagement = async (
  { trailEvents, clusters }: Pick<Store, "trailEvents" | "clusters">,
  event: ManagementEvent,
): Promise<void> => {
  await trailEvents.record(event);
  // Those of clusters come often, and concern their own Region alone.
  if (!isOfTrail(event)) return;
  const known = (await clusters.list()).flatMap((cluster) => scopeOfCluster(cluster) ?? []);
  for (const scope of new Set(known))
    if (scope !== event.scope && concerns(event, scope)) await trailEvents.record({ ...event, scope });
};
