// The register of clusters: each that was ever watched, and since when it is gone.
import { isDeepStrictEqual } from "node:util";
import { Cluster } from "../../core/base/ids.ts";
import { type Instant, iso } from "../../core/base/time.ts";
import * as z from "../../core/base/zod.ts";
import { sha256 } from "../../core/history/chunk.ts";
import {
  deletedBy,
  type Gone,
  goneOf,
  LifeSign,
  retiredBy,
  withSign,
} from "../../core/history/cluster-life.ts";
import { type Fault, fault } from "../../core/history/verify-manifest.ts";
import { AuditError } from "../../errors.ts";
import * as keys from "../table/keys.ts";
import { type NamedClusters, namedClusters } from "../table/named-clusters.ts";
import type { Item, Table } from "../table/table.ts";

/** One cluster of the register. `gone` missing: it is watched. */
export type ClusterEntry = {
  readonly cluster: Cluster;
  readonly gone?: Gone;
  /** All that says whether it is there, in the order of time. */
  readonly signs: readonly LifeSign[];
};

/** An entry without signs is written as the format before knew it. */
const PLAIN = 2;
const WITH_SIGNS = 3;
const MAX_ROUNDS = 10;

/** `sum` keeps an ARN from being read as another one. Entries of earlier releases have none until their next snapshot. */
const ClusterItem = z.union([
  z.object({
    v: z.literal(WITH_SIGNS),
    sk: Cluster,
    sum: z.string(),
    rev: z.int(),
    /** For whoever reads the table by hand; worked out from the signs. */
    goneAt: z.nullable(z.iso.datetime()),
    signs: z.array(LifeSign).check(z.minLength(1)),
  }),
  z.object({ v: z.literal(PLAIN), sk: Cluster, sum: z.string() }),
  z.object({ v: z.literal(1), sk: Cluster, sum: z.optional(z.string()) }),
]);
type ClusterItem = z.infer<typeof ClusterItem>;

const short = (text: string): string => sha256(text).slice(0, 16);

/** It covers the format as well: an entry of today is not taken for an earlier one, whose sum may be missing. */
const plainSum = (cluster: string, format: number): string =>
  short(format === 1 ? cluster : `${format} ${cluster}`);

/** It covers every field: nobody is taken out of the watch by an altered entry, or put back. */
const sumOf = (entry: ClusterItem): string =>
  entry.v === WITH_SIGNS
    ? short(
        JSON.stringify([
          ...[entry.v, entry.sk, entry.rev, entry.goneAt],
          entry.signs.map(({ kind, at, by = null, note = null }) => [kind, at, by, note]),
        ]),
      )
    : plainSum(entry.sk, entry.v);

const goneAtOf = (signs: readonly LifeSign[]): string | null => {
  const gone = goneOf(signs);
  return gone ? iso(gone.at) : null;
};

const itemOf = (cluster: Cluster, signs: readonly LifeSign[], rev: number): Item => {
  const entry = { sk: cluster, v: WITH_SIGNS, rev, goneAt: goneAtOf(signs), signs: [...signs] } as const;
  return { ...keys.cluster(cluster), ...entry, sum: sumOf({ ...entry, signs: [...signs], sum: "" }) };
};

type Read = { readonly entry: ClusterEntry; readonly format: number; readonly rev: number | undefined };

const readItem = (item: Item): Read | undefined => {
  const { data } = ClusterItem.safeParse(item);
  if (!data || (data.sum !== undefined && data.sum !== sumOf(data))) return undefined;
  const signs = data.v === WITH_SIGNS ? data.signs : [];
  if (data.v === WITH_SIGNS && data.goneAt !== goneAtOf(signs)) return undefined;
  const gone = goneOf(signs);
  return {
    entry: { cluster: data.sk, ...(gone && { gone }), signs },
    format: data.v,
    rev: data.v === WITH_SIGNS ? data.rev : undefined,
  };
};

const unreadable = (sk: unknown): AuditError =>
  new AuditError("store", `the register's entry of ${JSON.stringify(sk)} cannot be read`, {
    hint: "It was altered, or a later version of dsql-audit wrote it: use that version, or name another store.",
  });

const tooManyWriters = (): AuditError =>
  new AuditError("conflict", "the register's entry of a cluster changed too many times");

/** undefined: never registered. AuditError("store") for an entry that cannot be read. */
const readOne = async (table: Table, cluster: Cluster): Promise<Read | undefined> => {
  const item = await table.get(keys.cluster(cluster), { consistent: true });
  if (!item) return undefined;
  const read = readItem(item);
  if (!read) throw unreadable(cluster);
  return read;
};

/**
 * Makes a cluster known, and rewrites the entry of an earlier release; running it again changes nothing. `seenAt`: it was
 * read then, so it was there: one that counted as deleted before is watched again.
 */
export const registerCluster = async (table: Table, cluster: Cluster, seenAt?: Instant): Promise<void> => {
  const key = keys.cluster(cluster);
  const entry = { ...key, v: PLAIN, sum: plainSum(cluster, PLAIN) };
  if (await table.putIfAbsent(entry)) return;
  const item = await table.get(key, { consistent: true });
  const known = item && readItem(item);
  // Signs have a revision: one that was noted meanwhile is not written over.
  if (known?.format === 1) await table.putIf(entry, "rev", undefined);
  const deleted = known && deletedBy(known.entry.signs);
  if (deleted && seenAt !== undefined && seenAt >= deleted.at)
    await noteSign(table, cluster, { kind: "seen", at: seenAt });
};

/**
 * Adds what says whether a cluster is there; twice is once, and the order does not matter. The entry after it; undefined
 * where the cluster was never registered: nothing is written then.
 */
export const noteSign = async (
  table: Table,
  cluster: Cluster,
  sign: LifeSign,
): Promise<ClusterEntry | undefined> => {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const known = await readOne(table, cluster);
    if (!known) return undefined;
    const signs = withSign(known.entry.signs, sign);
    if (signs === known.entry.signs) return known.entry;
    const gone = goneOf(signs);
    if (await table.putIf(itemOf(cluster, signs, (known.rev ?? 0) + 1), "rev", known.rev))
      return { cluster, ...(gone && { gone }), signs };
  }
  throw tooManyWriters();
};

/**
 * Puts what `change` makes of each sign in its place, where that is another; how many. Without `apply` only counts. Its kind
 * and time have to stay.
 */
export const rewriteSigns = async (
  table: Table,
  cluster: Cluster,
  change: (sign: LifeSign) => LifeSign,
  { apply }: { readonly apply: boolean },
): Promise<number> => {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const known = await readOne(table, cluster);
    if (!known) return 0;
    const { signs } = known.entry;
    const next = signs.map(change);
    const changed = next.filter((sign, n) => !isDeepStrictEqual(sign, signs[n])).length;
    if (!changed || !apply) return changed;
    if (await table.putIf(itemOf(cluster, next, (known.rev ?? 0) + 1), "rev", known.rev)) return changed;
  }
  throw tooManyWriters();
};

/** One of the register; undefined: never registered. AuditError("store") for an entry that cannot be read. */
export const clusterEntry = async (table: Table, cluster: Cluster): Promise<ClusterEntry | undefined> =>
  (await readOne(table, cluster))?.entry;

/** All clusters that were ever registered, by ARN. AuditError("store") for an entry that cannot be read. */
export const clusterEntries = async (table: Table): Promise<ClusterEntry[]> => {
  const found: ClusterEntry[] = [];
  for await (const item of table.query({ pk: keys.clusters() })) {
    const read = readItem(item);
    if (!read) throw unreadable(item.sk);
    found.push(read.entry);
  }
  return found;
};

/** The same without what is known of each. */
export const listClusters = async (table: Table): Promise<Cluster[]> =>
  (await clusterEntries(table)).map(({ cluster }) => cluster);

/** The same by their keys alone: an entry that cannot be read keeps nobody from the others, and its error stands beside them. */
export const namedInRegister = (table: Table): Promise<NamedClusters> =>
  namedClusters(table, keys.clusters(), (item) => {
    if (!readItem(item)) throw unreadable(item.sk);
  });

/** Whether nobody reads it any more, whatever is seen of it. */
export const isRetired = ({ signs }: ClusterEntry): boolean => retiredBy(signs) !== undefined;

/** Whether AWS said that it is deleted, and nobody has seen it since. */
export const isDeleted = ({ signs }: ClusterEntry): boolean => deletedBy(signs) !== undefined;

/**
 * What is wrong with the register, as verify sees it. A cluster that was never registered is no fault; an entry that was
 * altered may be the one of any cluster, so all of them are looked at.
 */
export const checkRegister = async (table: Pick<Table, "query">, cluster: Cluster): Promise<Fault[]> => {
  const faults: Fault[] = [];
  for await (const item of table.query({ pk: keys.clusters(), consistent: true })) {
    if (readItem(item) !== undefined) continue;
    const says =
      item.sk === cluster
        ? "the cluster's entry in the register cannot be read"
        : `the register's entry of ${JSON.stringify(item.sk)} was altered: it may be the one of another cluster`;
    faults.push(fault("altered", null, says));
  }
  return faults;
};
