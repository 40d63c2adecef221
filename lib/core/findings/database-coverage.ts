// What is proven of a database at its peers, as the facts of one of its endpoints tell.
import { peersIn, regionOf } from "../catalog/peers.ts";
import { type PeerCoverage, uncoveredOfAll } from "../coverage/peer-coverage.ts";
import { type Uncovered, uncoveredOf } from "../coverage/uncovered.ts";
import type { Facts } from "./facts.ts";

export type DatabaseProof = {
  readonly peers: readonly PeerCoverage[];
  /** Why there may be more peers; undefined: these are all that anybody told of. */
  readonly unread: string | undefined;
  /** How much before now is not settled, at each endpoint that is known of. */
  readonly settles: readonly number[];
  /** At some endpoint. */
  readonly uncovered: Uncovered;
};

/** `own`: what is not covered at the endpoint itself. Of a peer that the facts do not hold nothing is proven. */
export const databaseCoverage = (
  { snapshot, coverage, doubts, settleMs, peers: told = [] }: Facts,
  own: Uncovered,
): DatabaseProof => {
  const { clusters, unread = undefined } = snapshot ? peersIn(snapshot.catalog) : { clusters: [] };
  const known = clusters.map((cluster) => told.find((one) => one.cluster === cluster));
  const peers = clusters.map((cluster, n): PeerCoverage => {
    const { coverage = [], doubts = [] } = known[n] ?? {};
    return { cluster, region: regionOf(cluster), uncovered: uncoveredOf(coverage, doubts) };
  });
  const settles = [settleMs, ...known.flatMap((one) => one?.settleMs ?? [])];
  return { peers, unread, settles, uncovered: peers.length ? uncoveredOfAll(coverage, doubts, peers) : own };
};
