// The chain of snapshots in the table: one item each, found by number and by time.
import type { Cluster } from "../../core/base/ids.ts";
import { type Instant, iso, LAST_INSTANT } from "../../core/base/time.ts";
import { openManifest, type SealedManifest } from "../../core/history/manifest.ts";
import type { StoredManifest } from "../../core/history/verify-manifest.ts";
import { AuditError } from "../../errors.ts";
import { keys, pad } from "../table/keys.ts";
import type { Item, Table } from "../table/table.ts";

/** Sorts after every sequence number. */
const AFTER_ALL = "#~";

/** Of two snapshots with one time the later stored comes later: the sequence number is part of the sort key. */
const timeKey = (takenAt: Instant, seq: number): string => `${iso(takenAt)}#${pad(seq)}`;
const clamp = (at: Instant): Instant => Math.min(Math.max(at, 0), LAST_INSTANT);

/** AuditError("usage") for a time that cannot be ordered as text. */
export const checkTakenAt = (at: Instant): void => {
  if (!Number.isSafeInteger(at) || at < 0 || at > LAST_INSTANT) {
    throw new AuditError("usage", `a snapshot cannot have the time ${at}`);
  }
};

/** A manifest as the table holds it. `sum` lets a flipped bit in the newest manifest be seen, which no later one vouches for yet. */
export const manifestItem = (cluster: Cluster, { manifest, hash, body }: SealedManifest): Item => ({
  ...keys.manifest(cluster, manifest.seq),
  takenAt: timeKey(manifest.takenAt, manifest.seq),
  body,
  sum: hash.slice(0, 16),
});

const fromItem = (item: Item): SealedManifest => openManifest(String(item.body));

/** Stores and chains in one write. false: another snapshot took this number first. */
export const putManifest = (table: Table, cluster: Cluster, sealed: SealedManifest): Promise<boolean> =>
  table.putIfAbsent(manifestItem(cluster, sealed));

/** The newest manifest, and up to which one the derived items were written (0: none): one query, one read unit. */
export const readHead = async (
  table: Table,
  cluster: Cluster,
): Promise<{ readonly head: SealedManifest | undefined; readonly derivedTo: number }> => {
  let derivedTo = 0;
  const newest = table.query({
    pk: keys.manifests(cluster),
    prefix: "SNAPSHOT",
    backward: true,
    limit: 2,
    consistent: true,
  });
  for await (const item of newest) {
    if (item.sk === keys.derived(cluster).sk) derivedTo = Number(item.upTo);
    else return { head: fromItem(item), derivedTo };
  }
  return { head: undefined, derivedTo };
};

export const readManifest = async (
  table: Table,
  cluster: Cluster,
  seq: number,
): Promise<SealedManifest | undefined> => {
  const item = await table.get(keys.manifest(cluster, seq), { consistent: true });
  return item && fromItem(item);
};

/** The last snapshot taken at or before `at`: one query, whatever the history's length. */
export const manifestAsOf = async (
  table: Table,
  cluster: Cluster,
  at: Instant,
): Promise<SealedManifest | undefined> => {
  const to = `${iso(clamp(at))}${AFTER_ALL}`;
  const found = table.query({
    pk: keys.manifests(cluster),
    byTime: true,
    to,
    backward: true,
    limit: 1,
    consistent: true,
  });
  for await (const item of found) return at < 0 ? undefined : fromItem(item);
  return undefined;
};

/** The first snapshot taken after `at`. */
export const manifestAfter = async (
  table: Table,
  cluster: Cluster,
  at: Instant,
): Promise<SealedManifest | undefined> => {
  const from = `${iso(clamp(at))}${AFTER_ALL}`;
  for await (const item of table.query({
    pk: keys.manifests(cluster),
    byTime: true,
    from,
    limit: 1,
    consistent: true,
  })) {
    return fromItem(item);
  }
  return undefined;
};

/** Which manifests to list; both ends inclusive. */
export type ListRange = {
  readonly from?: Instant;
  readonly to?: Instant;
  readonly limit?: number;
  readonly backward?: boolean;
};

/** By the time they were taken; paged, so that a long history never stands in memory at once. */
export async function* manifestsByTime(
  table: Table,
  cluster: Cluster,
  range: ListRange = {},
): AsyncGenerator<SealedManifest> {
  const { from, to, limit, backward } = range;
  if ((from ?? 0) > (to ?? LAST_INSTANT)) return;
  const items = table.query({
    pk: keys.manifests(cluster),
    byTime: true,
    from: iso(clamp(from ?? 0)),
    to: `${iso(clamp(to ?? LAST_INSTANT))}${AFTER_ALL}`,
    ...(limit !== undefined && { limit }),
    ...(backward && { backward }),
  });
  for await (const item of items) yield fromItem(item);
}

/** By their number, first to last, both inclusive. */
export async function* manifestsBySeq(
  table: Table,
  cluster: Cluster,
  first: number,
  last: number,
): AsyncGenerator<SealedManifest> {
  if (last < first) return;
  const [from, to] = [keys.manifest(cluster, first).sk, keys.manifest(cluster, last).sk];
  for await (const item of table.query({ pk: keys.manifests(cluster), from, to, consistent: true }))
    yield fromItem(item);
}

/** Every manifest as it is stored, by number, none of it believed: for verify and export. */
export async function* storedManifests(table: Table, cluster: Cluster): AsyncGenerator<StoredManifest> {
  const from = keys.manifest(cluster, 0).sk;
  for await (const item of table.query({
    pk: keys.manifests(cluster),
    from,
    to: `${from.slice(0, -10)}~`,
    consistent: true,
  })) {
    const takenAt = Date.parse(String(item.takenAt).split("#")[0] ?? "");
    yield {
      key: Number(item.sk.slice(-10)),
      takenAt: Number.isNaN(takenAt) ? null : takenAt,
      body: String(item.body),
      sum: String(item.sum),
    };
  }
}
