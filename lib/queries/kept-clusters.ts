// The clusters of which anything is kept, for who removes or redacts it.
import { byText } from "../core/base/sorted.ts";
import type { Store } from "../store/open-store.ts";
import type { NamedClusters } from "../store/table/named-clusters.ts";

/**
 * Those of the register, and those that no snapshot made known and to which connections came; each once, by ARN. An entry that
 * cannot be read keeps none of the others, and counts by its key: its error stands beside them.
 */
export const keptClusters = async ({
  clusters,
  unwatched,
}: {
  readonly clusters: Pick<Store["clusters"], "named">;
  readonly unwatched: Pick<Store["unwatched"], "named">;
}): Promise<NamedClusters> => {
  const all = await Promise.all([clusters.named(), unwatched.named()]);
  return {
    clusters: [...new Set(all.flatMap((one) => one.clusters))].sort(byText),
    unreadable: all.flatMap((one) => one.unreadable),
  };
};
