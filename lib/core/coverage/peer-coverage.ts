// What is proven of a whole database: an hour counts where it is proven at each of its endpoints.
import { counted } from "../base/counted.ts";
import type { Cluster } from "../base/ids.ts";
import { floorTo, HOUR, type Instant, type Interval, iso } from "../base/time.ts";
import { visible } from "../base/visible-text.ts";
import type { Coverage, Doubt } from "./coverage.ts";
import { type Uncovered, uncoveredOf } from "./uncovered.ts";

/** What is proven of one peer, an endpoint of the same database in another Region. */
export type PeerCoverage = {
  readonly cluster: Cluster;
  readonly region: string;
  /** It was a peer until then at most: later hours need no proof there. Missing: it is one. */
  readonly until?: Instant;
  readonly uncovered: Uncovered;
};

/** How much of a stretch is not proven at one peer. */
export type PeerProof = {
  readonly cluster: Cluster;
  readonly region: string;
  readonly unprovenHours: number;
  /** Until when it was a peer at most, as ISO 8601; missing: it is one. */
  readonly until?: string;
};

/** The part of a stretch in which it was a peer, the hour of its end included. */
const asPeer = ({ until }: Pick<PeerCoverage, "until">, { from, to }: Interval): Interval => ({
  from,
  to: until === undefined ? to : Math.min(to, -floorTo(HOUR, -until)),
});

/** Peers of earlier than the stretch are left out. */
export const peerProofs = (peers: readonly PeerCoverage[], stretch: Interval): readonly PeerProof[] =>
  peers
    .filter(({ until }) => until === undefined || until > stretch.from)
    .map((peer) => ({
      cluster: peer.cluster,
      region: peer.region,
      unprovenHours: peer.uncovered.hoursIn(asPeer(peer, stretch)),
      ...(peer.until !== undefined && { until: iso(peer.until) }),
    }));

/** "its peer in us-east-2 (arn:...)", "its former peer in us-east-2 (arn:..., until 2026-11-29)" */
export const peerName = ({ cluster, region, until }: Omit<PeerProof, "unprovenHours">): string =>
  until === undefined
    ? `its peer in ${region} (${cluster})`
    : `its former peer in ${region} (${cluster}, until ${until.slice(0, 10)})`;

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
  return peers.flatMap((peer) => {
    const stretch = asPeer(peer, extent);
    const { until, ...named } = peer;
    const name = peerName({ ...named, ...(until !== undefined && { until: iso(until) }) });
    return peer.uncovered.gapsIn(stretch).map(
      ({ from, to, reasons }): Doubt => ({
        from: Math.max(from, stretch.from),
        to: Math.min(to, stretch.to),
        reason: `capture is not proven for ${name}: ${reasons.join("; ") || "no proof has arrived"}`,
      }),
    );
  });
};

/** The hours of a database that are not proven at every endpoint, each gap with its reasons. */
export const uncoveredOfAll = (
  coverage: Coverage,
  doubts: readonly Doubt[],
  peers: readonly PeerCoverage[],
): Uncovered => uncoveredOf(coverage, peers.length ? [...doubts, ...peerDoubts(coverage, peers)] : doubts);

/** What is not known where nobody could tell the peers; `unread`: why. */
export const peersUnreadText = (unread: string): string =>
  `Whether it has a peer in another Region, through which somebody may have connected, is not known: ${visible(unread, 200)}.`;

/** What to do then. */
export const PEERS_UNREAD_STEP = "The next snapshot that may call dsql:GetCluster tells it.";

/** What to do for peers that are not proven, each in a sentence. */
export const peerSteps = (proofs: readonly PeerProof[]): readonly string[] =>
  proofs
    .filter(({ unprovenHours }) => unprovenHours > 0)
    .map((proof) => {
      const open = `Capture is not proven for ${counted(proof.unprovenHours, "hour")} of ${peerName(proof)}.`;
      return proof.until === undefined
        ? `${open} Add ${proof.region} to the parameter regions and deploy deploy/forward-region.yml there; where that is done, look at the findings of that cluster.`
        : `${open} Who connected through it then used this database. It is known again once the window begins after these hours.`;
    });

/** The last instant up to which all of these can be judged, in whole hours. */
export const settledTogether = (now: Instant, settles: readonly number[]): Instant =>
  floorTo(HOUR, now - Math.max(...settles));
