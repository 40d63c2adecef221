// How far the derived items are written: the mark that a run leaves when it has written them all.
import type { Cluster } from "../../core/base/ids.ts";
import type { Manifest } from "../../core/history/manifest.ts";
import { type Fault, fault } from "../../core/history/verify-manifest.ts";
import * as keys from "../table/keys.ts";
import type { Item, Table } from "../table/table.ts";

const FORMAT = 1;

/** Says that every snapshot up to `upTo` has its derived items. */
export const markDerived = (table: Table, cluster: Cluster, upTo: number): Promise<void> =>
  table.put({ ...keys.derived(cluster), v: FORMAT, upTo });

/** The last snapshot whose derived items were written. Where the mark cannot be read, 0: readers then read the chain itself. */
export const derivedToOf = ({ v, upTo }: Item): number =>
  v === FORMAT && typeof upTo === "number" && Number.isInteger(upTo) && upTo >= 0 ? upTo : 0;

/** The mark as verify sees it. */
export const checkDerivedMark = async (
  table: Table,
  cluster: Cluster,
  head: Manifest,
): Promise<{ readonly derivedTo: number; readonly faults: Fault[] }> => {
  const item = await table.get(keys.derived(cluster), { consistent: true });
  if (!item) return { derivedTo: 0, faults: [] };
  const derivedTo = derivedToOf(item);
  if (derivedTo > 0 && derivedTo <= head.lastChange) return { derivedTo, faults: [] };
  const message = "the mark of how far timelines are written does not fit the chain";
  return { derivedTo: 0, faults: [fault("altered", null, message)] };
};

/** What a reader of a verification should know where the newest snapshots have no derived items yet; usually nothing. */
export const derivedNotes = async (table: Table, cluster: Cluster, head: Manifest): Promise<string[]> => {
  const { derivedTo } = await checkDerivedMark(table, cluster, head);
  if (derivedTo === head.lastChange) return [];
  return [
    `timelines are written up to snapshot ${derivedTo}, not ${head.lastChange}: a run died; the next one writes the rest, and until then it is read from the chain itself`,
  ];
};
