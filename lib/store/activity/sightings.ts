// Reads the exact addresses and session names that segments keep beside their tallies.
import type { Sightings } from "../../core/activity/sighting.ts";
import type { Cluster } from "../../core/base/ids.ts";
import { floorTo, HOUR, type Interval, MINUTE } from "../../core/base/time.ts";
import { AuditError } from "../../errors.ts";
import * as keys from "../table/keys.ts";
import { readItem } from "../table/stored.ts";
import type { Item, Table } from "../table/table.ts";
import { unpackSightings } from "./sighting-codec.ts";

/** Of one segment; null: an earlier release counted it, and kept none. */
export type SeenInSegment = Sightings | null;

const seenIn = ({ seen }: Item): Sightings => {
  if (!(seen instanceof Uint8Array)) throw new AuditError("store", "its addresses are not binary");
  return unpackSightings(seen);
};

export type SightingsReader = (
  cluster: Cluster,
  minutes: Interval,
  atMost: number,
) => Promise<{ readonly segments: readonly SeenInSegment[]; readonly whole: boolean }>;

/**
 * What the segments of these minutes, of one clock hour, keep: `from` and `to` are rounded down to the minute, both
 * included. At most so many segments; `whole`: there were no more.
 */
export const sightingsReader =
  (table: Table): SightingsReader =>
  async (cluster, { from, to }, atMost) => {
    const hour = floorTo(HOUR, from);
    const last = Math.min(floorTo(MINUTE, to), hour + HOUR - MINUTE);
    const range = { from: keys.segments(from), to: `${keys.segments(last)}~` };
    const segments: SeenInSegment[] = [];
    for await (const item of table.query({ pk: keys.slots(cluster, hour), ...range })) {
      if (segments.length >= atMost) return { segments, whole: false };
      segments.push(item.seen === undefined ? null : readItem(item, seenIn));
    }
    return { segments, whole: true };
  };
