// Markers that restores from backup leave in the table.
import type { Cluster } from "../../core/base/ids.ts";
import { RestoreMarker, RestoreNote } from "../../core/history/restore-marker.ts";
import { AuditError } from "../../errors.ts";
import { keys } from "../table/keys.ts";
import type { Table } from "../table/table.ts";

const FORMAT = 1;

/** Files a signed marker; running it again changes nothing. */
export const putMarker = async (table: Table, marker: RestoreMarker): Promise<void> => {
  const { cluster, restoredAt } = RestoreNote.parse(JSON.parse(marker.text));
  await table.putIfAbsent({ ...keys.restore(cluster, restoredAt), v: FORMAT, ...marker });
};

/** All markers, oldest first; whether to believe one is for the holder of the public key to say. */
export const readMarkers = async (table: Table, cluster: Cluster): Promise<RestoreMarker[]> => {
  const markers: RestoreMarker[] = [];
  for await (const item of table.query({ pk: keys.restores(cluster) })) {
    const parsed = RestoreMarker.safeParse(item);
    if (!parsed.success) throw new AuditError("store", "a restore marker cannot be read");
    markers.push(parsed.data);
  }
  return markers;
};
