// A history in the table for verifyHistory: the chain, its chunks and markers, and the faults of what is derived from it.
import type { Cluster, Sha256 } from "../../core/base/ids.ts";
import { type Fault, fault, openAll } from "../../core/history/verify-manifest.ts";
import * as keys from "../table/keys.ts";
import type { Table } from "../table/table.ts";
import { chunkFault } from "./chunk-item.ts";
import { checkRegister } from "./clusters.ts";
import { derivedNotes } from "./derived-mark.ts";
import { tableHistory } from "./export.ts";
import { readRetentionMark } from "./retention-mark.ts";
import type { VerifyRequest } from "./verify-history.ts";
import { checkTimelines } from "./verify-timelines.ts";

/** A crash leaves whole chunks behind that nothing names; one that is not whole was put there or altered. */
const leftoverFaults = async (
  table: Table,
  cluster: Cluster,
  named: ReadonlySet<Sha256>,
): Promise<readonly Fault[]> => {
  const faults: Fault[] = [];
  for (const pk of keys.chunkShards(cluster)) {
    for await (const item of table.query({ pk })) {
      if (named.has(item.sk as Sha256)) continue;
      const what = chunkFault(item);
      if (what !== null)
        faults.push(
          fault("altered", null, `the chunk ${item.sk.slice(0, 12)}, which no snapshot names: ${what}`),
        );
    }
  }
  return faults;
};

/** Everything that verify can check of one cluster in the table. Never throws for what it finds. */
export const historyToVerify = async (table: Table, cluster: Cluster): Promise<VerifyRequest> => {
  const request = await tableHistory(table, cluster);
  const { mark, faults } = await readRetentionMark(table, cluster);
  const newest = [...openAll(request.manifests).bySeq.values()].at(-1);
  return {
    ...request,
    leftovers: (named) => leftoverFaults(table, cluster, named),
    retained: mark,
    faults: [
      ...(request.faults ?? []),
      ...faults,
      ...(await checkRegister(table, cluster)),
      ...(await checkTimelines(table, cluster)),
    ],
    notes: newest ? await derivedNotes(table, cluster, newest.manifest) : [],
  };
};
