// Walks the chain of manifests and names what is broken: altered, missing, reordered or forked.

import { DAY, floorTo, type Instant, iso } from "../base/time.ts";
import type { Manifest, SealedManifest } from "./manifest.ts";
import { type Fault, fault, openAll, type StoredManifest } from "./verify-manifest.ts";

/** A head that went out by email, or was written down; `hash` may be cut to MIN_HEAD_DIGITS or more. */
export type ExpectedHead = { readonly seq: number | null; readonly hash: string };

export type ChainCheck = {
  /** By number; the ones that could be read. */
  readonly chain: readonly SealedManifest[];
  readonly faults: readonly Fault[];
  /** Nothing is wrong with these, but a reader wants to know. */
  readonly notes: readonly string[];
};

/** Fewer digits of a hash could be matched by trying. */
export const MIN_HEAD_DIGITS = 12;

const short = (hash: string): string => hash.slice(0, 12);
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
  broken: ReadonlySet<number>,
  keepDays: number,
): Fault[] => {
  const chain = [...bySeq.values()].sort((a, b) => a.manifest.seq - b.manifest.seq);
  const newest = chain.reduce((latest, { manifest }) => Math.max(latest, manifest.takenAt), 0);
  const cutoff = thinningCutoff(newest, keepDays);
  const faults: Fault[] = [];
  let before: SealedManifest | undefined;
  for (const sealed of chain) {
    const { manifest } = sealed;
    const expected = (before?.manifest.seq ?? 0) + 1;
    if (manifest.seq > expected) {
      const gone = Array.from({ length: manifest.seq - expected }, (_, i) => expected + i);
      const thinned = before !== undefined && isThinned(before.manifest, manifest, cutoff);
      // A manifest that is there but broken has its own fault already.
      const missing = gone.filter((seq) => !broken.has(seq));
      const [first, last] = [missing[0], missing.at(-1)];
      if (!thinned && first !== undefined && last !== undefined) {
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
  return faults;
};

/** Holds the chain against a head that was noted earlier. */
const checkHead = (chain: readonly SealedManifest[], expected: ExpectedHead): Fault[] => {
  const enough = expected.hash.length >= MIN_HEAD_DIGITS;
  if (enough && chain.some(({ hash }) => hash.startsWith(expected.hash))) return [];
  const { seq } = expected;
  const there = chain.find(({ manifest }) => manifest.seq === seq);
  const newest = chain.at(-1)?.manifest.seq ?? 0;
  if (there) {
    return [
      fault(
        "forked",
        seq,
        `snapshot ${seq} has the hash ${short(there.hash)}, not ${short(expected.hash)}: the past was rewritten`,
      ),
    ];
  }
  if (seq !== null && seq > newest) {
    return [
      fault("missing", newest + 1, `the history ends at snapshot ${newest}, snapshot ${seq} was there`),
    ];
  }
  return [
    fault(
      "missing",
      seq,
      `no snapshot has the hash ${short(expected.hash)}: it is missing, or the past was rewritten`,
    ),
  ];
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

/**
 * Checks the manifests in the order in which they were stored. `keepDays`: what retention keeps in full; older days
 * may be down to their first snapshot. Content is checked apart: see verify-content.ts.
 */
export const checkChain = (
  stored: readonly StoredManifest[],
  {
    keepDays,
    expectedHeads = [],
  }: { readonly keepDays: number; readonly expectedHeads?: readonly ExpectedHead[] },
): ChainCheck => {
  const { bySeq, faults } = openAll(stored);
  const chain = [...bySeq.values()].sort((a, b) => a.manifest.seq - b.manifest.seq);
  const broken = new Set(faults.map(({ seq }) => seq ?? 0));
  const all = [
    ...faults,
    ...checkLinks(bySeq, broken, keepDays),
    ...expectedHeads.flatMap((head) => checkHead(chain, head)),
  ];
  return { chain, faults: byPlace(all), notes: timeNotes(chain) };
};
