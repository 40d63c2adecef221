// Keeps a management event for all whom it concerns: what happens to a trail is told in its home Region alone.
import { ANY_SCOPE, scopeOfCluster } from "../core/coverage/coverage-scope.ts";
import { isOfTrail, type ManagementEvent } from "../core/coverage/management-event.ts";
import type { Store } from "../store/open-store.ts";

/**
 * Safe to run twice. A trail may record other Regions than the one that tells of it, and the event does not say which: so it
 * counts for every Region of its account from which a cluster is known.
 */
export const noteManagement = async (
  { trailEvents, clusters }: Pick<Store, "trailEvents" | "clusters">,
  event: ManagementEvent,
): Promise<void> => {
  await trailEvents.record(event);
  if (!isOfTrail(event) || event.scope === ANY_SCOPE) return;
  const account = event.scope.slice(0, event.scope.indexOf("/") + 1);
  const scopes = (await clusters.list()).flatMap((cluster) => scopeOfCluster(cluster) ?? []);
  for (const scope of new Set(scopes))
    if (scope !== event.scope && scope.startsWith(account)) await trailEvents.record({ ...event, scope });
};
