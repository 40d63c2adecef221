// Answers by time come from an index of times. A manifest that is not in it would be passed over in silence: so whoever
// answers by time looks at the neighbours by number as well, and an item there that is not as it was stored is an error.
import type { Cluster } from "../../core/base/ids.ts";
import type { Manifest } from "../../core/history/manifest.ts";
import * as keys from "../table/keys.ts";
import type { Table } from "../table/table.ts";
import { openItem } from "./manifest-item.ts";

const LAST_SEQ = 9_999_999_999;

/** The manifests stored after (or before) `seq`, each opened, up to the first for which `enough`. Usually one small read. */
const lookBeside = async (
  table: Table,
  cluster: Cluster,
  { from, to, backward }: { readonly from: number; readonly to: number; readonly backward: boolean },
  enough: (manifest: Manifest) => boolean,
): Promise<void> => {
  for (let first = from, last = to, limit = 1; first <= last; limit *= 8) {
    let seen = 0;
    const range = { from: keys.manifest(cluster, first).sk, to: keys.manifest(cluster, last).sk };
    const items = table.query({ pk: keys.manifests(cluster), ...range, backward, limit, consistent: true });
    for await (const item of items) {
      const { manifest } = openItem(item);
      if (enough(manifest)) return;
      seen++;
      if (backward) last = manifest.seq - 1;
      else first = manifest.seq + 1;
    }
    if (seen < limit) return;
  }
};

/** Opens what was stored after `seq`. AuditError("store") for what is not as it was stored. */
export const lookAfter = (
  table: Table,
  cluster: Cluster,
  seq: number,
  enough: (manifest: Manifest) => boolean,
): Promise<void> => lookBeside(table, cluster, { from: seq + 1, to: LAST_SEQ, backward: false }, enough);

/** Opens what was stored before `seq` (null: from the newest back). */
export const lookBefore = (
  table: Table,
  cluster: Cluster,
  seq: number | null,
  enough: (manifest: Manifest) => boolean,
): Promise<void> =>
  lookBeside(table, cluster, { from: 0, to: seq === null ? LAST_SEQ : seq - 1, backward: true }, enough);

/** Opens everything between two numbers, both exclusive. */
export const lookBetween = (table: Table, cluster: Cluster, a: number, b: number): Promise<void> =>
  lookBeside(
    table,
    cluster,
    { from: Math.min(a, b) + 1, to: Math.max(a, b) - 1, backward: false },
    () => false,
  );
