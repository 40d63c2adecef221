// For which hours of a stretch it is proven that the connections of a database were captured, and for which it is not and why.
import type { Cluster } from "../core/base/ids.ts";
import { upToNow } from "../core/base/parse-time.ts";
import { floorTo, HOUR, type Instant, type Interval, iso } from "../core/base/time.ts";
import type { Proof } from "../core/coverage/coverage.ts";
import type { PeerProof } from "../core/coverage/peer-coverage.ts";
import type { ReadStore } from "../store/open-store.ts";
import { goneText } from "../wording/gone-text.ts";
import { goneAsOf } from "./basis.ts";
import { databaseAt, databaseProof } from "./database.ts";

type Stretch = { readonly from: string; readonly to: string };

/** Times are ISO 8601 in UTC; stretches are sorted, and cut to the one that was asked about. */
export type CoverageAnswer = Stretch & {
  /** Later hours may still be proven: proof comes late. */
  readonly settledUntil: string;
  /** The hours of the stretch, begun ones included. */
  readonly hours: number;
  readonly unprovenHours: number;
  readonly covered: readonly (Stretch & { readonly proof: Proof })[];
  /** Hours without proof: whoever is not seen in them may have connected all the same. */
  readonly gaps: readonly (Stretch & { readonly reasons: readonly string[] })[];
  /** The other endpoints of the database: an hour is covered where it is proven at each of them too. */
  readonly peers: readonly PeerProof[];
  /** Why there may be more peers; null: these are all that anybody told of. */
  readonly peersUnread: string | null;
  /** Since when the cluster is gone, in a sentence: nothing is captured of it any more. null: it was watched at the end. */
  readonly gone: string | null;
};

/**
 * What is proven of the interval up to `now`, from the hour that it begins in: by the computation that judgements rest on.
 * AuditError("usage") for an interval that has not begun.
 */
export const coverageOf = async (
  store: ReadStore,
  cluster: Cluster,
  interval: Interval,
  now: Instant,
): Promise<CoverageAnswer> => {
  // An hour is proven as a whole or not at all: half of one at the beginning would be counted twice.
  // Nothing was ever before the epoch: an hour there is none, and not a proven one.
  const asked = upToNow(interval, now);
  const { from, to } = { from: Math.max(0, floorTo(HOUR, asked.from)), to: Math.max(0, asked.to) };
  const [{ covered, uncovered, settledUntil, peers, peersUnread }, gone] = await Promise.all([
    databaseProof(store, await databaseAt(store, cluster, to), { from, to }, now),
    goneAsOf(store, cluster, to),
  ]);
  const cut = (stretch: Interval): Stretch => ({
    from: iso(Math.max(from, stretch.from)),
    to: iso(Math.min(to, stretch.to)),
  });
  return {
    from: iso(from),
    to: iso(to),
    settledUntil: iso(settledUntil),
    hours: Math.ceil((to - from) / HOUR),
    unprovenHours: uncovered.hoursIn({ from, to }),
    covered: covered.map((stretch) => ({ ...cut(stretch), proof: stretch.proof })),
    gaps: uncovered.gapsIn({ from, to }).map((gap) => ({ ...cut(gap), reasons: [...gap.reasons] })),
    peers,
    peersUnread,
    gone: gone ? goneText(gone) : null,
  };
};
