// A profile as a stored item: its tallies packed, and how much of its hour it has seen.

import type { Profile } from "../../core/activity/activity.ts";
import type { Bounded } from "../../core/activity/bound-tallies.ts";
import type { Cluster } from "../../core/base/ids.ts";
import { MINUTE } from "../../core/base/time.ts";
import { AuditError } from "../../errors.ts";
import * as keys from "../table/keys.ts";
import type { Item, Table } from "../table/table.ts";
import type { FoldedSegments } from "./slots.ts";
import { packTallies, unpackTallies } from "./tally-codec.ts";

const MINUTES = 60;

/** The profile of one hour or day (`unit`, in milliseconds) that an item holds. */
export const profileOf = (cluster: Cluster, unit: number, item: Item): Profile => {
  const from = Date.parse(item.sk);
  if (item.v !== 1 || Number.isNaN(from) || typeof item.folded !== "number") {
    throw new AuditError("store", "A stored profile is of another version", {
      hint: "Use the release that wrote this store, or a newer one.",
    });
  }
  const { folded, others } = item;
  const tallies = unpackTallies(item.tallies);
  return { cluster, from, to: from + unit, tallies, folded, ...(typeof others === "number" && { others }) };
};

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
