// The register of clusters that the auditor watches.
import * as z from "zod";
import { Cluster } from "../../core/base/ids.ts";
import { keys } from "../table/keys.ts";
import type { Table } from "../table/table.ts";

const FORMAT = 1;
const ClusterItem = z.object({ v: z.literal(FORMAT), sk: Cluster });

/** Makes a cluster known; running it again changes nothing. */
export const registerCluster = async (table: Table, cluster: Cluster): Promise<void> => {
  await table.putIfAbsent({ ...keys.cluster(cluster), v: FORMAT });
};

/** All clusters that were ever registered, by ARN. */
export const listClusters = async (table: Table): Promise<Cluster[]> => {
  const found: Cluster[] = [];
  for await (const item of table.query({ pk: keys.clusters() })) found.push(ClusterItem.parse(item).sk);
  return found;
};
