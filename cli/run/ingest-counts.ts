// What `dsql-audit ingest` counted, in words.
import type { IngestCounts } from "../../lib/core/activity/activity.ts";
import type { Cluster } from "../../lib/core/base/ids.ts";
import { printable } from "../output.ts";
import type { Digests } from "./prove-digests.ts";

const SHOWN_REASONS = 20;
const SHOWN_CLUSTERS = 3;

/** The summary for people; `files` 0: not said. */
export const countLines = (counts: IngestCounts, files: number, digests: Digests): string => {
  const figure = (n: number): string => n.toLocaleString("en-US").padStart(12);
  const more = counts.rejected.length - SHOWN_REASONS;
  return [
    `${figure(counts.records)} records${files ? ` in ${files.toLocaleString("en-US")} files` : ""}`,
    `${figure(counts.connections)} connections: ${counts.counted.toLocaleString("en-US")} counted, ${counts.duplicates.toLocaleString("en-US")} seen before, ${counts.tooOld.toLocaleString("en-US")} too old`,
    `${figure(counts.ignored)} of other calls, ignored`,
    `${figure(counts.rejected.length)} could not be read${counts.rejected.length ? ":" : ""}`,
    ...counts.rejected
      .slice(0, SHOWN_REASONS)
      .map(({ file, index, reason }) => `  ${printable(file)} record ${index}: ${printable(reason)}`),
    ...(more > 0 ? [`  and ${more} more (--json lists all)`] : []),
    ...(digests.checked > 0
      ? [`${figure(digests.checked)} digests: ${digests.proven.toLocaleString("en-US")} proven`]
      : []),
  ].join("\n");
};

/** Connections of a cluster without a snapshot are counted, and no question is answered about it yet. */
export const unknownClusters = (counted: ReadonlySet<Cluster>, known: readonly Cluster[]): string[] => {
  const unknown = [...counted].filter((cluster) => !known.includes(cluster)).sort();
  if (!unknown.length) return [];
  const named = unknown.slice(0, SHOWN_CLUSTERS).map(printable).join(", ");
  const more = unknown.length > SHOWN_CLUSTERS ? ` and ${unknown.length - SHOWN_CLUSTERS} more` : "";
  return [
    `No snapshot is stored of ${named}${more}: the connections are counted, and shown once there is one. Take it with: dsql-audit snapshot --endpoint HOST --user ROLE`,
  ];
};
