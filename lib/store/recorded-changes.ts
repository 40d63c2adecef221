// The changes of a snapshot as its manifest names them, and those that have no derived items yet.
import { parseCanonical } from "../core/canonical.ts";
import type { RecordedChange } from "../core/change.ts";
import { decodeChanges } from "../core/change-log.ts";
import type { Cluster } from "../core/ids.ts";
import type { KnownCatalog, LastRead } from "../core/known-catalog.ts";
import type { SealedManifest } from "../core/manifest.ts";
import { readTree } from "./chunks.ts";
import { manifestsBySeq, readManifest } from "./manifests.ts";
import type { Table } from "./table.ts";

export const stampOf = ({ manifest }: SealedManifest): LastRead => ({
  at: manifest.takenAt,
  seq: manifest.seq,
});

/**
 * What the first snapshot tells timelines: the mappings that it already had. The rest of its catalog is not copied:
 * "it was so from the first snapshot on" is read from the snapshot itself.
 */
export const baseline = (catalog: KnownCatalog, taken: LastRead): RecordedChange[] => {
  const { mappings } = catalog.sections;
  if (mappings.status !== "read") return [];
  const change = { kind: "section-readable" as const, section: "mappings" as const, first: mappings.rows };
  return [{ fromSeq: taken.seq, from: taken.at, toSeq: taken.seq, to: taken.at, change }];
};

/** The changes of one snapshot; none where it has none. */
export const recordedChanges = async (
  table: Table,
  cluster: Cluster,
  sealed: SealedManifest,
): Promise<RecordedChange[]> => {
  const { seq, changes } = sealed.manifest;
  if (!changes) return [];
  const previous = await readManifest(table, cluster, seq - 1);
  // Thinned out: the changes are still known, only the exact time before which they happened is the day's first.
  const before = previous ?? (await readManifest(table, cluster, sealed.manifest.dayFirst));
  const { text } = await readTree(table, cluster, changes.root);
  return decodeChanges(text, before ? stampOf(before) : stampOf(sealed), stampOf(sealed));
};

/** What timelines hold of the snapshots `first` to `last`, oldest first, read from the chain itself. */
export async function* pendingChanges(
  table: Table,
  cluster: Cluster,
  first: number,
  last: number,
): AsyncGenerator<RecordedChange> {
  for await (const sealed of manifestsBySeq(table, cluster, first, last)) {
    if (sealed.manifest.seq === 1) {
      const { text } = await readTree(table, cluster, sealed.manifest.root);
      yield* baseline(parseCanonical(text), stampOf(sealed));
    } else yield* await recordedChanges(table, cluster, sealed);
  }
}
