// Which snapshot an answer rests on, and what it therefore cannot say. Every answer about the past says it.
import type { Cluster } from "../core/base/ids.ts";
import { type Instant, iso } from "../core/base/time.ts";
import { type SectionName, sectionNames } from "../core/catalog/catalog.ts";
import type { Gone } from "../core/history/cluster-life.ts";
import type { SealedManifest } from "../core/history/manifest.ts";
import type { ReadStore } from "../store/open-store.ts";
import { goneText } from "../wording/gone-text.ts";

export type SnapshotRef = {
  readonly seq: number;
  /** ISO 8601, as all times here. */
  readonly takenAt: string;
  /** What `history verify` checks. */
  readonly manifestHash: string;
};

/** `lastReadAt` null: it was never read. */
export type UnreadableSection = { readonly section: SectionName; readonly lastReadAt: string | null };

export type Basis = {
  readonly snapshot: SnapshotRef;
  /** What changed between these two is in one of them only; `before` null: no later snapshot was taken. */
  readonly uncertainty: {
    readonly after: string;
    readonly before: string | null;
    readonly unreadable: UnreadableSection[];
    readonly text: string;
  };
};

/** "2026-03-01 02:00:00Z", with milliseconds only where there are any. */
const shown = (at: number): string => iso(at).replace("T", " ").replace(".000Z", "Z");

export const snapshotRef = ({ manifest, hash }: SealedManifest): SnapshotRef => ({
  seq: manifest.seq,
  takenAt: iso(manifest.takenAt),
  manifestHash: hash,
});

export const unreadableIn = ({ manifest }: SealedManifest): UnreadableSection[] =>
  sectionNames.flatMap((section) => {
    const lastReadAt = manifest.unreadable[section];
    return lastReadAt === undefined
      ? []
      : [{ section, lastReadAt: lastReadAt === null ? null : iso(lastReadAt) }];
  });

const textOf = (sealed: SealedManifest, next: SealedManifest | undefined): string => {
  const { seq, takenAt, root } = sealed.manifest;
  if (!next) return `What changed after ${shown(takenAt)} is not known: no later snapshot was taken.`;
  const later = shown(next.manifest.takenAt);
  if (next.manifest.root === root) return `The next snapshot, of ${later}, shows the same.`;
  // The catalog also holds when AWS was asked for a second opinion: another text, and no change of access.
  return next.manifest.lastChange <= seq
    ? `The next snapshot, of ${later}, shows no change in what both could read.`
    : `Something changed between the snapshots of ${shown(takenAt)} and ${later}; when exactly is not known.`;
};

/** Since when the cluster is gone, where it was so at `at`; undefined: it was watched then, as far as is known. */
export const goneAsOf = async (
  { clusters }: Pick<ReadStore, "clusters">,
  cluster: Cluster,
  at: Instant,
): Promise<Gone | undefined> => {
  const gone = (await clusters.entry(cluster))?.gone;
  return gone && gone.at <= at ? gone : undefined;
};

/** The statement of a snapshot that stands for the moment `at`, at it or after it. */
export const basisOf = async (
  store: Pick<ReadStore, "snapshots" | "clusters">,
  cluster: Cluster,
  sealed: SealedManifest,
  at: Instant,
): Promise<Basis> => {
  const { takenAt } = sealed.manifest;
  const [next, gone] = await Promise.all([
    store.snapshots.after(cluster, takenAt),
    goneAsOf(store, cluster, at),
  ]);
  const unreadable = unreadableIn(sealed);
  const unread = unreadable.map(({ section }) => section).join(", ");
  const text = `${textOf(sealed, next)}${gone ? ` ${goneText(gone)}` : ""}`;
  return {
    snapshot: snapshotRef(sealed),
    uncertainty: {
      after: iso(takenAt),
      before: next ? iso(next.manifest.takenAt) : null,
      unreadable,
      text: unread ? `${text} Could not be read, and so unknown: ${unread}.` : text,
    },
  };
};
