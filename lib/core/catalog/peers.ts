// The endpoints of a multi-Region database in other Regions, now and earlier, as the snapshot of one of them tells.
import { isClusterArn, parseArn } from "../base/arn.ts";
import { Cluster } from "../base/ids.ts";
import type { Instant } from "../base/time.ts";
import { type Catalog, isDsql, type ToldPeers } from "./catalog.ts";
import type { FormerPeer, KnownCatalog } from "./known-catalog.ts";

export type Peers = {
  /** The peers in other Regions, sorted: two endpoints present one database, with the same roles, grants and mappings. */
  readonly clusters: readonly Cluster[];
  /** Those of earlier: up to `until` who connected through them used this database. */
  readonly former: readonly FormerPeer[];
  /** Why there may be more; missing: these are all that anybody told of. */
  readonly unread?: string;
};

/** The Region of a cluster; its ARN where it has none. */
export const regionOf = (cluster: Cluster): string => parseArn(cluster)?.region || cluster;

const NOBODY_ASKED = "nobody asked AWS when the snapshot was taken";

type Told = Pick<Catalog, "cluster" | "iam" | "peers">;

/** The clusters among these names but the own one; what is no cluster's ARN names a peer that nobody knows. */
const clustersAmong = (
  names: readonly string[],
  own: Cluster,
  refused?: string,
): Pick<Peers, "clusters" | "unread"> => {
  const others = names.filter((arn) => arn !== own);
  const named = others.filter((arn) => isClusterArn(arn));
  const unread = named.length < others.length ? "a peer is named by what is no cluster's ARN" : refused;
  return {
    clusters: [...new Set(named)].sort().map((arn) => Cluster.parse(arn)),
    ...(unread !== undefined && { unread }),
  };
};

const toldAlone = (cluster: Cluster, peers: ToldPeers): Pick<Peers, "clusters" | "unread"> =>
  peers.status === "read" ? clustersAmong(peers.arns, cluster) : { clusters: [], unread: peers.reason };

const namedIn = ({ cluster, iam, peers }: Told): Pick<Peers, "clusters" | "unread"> => {
  const part = iam?.parts.clusters;
  if (!part) return peers ? toldAlone(cluster, peers) : { clusters: [] };
  if (part.status === "unreadable") return { clusters: [], unread: part.reason };
  const own = part.rows.find(({ arn }) => arn === cluster);
  return clustersAmong(
    part.rows.map(({ arn }) => arn),
    cluster,
    own ? own.peersUnread : "nothing was read of the cluster itself",
  );
};

/** Whether somebody asked for the peers, whatever the answer was. */
const canTellPeers = ({ iam, peers }: Told): boolean => iam !== undefined || peers !== undefined;

/**
 * "Both endpoints of a peered cluster present a single logical database":
 * https://docs.aws.amazon.com/aurora-dsql/latest/userguide/what-is-aurora-dsql.html
 *
 * `byLogin`: the auditor itself logged in to the cluster for this snapshot. One without IAM and without peers is then of somebody
 * who was told to ask nobody, or of an early release: such a cluster may have peers. Without a login it is a recorded file or a
 * local database: what its owner gave is all that there is, and to call it all unknown would help nobody. Where an earlier
 * snapshot named a peer, nobody has said since that it is gone: then it is unknown in either case.
 */
export const peersIn = (
  catalog: Pick<KnownCatalog, "cluster" | "iam" | "peers" | "formerPeers">,
  { byLogin = false }: { readonly byLogin?: boolean | undefined } = {},
): Peers => {
  const { formerPeers: former = [] } = catalog;
  const isUnasked =
    !canTellPeers(catalog) && ((byLogin && isDsql(catalog)) || former.some(({ until }) => until === null));
  return { ...namedIn(catalog), former, ...(isUnasked && { unread: NOBODY_ASKED }) };
};

/** The peers at which hours from `since` on belong to the database: those of now, and former ones with their end. */
export const peersSince = (
  { clusters, former }: Peers,
  since: Instant,
): readonly { readonly cluster: Cluster; readonly until?: Instant }[] => [
  ...clusters.map((cluster) => ({ cluster })),
  ...former
    .filter(({ until }) => until === null || until > since)
    .map(({ cluster, until }) => ({ cluster, ...(until !== null && { until }) })),
];

/**
 * What a snapshot remembers of peers that it does not name, from the one stored before it. Between the last snapshot with a
 * peer and the first without, nobody knows: until then it may have been one.
 */
export const formerPeersOf = (
  before: Pick<KnownCatalog, "cluster" | "iam" | "peers" | "formerPeers">,
  next: Told,
  takenAt: Instant,
): readonly FormerPeer[] => {
  const earlier = peersIn(before);
  const now = namedIn(next);
  const canTell = canTellPeers(next) && now.unread === undefined;
  const known = new Map(earlier.former.map(({ cluster, until }) => [cluster, until]));
  for (const cluster of earlier.clusters) known.set(cluster, null);
  for (const cluster of now.clusters) known.delete(cluster);
  return [...known]
    .map(([cluster, until]) => ({ cluster, until: until ?? (canTell ? takenAt : null) }))
    .sort((a, b) => (a.cluster < b.cluster ? -1 : 1));
};
