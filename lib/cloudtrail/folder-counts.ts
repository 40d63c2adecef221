// Counts the connections of a folder, each once, and adds them up by cluster and stretch of time.
import type { Profile, Tally } from "../core/activity/activity.ts";
import type { Connection } from "../core/activity/connection.ts";
import { eventHash, halfOfHash } from "../core/activity/event-hash.ts";
import { type HashSet, hashSet } from "../core/activity/hash-set.ts";
import { betterConnection, identityOf, mayBeReplaced } from "../core/activity/identity.ts";
import { tallyOf } from "../core/activity/tally.ts";
import { type Kind, type TallySums, tallySums } from "../core/activity/tally-sums.ts";
import type { Cluster } from "../core/base/ids.ts";
import { floorTo, type Instant } from "../core/base/time.ts";

/** A kind of connections of one cluster, found once for all connections of it. */
export type ClusterKind = {
  readonly cluster: Cluster;
  readonly seen: HashSet;
  readonly sums: TallySums<Instant>;
  readonly kind: Kind;
};

export type FolderCounts = {
  readonly count: (connection: Connection) => void;
  readonly countAll: (connections: readonly Connection[]) => void;
  /** The kind of a final connection (see `mayBeReplaced`), for `countOne`. */
  readonly kindOf: (cluster: Cluster, tally: Tally) => ClusterKind;
  /** Counts a connection that another thread has read; the halves of its event hash. */
  readonly countOne: (of: ClusterKind, at: Instant, eventId: string, high: number, low: number) => void;
  readonly duplicates: () => number;
  /** Every cluster that a connection named, with its profiles by time. Nothing is counted after it. */
  readonly profiles: () => ReadonlyMap<Cluster, readonly Profile[]>;
};

/** What is there for a cluster, made when it is first asked for. */
const byCluster = <T>(
  make: () => T,
): { readonly of: (cluster: Cluster) => T; readonly all: Map<Cluster, T> } => {
  const all = new Map<Cluster, T>();
  return {
    all,
    of: (cluster) => {
      const known = all.get(cluster);
      if (known !== undefined) return known;
      const made = make();
      all.set(cluster, made);
      return made;
    },
  };
};

/** `unit`: the length of a profile. */
export const folderCounts = (unit: number): FolderCounts => {
  const seen = byCluster(hashSet);
  const sums = byCluster(tallySums<Instant>);
  /** Connections of which another record may tell more, the best record of each by both halves of its hash. */
  const waiting = byCluster(() => new Map<string, Connection>());
  let duplicates = 0;
  const add = (connection: Connection): void => {
    const own = sums.of(connection.cluster);
    own.add(floorTo(unit, connection.at), own.kindOf(tallyOf(connection)), connection.at, connection.eventId);
  };

  /** Whether the connection is to be added up now: it is new, or final where one that waits is not. */
  const isCounted = (cluster: Cluster, ids: HashSet, high: number, low: number): boolean => {
    if (ids.add(high, low)) return true;
    duplicates++;
    return waiting.all.get(cluster)?.delete(`${high} ${low}`) ?? false;
  };
  /** What another record may replace waits until all are read. */
  const wait = (connection: Connection, high: number, low: number): void => {
    const isNew = seen.of(connection.cluster).add(high, low);
    if (!isNew) duplicates++;
    const own = waiting.of(connection.cluster);
    const key = `${high} ${low}`;
    const before = own.get(key);
    if (before) own.set(key, betterConnection(before, connection));
    else if (isNew) own.set(key, connection);
  };
  const count = (connection: Connection): void => {
    const { cluster } = connection;
    const hash = eventHash(identityOf(connection));
    const [high, low] = [halfOfHash(hash, 0), halfOfHash(hash, 1)];
    if (mayBeReplaced(connection)) wait(connection, high, low);
    else if (isCounted(cluster, seen.of(cluster), high, low)) add(connection);
  };
  return {
    count,
    countAll: (connections) => {
      for (const connection of connections) count(connection);
    },
    kindOf: (cluster, tally) => {
      const own = sums.of(cluster);
      return { cluster, seen: seen.of(cluster), sums: own, kind: own.kindOf(tally) };
    },
    countOne: (of, at, eventId, high, low) => {
      if (isCounted(of.cluster, of.seen, high, low)) of.sums.add(floorTo(unit, at), of.kind, at, eventId);
    },
    duplicates: () => duplicates,
    profiles: () => {
      for (const own of waiting.all.values()) {
        for (const connection of own.values()) add(connection);
        own.clear();
      }
      const profilesOf = (cluster: Cluster, own: TallySums<Instant>): Profile[] =>
        [...own.sums()]
          .map(([from, tallies]): Profile => ({ cluster, from, to: from + unit, tallies, folded: 0 }))
          .sort((a, b) => a.from - b.from);
      return new Map([...sums.all].map(([cluster, own]) => [cluster, profilesOf(cluster, own)]));
    },
  };
};
