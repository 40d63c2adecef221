// The clusters of which anything is kept, for who removes or redacts it.
import type { Cluster } from "../core/base/ids.ts";
import { byText } from "../core/base/sorted.ts";
import type { ReadStore } from "../store/open-store.ts";

/** Those of the register, and those that no snapshot made known and to which connections came; each once, by ARN. */
export const keptClusters = async ({
  clusters,
  unwatched,
}: {
  readonly clusters: Pick<ReadStore["clusters"], "list">;
  readonly unwatched: ReadStore["unwatched"];
}): Promise<Cluster[]> => {
  const [known, noted] = await Promise.all([clusters.list(), unwatched.list()]);
  return [...new Set([...known, ...noted.map(({ cluster }) => cluster)])].sort(byText);
};
