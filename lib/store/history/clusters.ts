// The register of clusters that the auditor watches.
import * as z from "zod";
import { Cluster } from "../../core/base/ids.ts";
import { sha256 } from "../../core/history/chunk.ts";
import { type Fault, fault } from "../../core/history/verify-manifest.ts";
import { AuditError } from "../../errors.ts";
import { keys } from "../table/keys.ts";
import type { Item, Table } from "../table/table.ts";

const FORMAT = 2;
/** `sum` keeps an ARN from being read as another one. Entries of earlier releases have none until their next snapshot. */
const ClusterItem = z.union([
  z.object({ v: z.literal(FORMAT), sk: Cluster, sum: z.string() }),
  z.object({ v: z.literal(1), sk: Cluster, sum: z.optional(z.string()) }),
]);

/** It covers the format as well: an entry of today is not taken for an earlier one, whose sum may be missing. */
const sumOf = (cluster: string, format: number): string =>
  sha256(format === 1 ? cluster : `${format} ${cluster}`).slice(0, 16);

const readEntry = (item: Item): Cluster | undefined => {
  const { data } = ClusterItem.safeParse(item);
  return data && (data.sum === undefined || data.sum === sumOf(data.sk, data.v)) ? data.sk : undefined;
};

/** Makes a cluster known, and rewrites the entry of an earlier release; running it again changes nothing. */
export const registerCluster = async (table: Table, cluster: Cluster): Promise<void> => {
  const key = keys.cluster(cluster);
  const entry = { ...key, v: FORMAT, sum: sumOf(cluster, FORMAT) };
  if (await table.putIfAbsent(entry)) return;
  const known = await table.get(key);
  if (known && known.v !== FORMAT && readEntry(known)) await table.put(entry);
};

/** All clusters that were ever registered, by ARN. AuditError("store") for an entry that cannot be read. */
export const listClusters = async (table: Table): Promise<Cluster[]> => {
  const found: Cluster[] = [];
  for await (const item of table.query({ pk: keys.clusters() })) {
    const cluster = readEntry(item);
    if (cluster === undefined) {
      throw new AuditError("store", `the register's entry of ${JSON.stringify(item.sk)} cannot be read`, {
        hint: "It was altered, or a later version of dsql-audit wrote it: use that version, or name another store.",
      });
    }
    found.push(cluster);
  }
  return found;
};

/**
 * What is wrong with the register, as verify sees it. A cluster that was never registered is no fault; an entry that was
 * altered may be the one of any cluster, so all of them are looked at.
 */
export const checkRegister = async (table: Pick<Table, "query">, cluster: Cluster): Promise<Fault[]> => {
  const faults: Fault[] = [];
  for await (const item of table.query({ pk: keys.clusters(), consistent: true })) {
    if (readEntry(item) !== undefined) continue;
    const says =
      item.sk === cluster
        ? "the cluster's entry in the register cannot be read"
        : `the register's entry of ${JSON.stringify(item.sk)} was altered: it may be the one of another cluster`;
    faults.push(fault("altered", null, says));
  }
  return faults;
};
