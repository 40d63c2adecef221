// Which clusters the auditor watches, and how fresh what it knows of each is.
import { type Cluster, parseArn } from "../core/base/ids.ts";
import { type Instant, iso } from "../core/base/time.ts";
import type { ReadStore } from "../store/open-store.ts";
import { inParallel } from "../store/table/in-parallel.ts";
import { type SnapshotRef, snapshotRef } from "./basis.ts";

/** Times are ISO 8601 in UTC. */
export type ClusterRow = {
  readonly cluster: Cluster;
  readonly account: string | null;
  readonly region: string | null;
  /** null: none was taken yet. */
  readonly newestSnapshot: SnapshotRef | null;
  /** When findings were last looked for; null: never. */
  readonly judgedAt: string | null;
};

const LANES = 8;
const time = (at: Instant | undefined): string | null => (at === undefined ? null : iso(at));

/** By ARN; `after`: only those behind this one, `limit`: at most so many. */
export const listClusters = async (
  { clusters, snapshots, findings }: Pick<ReadStore, "clusters" | "snapshots" | "findings">,
  { after, limit }: { readonly after?: string | undefined; readonly limit?: number } = {},
): Promise<ClusterRow[]> => {
  const known = (await clusters.list()).filter((cluster) => after === undefined || cluster > after);
  return inParallel(known.slice(0, limit), LANES, async (cluster): Promise<ClusterRow> => {
    const [head, look] = await Promise.all([snapshots.head(cluster), findings.lastLook(cluster)]);
    const arn = parseArn(cluster);
    return {
      cluster,
      account: arn?.account || null,
      region: arn?.region || null,
      newestSnapshot: head ? snapshotRef(head) : null,
      judgedAt: time(look?.at),
    };
  });
};
