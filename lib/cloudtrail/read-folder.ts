// A folder of trail files as activity and coverage, storing nothing: for replays and for comparing a day with the record.
import type { Rejected } from "../core/activity/activity.ts";
import { stretchesOf, type TallyTable } from "../core/activity/tally-table.ts";
import type { Cluster } from "../core/base/ids.ts";
import { countBefore } from "../core/base/sorted.ts";
import { HOUR, type Instant } from "../core/base/time.ts";
import type { Coverage, Doubt } from "../core/coverage/coverage.ts";
import { ANY_SCOPE, type Scope, scopeOfCluster } from "../core/coverage/coverage-scope.ts";
import { coverageOf, mergeCoverage } from "../core/coverage/covered-hours.ts";
import { concerns, doubtsOfTrails } from "../core/coverage/management-event.ts";
import { folderCounts } from "./folder-counts.ts";
import { checkFolderDigests } from "./folder-digests.ts";
import { listFolder, type PassedOver } from "./list-folder.ts";
import { readFiles } from "./read-files.ts";
import type { ReadingProgress, SourcesRead } from "./read-sources.ts";

export type FolderActivity = Omit<SourcesRead, "hours" | "management"> & {
  /** `connections = counted + duplicates`. */
  readonly counted: number;
  readonly duplicates: number;
  /** Every cluster that a connection named, with its tallies by hour or minute; nothing is folded. */
  readonly tallies: ReadonlyMap<Cluster, TallyTable>;
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
  /** The length of what is added up: an hour unless a replay steps finer. */
  readonly unit?: number;
  /** How many threads read; without it as many as are worth their start. */
  readonly threads?: number;
};

/**
 * Reads every trail file below `path`, each event once. Memory grows with the number of different kinds of connections per
 * hour and with eight bytes and a little for each event id, not with the files. Throws AuditError "bad-file" only when the
 * folder itself cannot be read.
 */
export const readFolder = async (
  path: string,
  { onProgress, unit = HOUR, threads }: FolderOptions = {},
): Promise<FolderActivity> => {
  const { logs, digests, passedOver } = listFolder(path);
  // The number alone, so that what is told of the folder does not hold all of its files.
  const totalFiles = logs.length;
  const counts = folderCounts(unit);
  const {
    hours: hoursOfFiles,
    management,
    ...read
  } = await readFiles(logs, counts, {
    threads,
    onProgress: onProgress && ((progress) => onProgress({ ...progress, totalFiles })),
  });
  const { adjust, problems } = checkFolderDigests(digests, logs);
  const hours = adjust(hoursOfFiles);
  const tallies = counts.tallies();
  const duplicates = counts.duplicates();
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
    tallies,
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
      const table = tallies.get(cluster);
      const stretches = table ? stretchesOf(table, unit) : new Float64Array();
      return doubtsOfTrails(
        management.filter((event) => scope !== undefined && concerns(event, scope) && event.at < until),
        until,
        (at) => stretches[countBefore(stretches, at + 1)],
      );
    },
  };
};
