// A history in the table for verifyHistory: the chain, its chunks and markers, and the faults of what is derived from it.
import type { Cluster } from "../../core/base/ids.ts";
import { openAll } from "../../core/history/verify-manifest.ts";
import type { Table } from "../table/table.ts";
import { checkRegister } from "./clusters.ts";
import { derivedNotes } from "./derived-mark.ts";
import { tableHistory } from "./export.ts";
import { readRetentionMark } from "./retention-mark.ts";
import type { VerifyRequest } from "./verify-history.ts";
import { checkTimelines } from "./verify-timelines.ts";

/** Everything that verify can check of one cluster in the table. Never throws for what it finds. */
export const historyToVerify = async (table: Table, cluster: Cluster): Promise<VerifyRequest> => {
  const request = await tableHistory(table, cluster);
  const { mark, faults } = await readRetentionMark(table, cluster);
  const newest = [...openAll(request.manifests).bySeq.values()].at(-1);
  return {
    ...request,
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
