// Stores one snapshot: chunks first, then the manifest in one conditional write, then what is derived from it.

import type { Cluster, Sha256 } from "../../core/base/ids.ts";
import type { Instant } from "../../core/base/time.ts";
import { HOUR } from "../../core/base/time.ts";
import { canonicalCatalog } from "../../core/catalog/canonical-rows.ts";
import type { Catalog } from "../../core/catalog/catalog.ts";
import { carryKnown } from "../../core/catalog/known-catalog.ts";
import type { RecordedChange } from "../../core/history/change.ts";
import {
  type Manifest,
  opensDay,
  type SealedManifest,
  SnapshotMeta,
  sealManifest,
} from "../../core/history/manifest.ts";
import { AuditError } from "../../errors.ts";
import type { Table } from "../table/table.ts";
import { writeChunks } from "./chunks.ts";
import { markDerived } from "./derived-mark.ts";
import { checkTakenAt, putManifest, readHead, readManifest } from "./manifests.ts";
import { pendingChanges, recordedChanges } from "./recorded-changes.ts";
import { type Content, catalogTree, firstContent, nextContent, type Opine } from "./snapshot-content.ts";
import { derivedItems } from "./timelines.ts";

/** A collection spares chunks younger than twice this; a run that took longer writes its chunks again. */
export const MAX_RUN = HOUR;
/** Others may take the next number this often before a run gives up. */
const MAX_TRIES = 8;

export type SaveRequest = {
  readonly cluster: Cluster;
  readonly catalog: Catalog;
  readonly takenAt: Instant;
  readonly meta: SnapshotMeta;
  readonly opine?: Opine | undefined;
};

export type Saved = {
  readonly seq: number;
  readonly takenAt: Instant;
  /** The catalog is the same as in the snapshot before; a manifest was stored all the same. */
  readonly unchanged: boolean;
  /** The newest snapshot was this very one: a run that came twice. Nothing was stored. */
  readonly duplicate: boolean;
  readonly manifestHash: Sha256;
  readonly manifest: Manifest;
  readonly changes: readonly RecordedChange[];
};

const dayOfChain = async (
  table: Table,
  cluster: Cluster,
  head: SealedManifest | undefined,
  taken: { at: Instant; seq: number },
): Promise<Pick<Manifest, "dayFirst" | "previousDay">> => {
  if (!head) return { dayFirst: taken.seq, previousDay: null };
  const { seq, dayFirst } = head.manifest;
  if (!opensDay(head.manifest, taken.at)) return { dayFirst, previousDay: null };
  const first = dayFirst === seq ? head : await readManifest(table, cluster, dayFirst);
  if (!first)
    throw new AuditError("store", `snapshot ${dayFirst} is missing`, {
      hint: "Run: dsql-audit history verify",
    });
  return { dayFirst: taken.seq, previousDay: { seq: dayFirst, hash: first.hash } };
};

/** Writes the items of this snapshot and of any before it whose run died, then says how far they are. */
const derive = async (
  table: Table,
  cluster: Cluster,
  sealed: SealedManifest,
  derivedTo: number,
  recorded?: readonly RecordedChange[],
): Promise<void> => {
  const { seq, lastChange } = sealed.manifest;
  if (lastChange <= derivedTo) return;
  const bySeq = new Map<number, RecordedChange[]>();
  // What this run has just found is at hand; only what an earlier run left undone is read from the chain.
  const upTo = recorded && lastChange === seq ? seq - 1 : lastChange;
  for await (const change of pendingChanges(table, cluster, derivedTo + 1, upTo)) {
    bySeq.set(change.toSeq, [...(bySeq.get(change.toSeq) ?? []), change]);
  }
  if (upTo < lastChange) bySeq.set(seq, [...(recorded ?? [])]);
  for (const [at, changes] of bySeq) await table.putMany(derivedItems(cluster, at, changes));
  await markDerived(table, cluster, lastChange);
};

/** Whether a catalog is another one hangs on what was read of it. What it comes with is kept as if it had just been asked. */
const withoutOpinions = (
  catalog: Catalog,
  opine: Opine | undefined,
): { readonly catalog: Catalog; readonly opine: Opine | undefined } => {
  if (!catalog.iam?.opinions) return { catalog, opine: catalog.iam && opine };
  const { opinions, ...iam } = catalog.iam;
  const given: Opine = async (_, times) => ({ opinions, times: times ?? { askedAt: 0, dueAt: 0 } });
  return { catalog: { ...catalog, iam }, opine: given };
};

/** See SnapshotStore.save. AuditError("conflict") where others took the next number again and again. */
export const saveSnapshot = async (
  table: Table,
  request: SaveRequest,
  now: () => Instant,
): Promise<Saved> => {
  const { cluster, takenAt } = request;
  if (request.catalog.cluster !== cluster) throw new AuditError("usage", "the catalog is of another cluster");
  // Everything that is stored is made from this one order, whatever the order in which the rows were read.
  const { catalog, opine } = withoutOpinions(canonicalCatalog(request.catalog), request.opine);
  checkTakenAt(takenAt);
  const meta = SnapshotMeta.parse(request.meta);
  const plain = catalogTree(carryKnown(undefined, undefined, catalog));
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const startedAt = now();
    const { head, derivedTo } = await readHead(table, cluster);
    const same = head !== undefined && (head.manifest.plainRoot ?? head.manifest.root) === plain.root;
    if (head && same && head.manifest.takenAt === takenAt) {
      const recorded = await recordedChanges(table, cluster, head);
      await derive(table, cluster, head, derivedTo);
      return { ...savedAs(head, recorded), duplicate: true };
    }
    const isAsked = opine !== undefined && startedAt >= (head?.manifest.opinions?.dueAt ?? 0);
    const taken = { at: takenAt, seq: (head?.manifest.seq ?? 0) + 1 };
    const content: Content = !head
      ? await firstContent(catalog, plain, taken, opine)
      : same && !isAsked
        ? { ...head.manifest, changes: null, fresh: [], recorded: [] }
        : await nextContent(table, { cluster, catalog }, plain, head, taken, opine);
    const { root, plainRoot, rows, unreadable, changes, opinions, fresh, recorded } = content;
    await writeChunks(table, cluster, fresh, startedAt);
    const sealed = sealManifest({
      seq: taken.seq,
      takenAt,
      root,
      previous: head?.hash ?? null,
      ...(await dayOfChain(table, cluster, head, taken)),
      lastChange: !head || changes ? taken.seq : head.manifest.lastChange,
      changes,
      rows,
      unreadable,
      plainRoot,
      opinions,
      meta,
    });
    // Too slow: a collection may have taken these chunks for leftovers by now.
    if (now() - startedAt > MAX_RUN) continue;
    if (!(await putManifest(table, cluster, sealed))) continue;
    await derive(table, cluster, sealed, derivedTo, recorded);
    return { ...savedAs(sealed, recorded), unchanged: same && root === head?.manifest.root };
  }
  throw new AuditError("conflict", `other snapshots of this cluster were first, ${MAX_TRIES} times`, {
    hint: "Nothing is lost: the next run stores what it finds.",
  });
};

const savedAs = ({ manifest, hash }: SealedManifest, recorded: readonly RecordedChange[]): Saved => ({
  seq: manifest.seq,
  takenAt: manifest.takenAt,
  unchanged: manifest.changes === null && manifest.seq > 1,
  duplicate: false,
  manifestHash: hash,
  manifest,
  // The first snapshot tells timelines which mappings it already had; nothing has changed in it.
  changes: manifest.seq === 1 ? [] : recorded,
});
