// Walks the chain of manifests and names what is broken: altered, missing, reordered or forked.

import { DAY, floorTo, type Instant, iso } from "../base/time.ts";
import type { Manifest, SealedManifest } from "./manifest.ts";
import { checkHeads, type ExpectedHead, type HeadCheck, type Thinned } from "./verify-heads.ts";
import { type Fault, fault, openAll, type StoredManifest } from "./verify-manifest.ts";

export type ChainCheck = {
  /** By number; the ones that could be read. */
  readonly chain: readonly SealedManifest[];
  readonly faults: readonly Fault[];
  /** What became of the heads that were noted earlier. */
  readonly heads: readonly HeadCheck[];
  /** Nothing is wrong with these, but a reader wants to know. */
  readonly notes: readonly string[];
};

const range = (from: number, to: number): string =>
  from === to ? `snapshot ${from} is` : `snapshots ${from} to ${to} are`;

/** Days before this instant may be thinned to their first snapshot: whole days, counted from the newest snapshot. */
export const thinningCutoff = (newest: Instant, keepDays: number): Instant =>
  floorTo(DAY, newest) - keepDays * DAY;

/**
 * True where thinning explains why the snapshots between `before` and `next` are gone: `next` opens a day that is old
 * enough, and the first of the day before is that of `before`. If that first is itself gone, it is the fault to name.
 */
const isThinned = (before: Manifest, next: Manifest, cutoff: Instant): boolean =>
  next.previousDay !== null &&
  (next.previousDay.seq === before.dayFirst || next.previousDay.seq > before.seq) &&
  floorTo(DAY, next.takenAt) <= cutoff;

const checkDay = (
  next: Manifest,
  before: Manifest | undefined,
  bySeq: ReadonlyMap<number, SealedManifest>,
): Fault[] => {
  const { seq, dayFirst, previousDay } = next;
  if (!previousDay) {
    const expected = before?.seq === seq - 1 ? before.dayFirst : undefined;
    if (expected === undefined || expected === dayFirst) return [];
    return [
      fault(
        "forked",
        seq,
        `snapshot ${seq} names ${dayFirst} as the first of its day, the one before names ${expected}`,
      ),
    ];
  }
  const first = bySeq.get(previousDay.seq);
  if (!first)
    return [
      fault("missing", previousDay.seq, `snapshot ${previousDay.seq}, the first of its day, is missing`),
    ];
  if (first.hash === previousDay.hash) return [];
  return [
    fault(
      "forked",
      previousDay.seq,
      `snapshot ${seq} follows another day than the one of snapshot ${previousDay.seq}`,
    ),
  ];
};

const checkLinks = (
  bySeq: ReadonlyMap<number, SealedManifest>,
  chain: readonly SealedManifest[],
  broken: ReadonlySet<number>,
  cutoff: Instant,
): { readonly faults: Fault[]; readonly thinned: Thinned[] } => {
  const faults: Fault[] = [];
  const thinned: Thinned[] = [];
  let before: SealedManifest | undefined;
  for (const sealed of chain) {
    const { manifest } = sealed;
    const expected = (before?.manifest.seq ?? 0) + 1;
    if (manifest.seq > expected) {
      const gone = Array.from({ length: manifest.seq - expected }, (_, i) => expected + i);
      const explained = before !== undefined && isThinned(before.manifest, manifest, cutoff);
      if (before && explained) thinned.push({ before, after: sealed });
      // A manifest that is there but broken has its own fault already.
      const missing = gone.filter((seq) => !broken.has(seq));
      const [first, last] = [missing[0], missing.at(-1)];
      if (!explained && first !== undefined && last !== undefined) {
        faults.push(fault("missing", first, `${range(first, last)} missing`));
      }
    } else if (manifest.previous !== (before?.hash ?? null)) {
      faults.push(
        fault(
          "forked",
          manifest.seq,
          `snapshot ${manifest.seq} continues another history than that of snapshot ${manifest.seq - 1}`,
        ),
      );
    }
    faults.push(...checkDay(manifest, before?.manifest, bySeq));
    before = sealed;
  }
  return { faults, thinned };
};

const timeNotes = (chain: readonly SealedManifest[]): string[] =>
  chain.flatMap(({ manifest }, i) => {
    const before = chain[i - 1]?.manifest;
    if (!before || manifest.takenAt > before.takenAt) return [];
    return [
      `the clock went back between snapshots ${before.seq} (${iso(before.takenAt)}) and ${manifest.seq} (${iso(manifest.takenAt)})`,
    ];
  });

/** Faults in the order of the chain; what no number can be given to comes last. */
export const byPlace = (faults: readonly Fault[]): Fault[] =>
  [...faults].sort((a, b) => (a.seq ?? Number.POSITIVE_INFINITY) - (b.seq ?? Number.POSITIVE_INFINITY));

export type ChainOptions = {
  /** What retention keeps in full, counted from the newest snapshot. */
  readonly keepDays: number;
  /** Where retention left word of it: days before this instant were thinned, whatever `keepDays` says. */
  readonly thinnedBefore?: Instant;
  readonly expectedHeads?: readonly ExpectedHead[];
};

/**
 * Checks the manifests in the order in which they were stored. Days that retention may have thinned may be down to their
 * first snapshot. Content is checked apart: see verify-content.ts.
 */
export const checkChain = (
  stored: readonly StoredManifest[],
  { keepDays, thinnedBefore = 0, expectedHeads = [] }: ChainOptions,
): ChainCheck => {
  const { bySeq, faults } = openAll(stored);
  const chain = [...bySeq.values()].sort((a, b) => a.manifest.seq - b.manifest.seq);
  const broken = new Set(faults.map(({ seq }) => seq ?? 0));
  const newest = chain.reduce((latest, { manifest }) => Math.max(latest, manifest.takenAt), 0);
  const cutoff = Math.max(thinningCutoff(newest, keepDays), thinnedBefore);
  const links = checkLinks(bySeq, chain, broken, cutoff);
  const ofChain = [...faults, ...links.faults];
  const heads = checkHeads({ chain, thinned: links.thinned, faults: ofChain, cutoff }, expectedHeads);
  return {
    chain,
    faults: byPlace([...ofChain, ...heads.faults]),
    heads: heads.heads,
    notes: timeNotes(chain),
  };
};
