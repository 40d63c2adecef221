// What makes a cluster count as gone, and what brings it back: AWS says so, or a person decides it.
import type { Cluster } from "../core/base/ids.ts";
import type { Instant } from "../core/base/time.ts";
import { closeGone } from "../core/findings/close-gone.ts";
import type { Finding } from "../core/findings/finding.ts";
import { MAX_WHY, named, said } from "../core/findings/said.ts";
import type { Gone } from "../core/history/cluster-life.ts";
import type { SealedManifest } from "../core/history/manifest.ts";
import { AuditError } from "../errors.ts";
import { type ClusterEntry, isRetired } from "../store/history/clusters.ts";
import type { Store } from "../store/open-store.ts";
import { goneText } from "../wording/gone-text.ts";
import type { Acting } from "./act-on-finding.ts";
import { unlessUnreadable } from "./unreadable.ts";

type LifeStores = Pick<Store, "clusters" | "acts" | "findings">;

const entryOf = async ({ clusters }: LifeStores, cluster: Cluster): Promise<ClusterEntry> => {
  const entry = await clusters.entry(cluster);
  if (!entry) throw new AuditError("not-found", `the store holds no cluster ${cluster}`);
  return entry;
};

/** Writes the act down, then lets the register follow. */
const decide = async (
  { clusters, acts }: LifeStores,
  cluster: Cluster,
  kind: "retire" | "restore",
  { by, via, at }: Acting,
  note: string | undefined,
): Promise<ClusterEntry> => {
  const who = named(by);
  const why = said(note, MAX_WHY);
  const told = { by: who, ...(why && { note: why }) };
  await acts.note({ cluster, at, kind, via, ...told });
  const sign = { kind: kind === "retire" ? "retired" : "restored", at, ...told } as const;
  return (await clusters.note(cluster, sign)) ?? { cluster, signs: [] };
};

/** Its findings are closed as those of a cluster that is gone. Twice is once. */
export const closeFindingsOf = async (
  { findings }: Pick<Store, "findings">,
  cluster: Cluster,
  gone: Gone,
  now: Instant,
): Promise<readonly Finding[]> =>
  findings.update(cluster, (all) => closeGone(all, gone.at, goneText(gone), now));

/**
 * Nobody reads or evaluates it any more, until it is restored; its findings are closed. Twice is once: the first who did it stays written down.
 * AuditError("usage") without a note or a name, ("not-found") for a cluster that was never known.
 */
export const retireCluster = async (
  stores: LifeStores,
  cluster: Cluster,
  acting: Acting,
  note: string,
): Promise<ClusterEntry> => {
  if (!said(note, MAX_WHY)) throw new AuditError("usage", "a cluster is retired with a note that says why");
  named(acting.by);
  const known = await entryOf(stores, cluster);
  const entry = isRetired(known) ? known : await decide(stores, cluster, "retire", acting, note);
  if (entry.gone) await closeFindingsOf(stores, cluster, entry.gone, acting.at);
  return entry;
};

/** It is read and evaluated again, also where it counted as deleted. What is not gone stays as it is. */
export const restoreCluster = async (
  stores: LifeStores,
  cluster: Cluster,
  acting: Acting,
  note?: string,
): Promise<ClusterEntry> => {
  named(acting.by);
  const entry = await entryOf(stores, cluster);
  return entry.gone ? decide(stores, cluster, "restore", acting, note) : entry;
};

/** The snapshot stored last. undefined: there is none, or it cannot be read: then it says nothing, and stops nobody. */
export const readableHead = async (
  { snapshots }: Pick<Store, "snapshots">,
  cluster: Cluster,
): Promise<SealedManifest | undefined> => unlessUnreadable(() => snapshots.head(cluster));

/**
 * AWS said that the cluster does not exist at `at`, or CloudTrail that `by` deleted it then. What is known to have been read
 * since shows that it was there all the same, whichever came first. A cluster that was never known stays so.
 */
export const noteDeletion = async (
  { clusters, snapshots }: Pick<Store, "clusters" | "snapshots">,
  cluster: Cluster,
  at: Instant,
  by?: string,
): Promise<ClusterEntry | undefined> => {
  const noted = await clusters.note(cluster, { kind: "deleted", at, ...(by !== undefined && { by }) });
  const head = noted && (await readableHead({ snapshots }, cluster));
  if (!head || head.manifest.takenAt < at) return noted;
  return clusters.note(cluster, { kind: "seen", at: head.manifest.takenAt });
};
