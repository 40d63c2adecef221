// The findings of the peers of a cluster that can speak for its own: of peers that are watched and were evaluated lately.
import type { Cluster } from "../core/base/ids.ts";
import { HOUR, type Instant } from "../core/base/time.ts";
import type { Catalog } from "../core/catalog/catalog.ts";
import { peersIn } from "../core/catalog/peers.ts";
import type { PeerFindings } from "../core/findings/shared-state.ts";
import type { ReadStore } from "../store/open-store.ts";
import { unlessUnreadable } from "./unreadable.ts";

/** Snapshots and evaluations come every hour. A peer without any for longer speaks for nobody. */
const LATELY_MS = 6 * HOUR;

const findingsOf = async (
  { clusters, findings }: Pick<ReadStore, "clusters" | "findings">,
  peer: Cluster,
  now: Instant,
): Promise<PeerFindings[]> => {
  const [entry, look] = await Promise.all([clusters.entry(peer), findings.lastLook(peer)]);
  if (!entry || entry.gone || !look || look.snapshotAt === null) return [];
  if (Math.min(look.at, look.snapshotAt) < now - LATELY_MS) return [];
  const known = [...(await findings.read(peer)).values()];
  return [{ cluster: peer, snapshotAt: look.snapshotAt, findings: known.map(({ finding }) => finding) }];
};

/** Nothing is read for a cluster without peers. A peer whose findings cannot be read speaks for nobody. */
export const peerFindings = async (
  store: Pick<ReadStore, "clusters" | "findings">,
  catalog: Catalog | undefined,
  now: Instant,
): Promise<readonly PeerFindings[]> => {
  const peers = catalog ? peersIn(catalog).clusters : [];
  const all = peers.map((peer) => unlessUnreadable(() => findingsOf(store, peer, now)));
  return (await Promise.all(all)).flatMap((found) => found ?? []);
};
