// Markers that restores from backup leave in the table.
import type { Cluster } from "../../core/base/ids.ts";
import { iso } from "../../core/base/time.ts";
import { RestoreMarker, RestoreNote } from "../../core/history/restore-marker.ts";
import { type Fault, fault } from "../../core/history/verify-manifest.ts";
import { AuditError } from "../../errors.ts";
import * as keys from "../table/keys.ts";
import type { Item, Table } from "../table/table.ts";

const FORMAT = 1;

/** Files a signed marker; running it again changes nothing. */
export const putMarker = async (table: Table, marker: RestoreMarker): Promise<void> => {
  const { cluster, restoredAt } = RestoreNote.parse(JSON.parse(marker.text));
  await table.putIfAbsent({ ...keys.restore(cluster, restoredAt), v: FORMAT, ...marker });
};

/** A marker as it is filed; undefined where its item is not as it was written. */
const markerOf = (cluster: Cluster, item: Item): RestoreMarker | undefined => {
  const parsed = RestoreMarker.safeParse(item);
  if (!parsed.success || item.v !== FORMAT) return undefined;
  const note = noteOf(parsed.data.text);
  return note?.cluster === cluster && iso(note.restoredAt) === item.sk ? parsed.data : undefined;
};

const noteOf = (text: string): RestoreNote | undefined => {
  try {
    return RestoreNote.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
};

/** All markers, oldest first, and what is wrong with others; whether to believe one is for the holder of the public key to say. */
export const storedMarkers = async (
  table: Table,
  cluster: Cluster,
): Promise<{ readonly markers: RestoreMarker[]; readonly faults: Fault[] }> => {
  const markers: RestoreMarker[] = [];
  const faults: Fault[] = [];
  for await (const item of table.query({ pk: keys.restores(cluster) })) {
    const marker = markerOf(cluster, item);
    if (marker) markers.push(marker);
    else faults.push(fault("altered", null, `the restore marker of ${item.sk} cannot be read`));
  }
  return { markers, faults };
};

/** All markers. AuditError("store") where one cannot be read. */
export const readMarkers = async (table: Table, cluster: Cluster): Promise<RestoreMarker[]> => {
  const { markers, faults } = await storedMarkers(table, cluster);
  if (faults[0]) throw new AuditError("store", faults[0].message, { hint: "Run: dsql-audit history verify" });
  return markers;
};
