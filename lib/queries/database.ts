// What one database is asked about: who connected through any of its endpoints, and for which hours that is proven.
import type { Profile } from "../core/activity/activity.ts";
import { joinProfiles } from "../core/activity/join-profiles.ts";
import { talliesBefore } from "../core/activity/tally.ts";
import type { Cluster } from "../core/base/ids.ts";
import { DAY, floorTo, HOUR, type Instant, type Interval } from "../core/base/time.ts";
import { type Peers, peersIn, peersSince, regionOf } from "../core/catalog/peers.ts";
import { withoutDoubts } from "../core/coverage/covered-hours.ts";
import {
  PEERS_UNREAD_STEP,
  type PeerProof,
  peerDoubts,
  peerName,
  peerProofs,
  peerSteps,
  peersUnreadText,
  settledTogether,
} from "../core/coverage/peer-coverage.ts";
import { uncoveredOf } from "../core/coverage/uncovered.ts";
import { settleMsOf } from "../jobs/endpoint-facts.ts";
import type { Snapshot } from "../store/history/snapshots.ts";
import type { ReadStore } from "../store/open-store.ts";
import { coverageEvidence, type ProvenHours } from "./proven-hours.ts";

/** A cluster, and its peers in other Regions: the endpoints of one database. */
export type Database = { readonly cluster: Cluster; readonly peers: Peers };

/** For who asks about one endpoint alone: its policy, its calls. */
export const endpointOf = (cluster: Cluster): Database => ({
  cluster,
  peers: { clusters: [], former: [] },
});

export const databaseOf = ({ catalog, manifest }: Pick<Snapshot, "catalog" | "manifest">): Database => ({
  cluster: catalog.cluster,
  peers: peersIn(catalog, { byLogin: manifest.meta.login !== undefined }),
});

/** As the last snapshot at or before `at` tells, else the first one after it; without any no peer is known of. */
export const databaseAt = async (
  { snapshots }: Pick<ReadStore, "snapshots">,
  cluster: Cluster,
  at: Instant,
): Promise<Database> => {
  const snapshot = await snapshots.asOf(cluster, at);
  if (snapshot) return databaseOf(snapshot);
  const first = await snapshots.after(cluster, at);
  return first ? databaseOf(await snapshots.open(cluster, first)) : endpointOf(cluster);
};

/** What had begun at one endpoint by its end as a peer; the day of its end is added up from the hours before it. */
const untilItsEnd = async (
  { hours, days }: Pick<ReadStore["activity"], "hours" | "days">,
  { cluster, until }: { readonly cluster: Cluster; readonly until: Instant },
  unit: "hours" | "days",
  { from, to }: Interval,
): Promise<Profile[]> => {
  const hoursFrom = async (begin: Instant): Promise<Profile[]> => {
    const found = await hours(cluster, { from: begin, to: Math.min(to, until) });
    return found.flatMap((profile) => {
      const tallies = talliesBefore(profile.tallies, until);
      return tallies.length ? [{ ...profile, tallies }] : [];
    });
  };
  if (unit === "hours") return hoursFrom(from);
  const last = floorTo(DAY, until);
  const whole = await days(cluster, { from, to: Math.min(to, last) });
  if (last < from || last >= to) return whole;
  const ofLast = (await hoursFrom(last)).map((hour) => [{ ...hour, from: last, to: last + DAY }]);
  return [...whole, ...joinProfiles(ofLast)];
};

/** The connections of the database: the hours, or the days, that begin in the interval and have any, sorted. */
export const connectionsOf = async (
  { activity }: Pick<ReadStore, "activity">,
  { cluster, peers }: Database,
  unit: "hours" | "days",
  interval: Interval,
): Promise<Profile[]> =>
  joinProfiles(
    await Promise.all([
      activity[unit](cluster, interval),
      ...peersSince(peers, interval.from).map(({ cluster: peer, until }) =>
        until === undefined
          ? activity[unit](peer, interval)
          : untilItsEnd(activity, { cluster: peer, until }, unit, interval),
      ),
    ]),
  );

export type DatabaseProof = ProvenHours & {
  /** Until when all endpoints can be judged: later hours may still be proven. */
  readonly settledUntil: Instant;
  /** How much of the stretch, as far as it can be judged, lacks a proof at each peer. */
  readonly peers: readonly PeerProof[];
  /** Why there may be more peers; null: these are all that anybody told of. */
  readonly peersUnread: string | null;
};

/** What is proven of the stretch at every endpoint of the database, as of `now`. */
export const databaseProof = async (
  store: ReadStore,
  { cluster, peers }: Database,
  interval: Interval,
  now: Instant,
): Promise<DatabaseProof> => {
  const others = peersSince(peers, interval.from);
  const endpoints = [cluster, ...others.map((one) => one.cluster)];
  const [evidence, settles] = await Promise.all([
    Promise.all(endpoints.map((one) => coverageEvidence(store, one, interval, now))),
    Promise.all(endpoints.map((one) => settleMsOf(store, one, now))),
  ]);
  const [own = { coverage: [], doubts: [] }, ...found] = evidence;
  const there = others.map((peer, n) => ({
    ...peer,
    region: regionOf(peer.cluster),
    uncovered: uncoveredOf(found[n]?.coverage ?? [], found[n]?.doubts ?? []),
  }));
  const doubts = [...own.doubts, ...peerDoubts(own.coverage, there)];
  const settledUntil = settledTogether(now, settles);
  const settled = { from: floorTo(HOUR, interval.from), to: Math.min(interval.to, settledUntil) };
  return {
    covered: withoutDoubts(own.coverage, doubts),
    uncovered: uncoveredOf(own.coverage, doubts),
    settledUntil,
    peers: peerProofs(there, settled),
    peersUnread: peers.unread ?? null,
  };
};

/** What an answer says of the peers: that they count, and what to do where they are not proven or not known. */
export const peerLines = ({ peers, peersUnread }: Pick<DatabaseProof, "peers" | "peersUnread">): string[] => [
  ...peers.map(
    (peer) =>
      `Connections through ${peerName(peer)} count: it ${peer.until === undefined ? "is" : "was"} the same database.`,
  ),
  ...peerSteps(peers),
  ...(peersUnread === null ? [] : [`${peersUnreadText(peersUnread)} ${PEERS_UNREAD_STEP}`]),
];
