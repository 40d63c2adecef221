// The only key strings of the store. Each key stands under the question that it answers.
import type { Cluster, Sha256 } from "../core/ids.ts";
import { type Instant, iso } from "../core/time.ts";

/** Digits enough for every number we order by, so that text sorts as numbers do. */
export const pad = (n: number): string => String(n).padStart(10, "0");

/** The table's attribute that the time index sorts by; only manifests carry it. */
export const TIME_INDEX = "byTime";

export const keys = {
  // "which clusters are there, how to reach them"      Query; PutItem
  clusters: () => "CLUSTERS",
  cluster: (c: Cluster) => ({ pk: "CLUSTERS", sk: c }),

  // "the chain of snapshots"                            PutItem where absent; Query backward; index by takenAt
  manifests: (c: Cluster) => `CLUSTER#${c}`,
  manifest: (c: Cluster, seq: number) => ({ pk: `CLUSTER#${c}`, sk: `SNAPSHOT#${pad(seq)}` }),

  // "the bytes behind this hash"                        PutItem where absent; BatchGetItem
  chunk: (c: Cluster, hash: Sha256) => ({ pk: `CHUNK#${c}#${hash}`, sk: "CHUNK" }),

  // "what was counted in this minute"                   Query, consistent; PutItem where absent
  slot: (c: Cluster, minute: Instant) => `SLOT#${c}#${iso(minute).slice(0, 16)}`,
  segment: (c: Cluster, minute: Instant, n: number) => ({
    pk: `SLOT#${c}#${iso(minute).slice(0, 16)}`,
    sk: `SEG#${pad(n)}`,
  }),

  // "every finding of this cluster, open or not"        Query; PutItem on its revision
  findings: (c: Cluster) => `FINDING#${c}`,
  finding: (c: Cluster, id: string) => ({ pk: `FINDING#${c}`, sk: id }),
} as const;
