// What a snapshot stores: the chunks of its catalog and of its list of changes, and what the manifest says of them.

import type { Cluster, Sha256 } from "../../core/base/ids.ts";
import { HOUR, type Instant } from "../../core/base/time.ts";
import { canonicalLines, parseCanonical } from "../../core/catalog/canonical.ts";
import type { AnyRow } from "../../core/catalog/canonical-rows.ts";
import { type Catalog, sectionNames } from "../../core/catalog/catalog.ts";
import type { IamOpinions } from "../../core/catalog/iam-facts.ts";
import { carryKnown, type KnownCatalog, knownRows } from "../../core/catalog/known-catalog.ts";
import { formerPeersOf } from "../../core/catalog/peers.ts";
import type { RecordedChange } from "../../core/history/change.ts";
import { encodeChanges, recordChanges } from "../../core/history/change-log.ts";
import { type Chunk, chunkLines, chunkText } from "../../core/history/chunk.ts";
import { treeOver } from "../../core/history/chunk-tree.ts";
import { diffCatalogs } from "../../core/history/diff.ts";
import type { AskTimes, Manifest, SealedManifest } from "../../core/history/manifest.ts";
import type { Table } from "../table/table.ts";
import { readTree } from "./chunks.ts";
import { baseline, stampOf } from "./recorded-changes.ts";

type Tree = { readonly root: Sha256; readonly chunks: readonly Chunk[] };

const treeOf = (leaves: readonly Chunk[]): Tree => {
  const { root, nodes } = treeOver(leaves);
  return { root, chunks: [...leaves, ...nodes] };
};

/**
 * Second opinions beside a catalog that was just read: made from those of the snapshot before, and from its times, which
 * say whether AWS is to be asked again. It may be called more than once.
 */
export type Opine = (
  earlier: IamOpinions | undefined,
  times: AskTimes | null,
) => Promise<{ readonly opinions: IamOpinions; readonly times: AskTimes }>;

/** Somebody stored other policies and asked nobody: whoever asks is to look at the next snapshot. */
const soon = ({ askedAt, dueAt }: AskTimes): AskTimes => ({
  askedAt,
  dueAt: Math.min(dueAt, askedAt + HOUR),
});

const withOpinions = (catalog: KnownCatalog, opinions: IamOpinions | undefined): KnownCatalog =>
  catalog.iam && opinions ? { ...catalog, iam: { ...catalog.iam, opinions } } : catalog;

export const catalogTree = (catalog: KnownCatalog): Tree => treeOf(chunkLines(canonicalLines(catalog)));

const countRows = (catalog: KnownCatalog): (number | null)[] =>
  sectionNames.map((name) => (knownRows(catalog, name) as readonly AnyRow[] | null)?.length ?? null);

const unreadableOf = (catalog: KnownCatalog): Manifest["unreadable"] =>
  Object.fromEntries(
    sectionNames
      .filter((name) => catalog.sections[name].status === "unreadable")
      .map((name) => [name, catalog.lastKnown?.[name]?.at ?? null]),
  );

/** What the manifest says about the content, and the chunks that are not in the table yet. */
export type Content = Pick<
  Manifest,
  "root" | "plainRoot" | "rows" | "unreadable" | "changes" | "opinions"
> & {
  readonly fresh: readonly Chunk[];
  readonly recorded: readonly RecordedChange[];
};

export const firstContent = async (
  catalog: KnownCatalog,
  plain: Tree,
  taken: { at: Instant; seq: number },
  opine: Opine | undefined,
): Promise<Content> => {
  const asked = await opine?.(undefined, null);
  const tree = asked ? catalogTree(withOpinions(catalog, asked.opinions)) : plain;
  return {
    root: tree.root,
    plainRoot: asked ? plain.root : null,
    rows: countRows(catalog),
    unreadable: unreadableOf(catalog),
    changes: null,
    opinions: asked?.times ?? null,
    fresh: tree.chunks,
    recorded: baseline(catalog, taken),
  };
};

export const nextContent = async (
  table: Table,
  { cluster, catalog }: { readonly cluster: Cluster; readonly catalog: Catalog },
  plain: Tree,
  head: SealedManifest,
  taken: { at: Instant; seq: number },
  opine: Opine | undefined,
): Promise<Content> => {
  const mine = new Map(plain.chunks.map(({ hash, bytes }) => [hash, bytes]));
  const before = await readTree(table, cluster, head.manifest.root, mine);
  const earlier = parseCanonical(before.text);
  const asked = await opine?.(earlier.iam?.opinions, head.manifest.opinions);
  // Without anybody who asks they stay: they count for the policies that they are about, and for no others.
  const opinions = asked?.opinions ?? earlier.iam?.opinions;
  const formerPeers = formerPeersOf(earlier, catalog, Math.max(taken.at, head.manifest.takenAt));
  const known = withOpinions(carryKnown(earlier, stampOf(head), catalog), opinions);
  const state: KnownCatalog = { ...known, ...(formerPeers.length > 0 && { formerPeers }) };
  const carries =
    [state.lastKnown, state.lastIam, state.iam?.opinions].some((one) => one !== undefined) ||
    formerPeers.length > 0;
  const tree = carries ? catalogTree(state) : plain;
  const recorded = recordChanges(diffCatalogs(earlier, state), earlier, stampOf(head), taken);
  const log = recorded.length ? treeOf(chunkText(encodeChanges(recorded, head.manifest.seq))) : undefined;
  return {
    root: tree.root,
    plainRoot: carries ? plain.root : null,
    rows: countRows(state),
    unreadable: unreadableOf(state),
    changes: log ? { root: log.root, count: recorded.length } : null,
    opinions: asked?.times ?? (head.manifest.opinions && soon(head.manifest.opinions)),
    // What the newest manifest names is there, and stays as long as it is the newest: the put below makes sure of that.
    fresh: [...tree.chunks, ...(log?.chunks ?? [])].filter(({ hash }) => !before.hashes.has(hash)),
    recorded,
  };
};
