// Counts the connections of a folder, each once, and adds them up by cluster and stretch of time.
import type { Tally } from "../core/activity/activity.ts";
import type { Connection } from "../core/activity/connection.ts";
import { eventHash, halfOfHash } from "../core/activity/event-hash.ts";
import { type EventIds, eventIds } from "../core/activity/event-ids.ts";
import { type HashSet, hashSet } from "../core/activity/hash-set.ts";
import { betterConnection, identityOf, mayBeReplaced } from "../core/activity/identity.ts";
import type { Kind } from "../core/activity/kind-numbers.ts";
import { tallyOf } from "../core/activity/tally.ts";
import { type TallySums, tallySums } from "../core/activity/tally-sums.ts";
import type { TallyTable } from "../core/activity/tally-table.ts";
import type { Cluster } from "../core/base/ids.ts";
import type { Instant } from "../core/base/time.ts";

/** A kind of connections of one cluster, found once for all connections of it. */
export type ClusterKind = {
  readonly cluster: Cluster;
  readonly seen: HashSet;
  readonly sums: TallySums;
  readonly kind: Kind;
};

export type FolderCounts = {
  readonly count: (connection: Connection) => void;
  readonly countAll: (connections: readonly Connection[]) => void;
  /** The kind of a final connection (see `mayBeReplaced`), for `countOne`. */
  readonly kindOf: (cluster: Cluster, tally: Tally) => ClusterKind;
  /** Counts a connection that another thread has read. */
  readonly countOne: (of: ClusterKind, connection: ReadElsewhere) => void;
  readonly duplicates: () => number;
  /** Every cluster that a connection named, with the tallies of its stretches. Nothing is counted after it. */
  readonly tallies: () => ReadonlyMap<Cluster, TallyTable>;
};

/** When it was, its event as a row of a column, and the halves of its event hash. */
export type ReadElsewhere = {
  readonly at: Instant;
  readonly ids: EventIds;
  readonly row: number;
  readonly high: number;
  readonly low: number;
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

/** `unit`: the length of the stretches. */
export const folderCounts = (unit: number): FolderCounts => {
  const seen = byCluster(hashSet);
  const sums = byCluster(() => tallySums(unit));
  /** Connections of which another record may tell more, the best record of each by both halves of its hash. */
  const waiting = byCluster(() => new Map<string, Connection>());
  let duplicates = 0;
  const oneId = eventIds(1);
  const add = (connection: Connection): void => {
    const own = sums.of(connection.cluster);
    oneId.set(0, connection.eventId);
    own.add(own.kindOf(tallyOf(connection)), connection.at, oneId, 0);
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
    countOne: ({ cluster, seen: known, sums: own, kind }, { at, ids, row, high, low }) => {
      if (isCounted(cluster, known, high, low)) own.add(kind, at, ids, row);
    },
    duplicates: () => duplicates,
    tallies: () => {
      for (const own of waiting.all.values()) {
        for (const connection of own.values()) add(connection);
        own.clear();
      }
      return new Map([...sums.all].map(([cluster, own]) => [cluster, own.table()]));
    },
  };
};
