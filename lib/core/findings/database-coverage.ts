// What is proven of a database at its peers, as the facts of one of its endpoints tell.
import { DAY } from "../base/time.ts";
import { peersIn, peersSince, regionOf } from "../catalog/peers.ts";
import { type PeerCoverage, uncoveredOfAll } from "../coverage/peer-coverage.ts";
import { type Uncovered, uncoveredOf } from "../coverage/uncovered.ts";
import type { Facts } from "./facts.ts";
import { USE_DAYS } from "./use-ledger.ts";

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
  { snapshot, now, coverage, doubts, settleMs, peers: told = [] }: Facts,
  own: Uncovered,
): DatabaseProof => {
  const found = snapshot ? peersIn(snapshot.catalog, snapshot) : { clusters: [], former: [] };
  const all = peersSince(found, now - USE_DAYS * DAY);
  const known = all.map(({ cluster }) => told.find((one) => one.cluster === cluster));
  const peers = all.map((one, n): PeerCoverage => {
    const { coverage = [], doubts = [] } = known[n] ?? {};
    return { ...one, region: regionOf(one.cluster), uncovered: uncoveredOf(coverage, doubts) };
  });
  const { unread } = found;
  const settles = [settleMs, ...known.flatMap((one) => one?.settleMs ?? [])];
  return { peers, unread, settles, uncovered: peers.length ? uncoveredOfAll(coverage, doubts, peers) : own };
};
