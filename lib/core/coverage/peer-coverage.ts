// What is proven of a whole database: an hour counts where it is proven at each of its endpoints.
import { counted } from "../base/counted.ts";
import type { Cluster } from "../base/ids.ts";
import { floorTo, HOUR, type Instant, type Interval } from "../base/time.ts";
import type { Coverage, Doubt } from "./coverage.ts";
import { type Uncovered, uncoveredOf } from "./uncovered.ts";

/** What is proven of one peer, an endpoint of the same database in another Region. */
export type PeerCoverage = {
  readonly cluster: Cluster;
  readonly region: string;
  readonly uncovered: Uncovered;
};

/** How much of a stretch is not proven at one peer. */
export type PeerProof = {
  readonly cluster: Cluster;
  readonly region: string;
  readonly unprovenHours: number;
};

export const peerProofs = (peers: readonly PeerCoverage[], stretch: Interval): readonly PeerProof[] =>
  peers.map(({ cluster, region, uncovered }) => ({
    cluster,
    region,
    unprovenHours: uncovered.hoursIn(stretch),
  }));

/** "its peer in us-east-2 (arn:...)" */
export const peerName = ({ cluster, region }: Pick<PeerProof, "cluster" | "region">): string =>
  `its peer in ${region} (${cluster})`;

const extentOf = (coverage: Coverage): Interval | undefined =>
  coverage.length
    ? {
        from: Math.min(...coverage.map(({ from }) => from)),
        to: Math.max(...coverage.map(({ to }) => to)),
      }
    : undefined;

/**
 * The hours of `coverage` for which some peer has no proof, as doubts that name the peer: taken out of one endpoint's
 * coverage they leave what is proven of the database.
 */
export const peerDoubts = (coverage: Coverage, peers: readonly PeerCoverage[]): readonly Doubt[] => {
  const extent = extentOf(coverage);
  if (!extent) return [];
  return peers.flatMap((peer) =>
    peer.uncovered.gapsIn(extent).map(
      ({ from, to, reasons }): Doubt => ({
        from: Math.max(from, extent.from),
        to: Math.min(to, extent.to),
        reason: `capture is not proven for ${peerName(peer)}: ${reasons.join("; ") || "no proof has arrived"}`,
      }),
    ),
  );
};

/** The hours of a database that are not proven at every endpoint, each gap with its reasons. */
export const uncoveredOfAll = (
  coverage: Coverage,
  doubts: readonly Doubt[],
  peers: readonly PeerCoverage[],
): Uncovered => uncoveredOf(coverage, peers.length ? [...doubts, ...peerDoubts(coverage, peers)] : doubts);

/** What to do for peers that are not proven, each in a sentence. */
export const peerSteps = (proofs: readonly PeerProof[]): readonly string[] =>
  proofs
    .filter(({ unprovenHours }) => unprovenHours > 0)
    .map(
      (proof) =>
        `Capture is not proven for ${counted(proof.unprovenHours, "hour")} of ${peerName(proof)}. Add ${proof.region} to the parameter regions and deploy deploy/forward-region.yml there; where that is done, look at the findings of that cluster.`,
    );

/** The last instant up to which all of these can be judged, in whole hours. */
export const settledTogether = (now: Instant, settles: readonly number[]): Instant =>
  floorTo(HOUR, now - Math.max(...settles));
