// The other endpoints of a multi-Region database, as the snapshot of one of them tells.
import { parseArn } from "../base/arn.ts";
import { Cluster } from "../base/ids.ts";
import type { Catalog } from "./catalog.ts";

export type Peers = {
  /** The peers in other Regions, sorted: two endpoints present one database, with the same roles, grants and mappings. */
  readonly clusters: readonly Cluster[];
  /** Why there may be more; missing: these are all, or IAM was not read, and nobody said that there are any. */
  readonly unread?: string;
};

/** The Region of a cluster; its ARN where it has none. */
export const regionOf = (cluster: Cluster): string => parseArn(cluster)?.region || cluster;

/**
 * "Both endpoints of a peered cluster present a single logical database":
 * https://docs.aws.amazon.com/aurora-dsql/latest/userguide/what-is-aurora-dsql.html
 */
export const peersIn = ({ cluster, iam }: Pick<Catalog, "cluster" | "iam">): Peers => {
  const part = iam?.parts.clusters;
  if (!part) return { clusters: [] };
  if (part.status === "unreadable") return { clusters: [], unread: part.reason };
  const others = part.rows.flatMap(({ arn }) => {
    const { data } = Cluster.safeParse(arn);
    return data === undefined || data === cluster ? [] : [data];
  });
  const own = part.rows.find(({ arn }) => arn === cluster);
  const unread = own ? own.peersUnread : "nothing was read of the cluster itself";
  return { clusters: [...new Set(others)].sort(), ...(unread !== undefined && { unread }) };
};
