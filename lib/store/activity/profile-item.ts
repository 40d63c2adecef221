// A profile as a stored item: its tallies packed, and how much of its hour it has seen.

import type { Profile } from "../../core/activity/activity.ts";
import type { Bounded } from "../../core/activity/bound-tallies.ts";
import type { Cluster } from "../../core/base/ids.ts";
import { MINUTE } from "../../core/base/time.ts";
import * as z from "../../core/base/zod.ts";
import { AuditError } from "../../errors.ts";
import * as keys from "../table/keys.ts";
import { readItem } from "../table/stored.ts";
import type { Item, Table } from "../table/table.ts";
import type { FoldedSegments } from "./slots.ts";
import { packTallies, unpackTallies } from "./tally-codec.ts";

const MINUTES = 60;
const ProfileItem = z.object({
  v: z.literal(1),
  folded: z.int(),
  others: z.optional(z.int()),
  tallies: z.unknown(),
});

/** The profile of one hour or day (`unit`, in milliseconds) that an item holds. */
export const profileOf = (cluster: Cluster, unit: number, item: Item): Profile =>
  readItem(item, ({ sk }) => {
    const from = Date.parse(sk);
    if (Number.isNaN(from)) throw new AuditError("store", "its key names no time");
    const { folded, others, tallies } = ProfileItem.parse(item);
    const kept = { tallies: unpackTallies(tallies), folded };
    return { cluster, from, to: from + unit, ...kept, ...(others !== undefined && { others }) };
  });

/** What is stored of a profile; `others` only where there are any, as in the profiles of every release before. */
export const attributesOf = ({ folded, others, tallies }: Bounded) => ({
  folded,
  ...(others > 0 && { others }),
  tallies: packTallies(tallies),
});

/** Segments per minute as two bytes each. */
export const packCounts = (counts: readonly number[]): Uint8Array =>
  new Uint8Array(Uint16Array.from({ length: MINUTES }, (_, minute) => counts[minute] ?? 0).buffer);

const unpackCounts = (bytes: unknown): number[] => {
  if (!(bytes instanceof Uint8Array) || bytes.length !== 2 * MINUTES) return [];
  return Array.from({ length: MINUTES }, (_, at) => (bytes[2 * at] ?? 0) + 256 * (bytes[2 * at + 1] ?? 0));
};

/** For slots: how much of an hour its profile has seen. */
export const foldedSegments =
  (table: Table): FoldedSegments =>
  async (cluster, hour) => {
    const counts = unpackCounts((await table.get(keys.hour(cluster, hour), { consistent: true }))?.segments);
    return (minute) => counts[(minute - hour) / MINUTE] ?? 0;
  };
