// A folder of trail files as activity and coverage, storing nothing: for replays and for comparing a day with the record.
import type { Profile, Rejected } from "../core/activity/activity.ts";
import type { Connection } from "../core/activity/connection.ts";
import { eventHash } from "../core/activity/event-hash.ts";
import { betterConnection, identityOf, mayBeReplaced } from "../core/activity/identity.ts";
import { tallyOf } from "../core/activity/tally.ts";
import { type TallySums, tallySums } from "../core/activity/tally-sums.ts";
import type { Cluster } from "../core/base/ids.ts";
import { floorTo, HOUR, type Instant } from "../core/base/time.ts";
import type { Coverage, Doubt } from "../core/coverage/coverage.ts";
import { ANY_SCOPE, type Scope, scopeOfCluster } from "../core/coverage/coverage-scope.ts";
import { coverageOf, mergeCoverage } from "../core/coverage/covered-hours.ts";
import { doubtsOfTrails } from "../core/coverage/management-event.ts";
import { checkFolderDigests } from "./folder-digests.ts";
import { listFolder, type PassedOver } from "./list-folder.ts";
import { type ReadingProgress, readSources, type SourcesRead } from "./read-sources.ts";

export type FolderActivity = Omit<SourcesRead, "hours" | "management"> & {
  /** `connections = counted + duplicates`. */
  readonly counted: number;
  readonly duplicates: number;
  /** Every cluster that a connection named, with its profiles by time; nothing is folded. */
  readonly profiles: ReadonlyMap<Cluster, readonly Profile[]>;
  /** Digests beside the log files, and the files that are neither. */
  readonly digests: number;
  readonly passedOver: PassedOver;
  /** Digest files that cannot be read, or that name log files which are missing or changed. */
  readonly digestProblems: readonly Rejected[];
  /** The hours that the folder's files prove, by account and Region. */
  readonly coverageByScope: ReadonlyMap<Scope, Coverage>;
  /** What is proven for one cluster: files of its account and Region, and files that name neither. */
  readonly coverageOf: (cluster: Cluster) => Coverage;
  /** Hours that the folder's own records put in doubt: a trail of the cluster's account and Region stopped or changed. */
  readonly doubtsOf: (cluster: Cluster, until: Instant) => readonly Doubt[];
};

type FolderOptions = {
  /** Total files and how far we are; called some twenty times a second. */
  readonly onProgress?: (progress: ReadingProgress & { readonly totalFiles: number }) => void;
  /** The length of a profile: an hour unless a replay steps finer. */
  readonly unit?: number;
};

/** Connections of which another record may tell more, the best record of each. */
const replaceable = () => {
  const clusters = new Map<Cluster, Map<string, Connection>>();
  return {
    /** `known`: it was counted before, here or for good. */
    offer: (cluster: Cluster, hash: string, connection: Connection, known: boolean): void => {
      const own = clusters.get(cluster) ?? new Map<string, Connection>();
      clusters.set(cluster, own);
      const before = own.get(hash);
      if (before) own.set(hash, betterConnection(before, connection));
      else if (!known) own.set(hash, connection);
    },
    /** Whether it was among them. */
    withdraw: (cluster: Cluster, hash: string): boolean => clusters.get(cluster)?.delete(hash) ?? false,
    best: (): Connection[] => [...clusters.values()].flatMap((own) => [...own.values()]),
  };
};

/**
 * Reads every trail file below `path`, each event once. Memory grows with the number of different kinds of connections per
 * hour and with eight bytes and a little for each event id, not with the files. Throws AuditError "bad-file" only when the
 * folder itself cannot be read.
 */
export const readFolder = async (
  path: string,
  { onProgress, unit = HOUR }: FolderOptions = {},
): Promise<FolderActivity> => {
  const { logs, digests, passedOver } = listFolder(path);
  const seen = new Map<Cluster, Set<string>>();
  const sums = new Map<Cluster, TallySums<Instant>>();
  const waiting = replaceable();
  let duplicates = 0;
  const count = (connection: Connection): void => {
    const { cluster } = connection;
    const ids = seen.get(cluster) ?? new Set();
    if (ids.size === 0) seen.set(cluster, ids);
    const before = ids.size;
    const hash = eventHash(identityOf(connection));
    ids.add(hash);
    const known = ids.size === before;
    if (known) duplicates++;
    // What another record may replace waits until all are read.
    if (mayBeReplaced(connection)) waiting.offer(cluster, hash, connection, known);
    else if (!known || waiting.withdraw(cluster, hash)) add(connection);
  };
  const add = (connection: Connection): void => {
    const { cluster, at } = connection;
    const own = sums.get(cluster) ?? tallySums<Instant>();
    sums.set(cluster, own);
    own.add(floorTo(unit, at), tallyOf(connection));
  };
  const {
    hours: hoursOfFiles,
    management,
    ...read
  } = await readSources(
    logs,
    (connections) => {
      for (const connection of connections) count(connection);
    },
    { onProgress: onProgress && ((progress) => onProgress({ ...progress, totalFiles: logs.length })) },
  );
  for (const connection of waiting.best()) add(connection);
  const { adjust, problems } = checkFolderDigests(digests, logs);
  const hours = adjust(hoursOfFiles);
  const profiles = new Map<Cluster, Profile[]>();
  for (const [cluster, byTime] of sums) {
    const own = [...byTime.sums()].map(
      ([from, tallies]): Profile => ({ cluster, from, to: from + unit, tallies, folded: 0 }),
    );
    profiles.set(
      cluster,
      own.sort((a, b) => a.from - b.from),
    );
  }
  const coverageByScope = new Map(
    [...hours].map(([scope, own]) => [scope, coverageOf([...own].map((hour) => [hour, "folder"] as const))]),
  );
  return {
    ...read,
    digests: digests.length,
    passedOver,
    digestProblems: problems,
    counted: read.connections - duplicates,
    duplicates,
    profiles,
    coverageByScope,
    coverageOf: (cluster) => {
      const scope = scopeOfCluster(cluster);
      return mergeCoverage(
        coverageByScope.get(ANY_SCOPE) ?? [],
        (scope !== undefined && coverageByScope.get(scope)) || [],
      );
    },
    doubtsOf: (cluster, until) => {
      const scope = scopeOfCluster(cluster);
      return doubtsOfTrails(
        management.filter((event) => event.scope === scope && event.at < until),
        until,
        (at) => profiles.get(cluster)?.find(({ from }) => from > at)?.from,
      );
    },
  };
};
