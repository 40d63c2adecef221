// The files that a replay is fed with: mappings, a snapshot, and a folder's activity of one cluster.
import type { FolderActivity } from "../../lib/cloudtrail/read-folder.ts";
import { connectionsIn, joinedTables, type TallyTable } from "../../lib/core/activity/tally-table.ts";
import { Cluster } from "../../lib/core/base/ids.ts";
import type { Catalog } from "../../lib/core/catalog/catalog.ts";
import { parseCatalogFile } from "../../lib/core/catalog/catalog-file.ts";
import type { Coverage } from "../../lib/core/coverage/coverage.ts";
import { scopeOfCluster } from "../../lib/core/coverage/coverage-scope.ts";
import { mergeCoverage } from "../../lib/core/coverage/covered-hours.ts";
import {
  type MappingFacts,
  mappingFacts,
  parseMappingFile,
} from "../../lib/core/history/mapping-captures.ts";
import { AuditError } from "../../lib/errors.ts";
import { readText } from "../read-text.ts";

const readJson = (file: string): unknown => {
  const text = readText(file);
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new AuditError("bad-file", `${file} is not JSON`, { cause });
  }
};

/** Says which file an error is about, where the parser could not know. */
const inFile = <T>(file: string, parse: () => T): T => {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof AuditError)) throw error;
    throw new AuditError(error.code, `${file}: ${error.message}`, {
      cause: error,
      ...(error.hint !== undefined && { hint: error.hint }),
    });
  }
};

/** The mappings of a file, rows or history. AuditError("bad-file") names the file and the fault. */
export const readMappings = (file: string): MappingFacts => {
  const json = readJson(file);
  return mappingFacts(inFile(file, () => parseMappingFile(json)));
};

/** A canonical snapshot, as `snapshot --out` writes it. */
export const readCatalog = (file: string): Catalog => {
  const catalog = parseCatalogFile(readText(file), file);
  // The mappings come from their own file, whatever the snapshot could read of them.
  return { ...catalog, sections: { ...catalog.sections, mappings: { status: "read", rows: [] } } };
};

/** A catalog's source names a trail's cluster only by the id in an endpoint: any other URL says nothing of it. */
const nameInTrail = (name: string | undefined): string | undefined =>
  name?.startsWith("postgres://") ? /^postgres:\/\/([a-z0-9]{26})\./.exec(name)?.[1] : name;

/**
 * The cluster to judge: the one named, the catalog's, or the one that most connections are of. Records that name no cluster
 * belong to it if it is the only one.
 */
export const pickActivity = (
  { tallies, coverageByScope, coverageOf }: FolderActivity,
  asked: string | undefined,
  say: (line: string) => void,
): { cluster: Cluster; tallies: TallyTable; coverage: Coverage } => {
  const named = nameInTrail(asked);
  const isReal = (cluster: string): boolean => !cluster.startsWith("unknown:");
  const real = [...tallies.keys()].filter(isReal);
  const counts = new Map([...tallies].map(([cluster, table]) => [cluster, connectionsIn(table)]));
  const byCount = real.toSorted((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0) || (a < b ? -1 : 1));
  const matching = named === undefined ? byCount : real.filter((c) => c === named || c.endsWith(`/${named}`));
  if (named !== undefined && matching.length > 1) {
    throw new AuditError("usage", `the folder holds more than one cluster ${named}`, {
      hint: `Name one by its ARN: ${matching.join(", ")}`,
    });
  }
  // An ARN's trail may well prove that nobody connected; a name that is no ARN was most likely meant for another.
  if (named !== undefined && real.length && !matching.length && !scopeOfCluster(Cluster.parse(named))) {
    throw new AuditError("not-found", `the folder holds no connection of ${named}`, {
      hint: `It holds those of ${byCount.slice(0, 5).join(", ")}`,
    });
  }
  const [nameless] = [...tallies.keys()].filter((cluster) => !isReal(cluster));
  const cluster = matching[0] ?? Cluster.parse(named ?? nameless ?? "unknown:");
  if (named === undefined && real.length > 1) {
    say(
      `The folder holds ${real.length} clusters. This run takes ${cluster}; name another with --cluster: ${byCount.slice(1).join(", ")}`,
    );
  }
  if (named !== undefined && matching.length === 0) say(`The folder holds no connection of ${named}.`);
  const alone = real.length <= 1 && (matching.length === 1 || real.length === 0);
  const others = alone ? [...tallies.keys()].filter((other) => !isReal(other) && other !== cluster) : [];
  return {
    cluster,
    tallies: joinedTables([cluster, ...others].flatMap((one) => tallies.get(one) ?? [])),
    // Without an account and Region to tell by, every file of the folder is taken as one of this cluster's trail.
    coverage:
      scopeOfCluster(cluster) === undefined
        ? mergeCoverage(...coverageByScope.values())
        : coverageOf(cluster),
  };
};
