// The chain of snapshots in the table: one item each, found by number and by time.
import type { Cluster } from "../../core/base/ids.ts";
import { type Instant, iso, LAST_INSTANT } from "../../core/base/time.ts";
import type { SealedManifest } from "../../core/history/manifest.ts";
import type { StoredManifest } from "../../core/history/verify-manifest.ts";
import { AuditError } from "../../errors.ts";
import * as keys from "../table/keys.ts";
import type { Table } from "../table/table.ts";
import { derivedToOf } from "./derived-mark.ts";
import { lookAfter, lookBefore, lookBetween } from "./hidden-manifests.ts";
import { manifestItem, openItem, storedManifest } from "./manifest-item.ts";

/** Sorts after every sequence number. */
const AFTER_ALL = "#~";

const clamp = (at: Instant): Instant => Math.min(Math.max(at, 0), LAST_INSTANT);

/** AuditError("usage") for a time that cannot be ordered as text. */
export const checkTakenAt = (at: Instant): void => {
  if (!Number.isSafeInteger(at) || at < 0 || at > LAST_INSTANT) {
    throw new AuditError("usage", `a snapshot cannot have the time ${at}`);
  }
};

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
    if (item.sk === keys.derived(cluster).sk) derivedTo = derivedToOf(item);
    else return { head: openItem(item), derivedTo };
  }
  return { head: undefined, derivedTo };
};

export const readManifest = async (
  table: Table,
  cluster: Cluster,
  seq: number,
): Promise<SealedManifest | undefined> => {
  const item = await table.get(keys.manifest(cluster, seq), { consistent: true });
  return item && openItem(item);
};

/**
 * The last snapshot taken at or before `at`: two small queries, whatever the history's length. AuditError("store") where a
 * later one is stored that the index of times does not show: it is never answered from the one before in silence.
 */
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
  const last = at < 0 ? undefined : (await Array.fromAsync(found, openItem))[0];
  await lookAfter(table, cluster, last?.manifest.seq ?? 0, ({ takenAt }) => takenAt > at);
  return last;
};

/** The first snapshot taken after `at`. AuditError("store") as above, for an earlier one that the index does not show. */
export const manifestAfter = async (
  table: Table,
  cluster: Cluster,
  at: Instant,
): Promise<SealedManifest | undefined> => {
  const from = `${iso(clamp(at))}${AFTER_ALL}`;
  const found = table.query({
    pk: keys.manifests(cluster),
    byTime: true,
    from,
    limit: 1,
    consistent: true,
  });
  const next = (await Array.fromAsync(found, openItem))[0];
  await lookBefore(table, cluster, next?.manifest.seq ?? null, ({ takenAt }) => takenAt <= at);
  return next;
};

/** Which manifests to list; both ends inclusive. */
export type ListRange = {
  readonly from?: Instant;
  readonly to?: Instant;
  readonly limit?: number;
  readonly backward?: boolean;
};

/**
 * By the time they were taken; paged, so that a long history never stands in memory at once. AuditError("store") where one
 * is stored among them, or right beside the first and the last, that the index of times does not show.
 */
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
  const [ahead, behind] = backward ? [lookAfter, lookBefore] : [lookBefore, lookAfter];
  let before: number | undefined;
  for await (const item of items) {
    const sealed = openItem(item);
    const { seq } = sealed.manifest;
    if (before === undefined) await ahead(table, cluster, seq, () => true);
    else await lookBetween(table, cluster, before, seq);
    before = seq;
    yield sealed;
  }
  if (before !== undefined) await behind(table, cluster, before, () => true);
  else await manifestAsOf(table, cluster, to ?? LAST_INSTANT);
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
    yield openItem(item);
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
    yield storedManifest(item);
  }
}
