// The register of clusters that the auditor watches.
import * as z from "zod";
import { Cluster } from "../../core/base/ids.ts";
import { type Fault, fault } from "../../core/history/verify-manifest.ts";
import { AuditError } from "../../errors.ts";
import { keys } from "../table/keys.ts";
import type { Table } from "../table/table.ts";

const FORMAT = 1;
const ClusterItem = z.object({ v: z.literal(FORMAT), sk: Cluster });

/** Makes a cluster known; running it again changes nothing. */
export const registerCluster = async (table: Table, cluster: Cluster): Promise<void> => {
  await table.putIfAbsent({ ...keys.cluster(cluster), v: FORMAT });
};

/** All clusters that were ever registered, by ARN. AuditError("store") for an entry that cannot be read. */
export const listClusters = async (table: Table): Promise<Cluster[]> => {
  const found: Cluster[] = [];
  for await (const item of table.query({ pk: keys.clusters() })) {
    const parsed = ClusterItem.safeParse(item);
    if (!parsed.success) {
      throw new AuditError("store", `the register's entry of ${JSON.stringify(item.sk)} cannot be read`, {
        cause: parsed.error,
        hint: "Use the version of dsql-audit that wrote it, or a later one; or name another store.",
      });
    }
    found.push(parsed.data.sk);
  }
  return found;
};

/** What is wrong with a cluster's entry in the register, as verify sees it. One that was never registered is no fault. */
export const checkRegister = async (table: Pick<Table, "get">, cluster: Cluster): Promise<Fault[]> => {
  const item = await table.get(keys.cluster(cluster), { consistent: true });
  if (!item || ClusterItem.safeParse(item).success) return [];
  return [fault("altered", null, "the cluster's entry in the register cannot be read")];
};
