// What retention did with other days than the usual: verify goes by it, so that thinned days are not taken for missing ones.
import type { Cluster } from "../../core/base/ids.ts";
import { type Instant, LAST_INSTANT } from "../../core/base/time.ts";
import * as z from "../../core/base/zod.ts";
import { sha256 } from "../../core/history/chunk.ts";
import { type Fault, fault } from "../../core/history/verify-manifest.ts";
import * as keys from "../table/keys.ts";
import type { Item, Table } from "../table/table.ts";

const FORMAT = 1;
const Time = z.int().check(z.gte(0), z.lte(LAST_INSTANT));
/** Days before `before` were thinned to their first snapshot; last done `at`, with `keepDays`. */
export const RetentionMark = z.object({ before: Time, at: Time, keepDays: z.int().check(z.positive()) });
export type RetentionMark = z.infer<typeof RetentionMark>;

/** The cluster is in it: another's note, copied here, would let missing days pass for thinned ones. */
const sumOf = (cluster: Cluster, { before, at, keepDays }: RetentionMark): string =>
  sha256(JSON.stringify([cluster, before, at, keepDays])).slice(0, 16);

const read = (cluster: Cluster, item: Item): RetentionMark | undefined => {
  const parsed = RetentionMark.safeParse(item);
  return parsed.success && item.v === FORMAT && item.sum === sumOf(cluster, parsed.data)
    ? parsed.data
    : undefined;
};

/** The mark; null: none was left. What is wrong with it is a fault. */
export const readRetentionMark = async (
  table: Pick<Table, "get">,
  cluster: Cluster,
): Promise<{ readonly mark: RetentionMark | null; readonly faults: Fault[] }> => {
  const item = await table.get(keys.retained(cluster), { consistent: true });
  const mark = item && read(cluster, item);
  if (mark || !item) return { mark: mark ?? null, faults: [] };
  return { mark: null, faults: [fault("altered", null, "the note of what retention removed was altered")] };
};

/** Leaves the mark; the furthest thinning ever done counts. */
export const putRetentionMark = async (
  table: Table,
  cluster: Cluster,
  { before, at, keepDays }: RetentionMark,
): Promise<void> => {
  const { mark } = await readRetentionMark(table, cluster);
  const furthest: Instant = Math.max(before, mark?.before ?? 0);
  const next = { before: furthest, at, keepDays };
  await table.put({ ...keys.retained(cluster), v: FORMAT, ...next, sum: sumOf(cluster, next) });
};
