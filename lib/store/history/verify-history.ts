// Verifies a whole history, from the table or from an export: the chain, every chunk it names, the heads once noted.
import { counted } from "../../core/base/counted.ts";
import type { Cluster, Sha256 } from "../../core/base/ids.ts";
import { dayOf, iso } from "../../core/base/time.ts";
import { type RestoreMarker, type RestoreNote, readRestore } from "../../core/history/restore-marker.ts";
import { KEEP_DAYS } from "../../core/history/retention.ts";
import { byPlace, checkChain } from "../../core/history/verify.ts";
import { checkChunk, type Expected } from "../../core/history/verify-content.ts";
import type { ExpectedHead, HeadCheck } from "../../core/history/verify-heads.ts";
import { type Fault, fault, type StoredManifest } from "../../core/history/verify-manifest.ts";
import type { DamagedItem } from "../table/damaged-item.ts";
import type { RetentionMark } from "./retention-mark.ts";

/** A chunk's packed bytes as they are stored; `fault`: what is wrong beside them. */
export type StoredChunk = { readonly bytes: Uint8Array; readonly fault: string | null };
/** Stored chunks by hash; what is missing is left out. */
type ChunkSource = (hashes: readonly Sha256[]) => Promise<ReadonlyMap<Sha256, StoredChunk>>;

export type VerifyRequest = {
  readonly cluster: Cluster;
  /** In the order in which they were found. */
  readonly manifests: readonly StoredManifest[];
  readonly chunks: ChunkSource;
  readonly markers: readonly RestoreMarker[];
  /** Faults of stored chunks that no manifest names. Missing: nothing but the named ones was handed over. */
  readonly leftovers?: (named: ReadonlySet<Sha256>) => Promise<readonly Fault[]>;
  /** What is wrong with the input itself, such as an export that ends too early. */
  readonly faults?: readonly Fault[];
  readonly notes?: readonly string[];
  /** What retention left word of; null or missing: nothing. */
  readonly retained?: RetentionMark | null;
};

export type VerifyOptions = {
  /** What retention keeps in full; older days may be down to their first snapshot. If left out, what retention left word of. */
  readonly keepDays?: number;
  readonly expectedHeads?: readonly ExpectedHead[];
  /** PEM: restore markers count only if this key signed them. */
  readonly publicKey?: string;
};

export type VerifyReport = {
  readonly cluster: Cluster;
  readonly whole: boolean;
  readonly snapshots: number;
  readonly chunks: number;
  readonly head: { readonly seq: number; readonly hash: Sha256 } | null;
  /** The first is the first broken link. */
  readonly faults: readonly Fault[];
  /** What became of the heads that were noted earlier. */
  readonly heads: readonly HeadCheck[];
  readonly notes: readonly string[];
  /** What of the store no chain covers: changes to it are not found. */
  readonly notCovered: readonly string[];
};

/** Kept for ever in words: a report says what it did not look at. */
const NOT_COVERED = [
  "connections and activity",
  "coverage",
  "findings and exemptions",
  "login attempts of the auditor",
  "times of evaluation",
] as const;

const BATCH = 400;

/** Every chunk that the manifests name, each once, level by level. */
const checkContent = async (
  { cluster, chunks }: VerifyRequest,
  roots: ReadonlyMap<Sha256, number>,
): Promise<{ readonly faults: Fault[]; readonly named: ReadonlySet<Sha256> }> => {
  const faults: Fault[] = [];
  const seen = new Map<Sha256, Expected>();
  let frontier = new Map<Sha256, Expected>([...roots].map(([hash, seq]) => [hash, { seq, level: null }]));
  while (frontier.size) {
    const next = new Map<Sha256, Expected>();
    const all = [...frontier];
    for (let at = 0; at < all.length; at += BATCH) {
      const part = all.slice(at, at + BATCH);
      const found = await chunks(part.map(([hash]) => hash));
      for (const [hash, expected] of part) {
        seen.set(hash, expected);
        const stored = found.get(hash);
        const { seq } = expected;
        const add = (kind: Fault["kind"], what: string): unknown =>
          faults.push({ kind, seq, message: `snapshot ${seq}: ${what}` });
        const checked = checkChunk(cluster, hash, stored?.bytes, expected);
        if (stored?.fault) add("altered", `the chunk ${hash.slice(0, 12)}: ${stored.fault}`);
        if (checked.fault !== null) {
          add(stored ? "altered" : "missing", checked.fault);
          continue;
        }
        for (const child of checked.children) {
          if (!seen.has(child)) next.set(child, { seq: expected.seq, level: checked.childLevel });
        }
      }
    }
    frontier = next;
  }
  return { faults, named: new Set(seen.keys()) };
};

/** Every root with the first snapshot that names it. */
const rootsOf = (chain: ReturnType<typeof checkChain>["chain"]): Map<Sha256, number> => {
  const roots = new Map<Sha256, number>();
  for (const { manifest } of chain) {
    for (const root of [manifest.root, manifest.changes?.root]) {
      if (root && !roots.has(root)) roots.set(root, manifest.seq);
    }
  }
  return roots;
};

/** Heads that a signed restore explains: they are gone with the backup, not by tampering. */
const explain = (
  heads: readonly ExpectedHead[],
  restores: readonly RestoreNote[],
): { readonly open: ExpectedHead[]; readonly notes: string[] } => {
  const notes: string[] = [];
  const open = heads.filter((head) => {
    const restore = restores.find(({ kept, lost }) => {
      if (lost.hash.startsWith(head.hash)) return true;
      return head.seq !== null && head.seq > kept.seq && head.seq < lost.seq;
    });
    if (restore) {
      notes.push(
        `snapshots ${restore.kept.seq + 1} to ${restore.lost.seq} were lost when a backup was restored at ${iso(restore.restoredAt)} (signed: ${restore.reason})`,
      );
    }
    return !restore;
  });
  return { open, notes };
};

const retainedNotes = (retained: RetentionMark | null | undefined): string[] =>
  retained
    ? [
        `retention ran on ${dayOf(retained.at)} and keeps ${counted(retained.keepDays, "day")} in full: of each day before ${dayOf(retained.before)} it left the first snapshot`,
      ]
    : [];

/** The report where an item of the store cannot be read at all: what else there is was not looked at. */
export const unreadableHistory = (cluster: Cluster, { message }: DamagedItem): VerifyReport => ({
  cluster,
  whole: false,
  snapshots: 0,
  chunks: 0,
  head: null,
  faults: [fault("altered", null, message)],
  heads: [],
  notes: ["nothing else could be checked: put the item back first"],
  notCovered: NOT_COVERED,
});

/** Verifies; never throws for what it finds. AuditError("usage") for a key that is none. */
export const verifyHistory = async (
  request: VerifyRequest,
  { keepDays, expectedHeads = [], publicKey }: VerifyOptions = {},
): Promise<VerifyReport> => {
  const { cluster, manifests, markers } = request;
  const notes: string[] = [];
  const restores: RestoreNote[] = [];
  for (const marker of markers) {
    const note = publicKey === undefined ? undefined : readRestore(marker, publicKey);
    if (note && note.cluster === cluster) restores.push(note);
    else
      notes.push(
        publicKey === undefined
          ? "there is a restore marker; --public-key would check it"
          : "a restore marker is not signed by the given key",
      );
  }
  // With no head noted, what a restore kept still has to be there.
  const kept = restores.flatMap(({ kept }) => (kept.hash ? [{ seq: kept.seq, hash: kept.hash }] : []));
  const { open, notes: explained } = explain(expectedHeads, restores);
  const { retained } = request;
  const {
    chain,
    faults,
    heads,
    notes: seen,
  } = checkChain(manifests, {
    keepDays: keepDays ?? KEEP_DAYS,
    ...(keepDays === undefined && retained && { thinnedBefore: retained.before }),
    expectedHeads: [...open, ...kept],
  });
  const content = await checkContent(request, rootsOf(chain));
  const left = (await request.leftovers?.(content.named)) ?? [];
  const all = byPlace([...faults, ...content.faults, ...(request.faults ?? []), ...left]);
  const head = chain.at(-1);
  return {
    cluster,
    whole: all.length === 0,
    snapshots: chain.length,
    chunks: content.named.size,
    head: head ? { seq: head.manifest.seq, hash: head.hash } : null,
    faults: all,
    heads: heads.slice(0, open.length),
    notes: [...(request.notes ?? []), ...notes, ...explained, ...seen, ...retainedNotes(retained)],
    notCovered: NOT_COVERED,
  };
};
