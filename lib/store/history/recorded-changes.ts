// The changes of a snapshot as its manifest names them, and those that have no derived items yet.

import type { Cluster, Sha256 } from "../../core/base/ids.ts";
import { parseCanonical } from "../../core/catalog/canonical.ts";
import type { KnownCatalog, LastRead } from "../../core/catalog/known-catalog.ts";
import type { RecordedChange } from "../../core/history/change.ts";
import { decodeChanges, recordChanges } from "../../core/history/change-log.ts";
import type { SealedManifest } from "../../core/history/manifest.ts";
import type { Table } from "../table/table.ts";
import { readTree } from "./chunks.ts";
import { manifestsBySeq, readManifest } from "./manifests.ts";

export const stampOf = ({ manifest }: SealedManifest): LastRead => ({
  at: manifest.takenAt,
  seq: manifest.seq,
});

export const readCatalog = async (table: Table, cluster: Cluster, root: Sha256): Promise<KnownCatalog> =>
  parseCanonical((await readTree(table, cluster, root)).text);

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

/**
 * The changes of one snapshot; none where it has none. Where the snapshot before was thinned out, they are those since
 * the day before: that is all that the two snapshots which are left can tell.
 */
export const recordedChanges = async (
  table: Table,
  cluster: Cluster,
  sealed: SealedManifest,
): Promise<RecordedChange[]> => {
  const { seq, changes, previousDay, root } = sealed.manifest;
  const previous = seq > 1 ? await readManifest(table, cluster, seq - 1) : undefined;
  if (previous) {
    if (!changes) return [];
    const { text } = await readTree(table, cluster, changes.root);
    return decodeChanges(text, stampOf(previous), stampOf(sealed));
  }
  const dayBefore = previousDay && (await readManifest(table, cluster, previousDay.seq));
  if (!dayBefore || dayBefore.manifest.root === root) return [];
  const [before, after] = await Promise.all(
    [dayBefore.manifest.root, root].map(async (one) =>
      parseCanonical((await readTree(table, cluster, one)).text),
    ),
  );
  if (!before || !after) return [];
  const { diffCatalogs } = await import("../../core/history/diff.ts");
  return recordChanges(diffCatalogs(before, after), before, stampOf(dayBefore), stampOf(sealed));
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
      yield* baseline(await readCatalog(table, cluster, sealed.manifest.root), stampOf(sealed));
    } else yield* await recordedChanges(table, cluster, sealed);
  }
}
