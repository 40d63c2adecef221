// Holds a chain against heads that were noted earlier: there, vouched for, removed by retention, or gone.
import { dayOf, type Instant } from "../base/time.ts";
import type { SealedManifest } from "./manifest.ts";
import { type Fault, fault } from "./verify-manifest.ts";

/** A head that went out by email, or was written down; `hash` may be cut to MIN_HEAD_DIGITS or more. */
export type ExpectedHead = { readonly seq: number | null; readonly hash: string };

/**
 * `there`: a snapshot has this hash. `vouched`: the snapshot was removed, the one after it names its hash. `removed`: it was
 * removed and none that is left names its hash. `unknown`: without its number nothing can be said. `broken`: see the faults.
 */
export type HeadCheck = ExpectedHead & {
  readonly verdict: "there" | "vouched" | "removed" | "unknown" | "broken";
  readonly text: string;
};

/** Snapshots that retention explains: those between two that are left, of a day whose first is kept. */
export type Thinned = { readonly before: SealedManifest; readonly after: SealedManifest };

/** What heads are held against. `faults`: of the chain itself. `cutoff`: days before it may be thinned. */
export type HeadBasis = {
  readonly chain: readonly SealedManifest[];
  readonly thinned: readonly Thinned[];
  readonly faults: readonly Fault[];
  readonly cutoff: Instant;
};

/** Fewer digits of a hash could be matched by trying. */
export const MIN_HEAD_DIGITS = 12;

const short = (hash: string): string => hash.slice(0, 12);

type Answer = { readonly check: HeadCheck; readonly faults: readonly Fault[] };
const good = (head: ExpectedHead, verdict: HeadCheck["verdict"], text: string): Answer => ({
  check: { ...head, verdict, text },
  faults: [],
});
const bad = (head: ExpectedHead, kind: Fault["kind"], seq: number | null, text: string): Answer => ({
  check: { ...head, verdict: "broken", text },
  faults: [fault(kind, seq, text)],
});

const removed = (
  head: ExpectedHead,
  seq: number,
  { before, after }: Thinned,
  { faults, cutoff }: HeadBasis,
): Answer => {
  const [a, b] = [before.manifest.seq, after.manifest.seq];
  if (b === seq + 1) {
    const text = `snapshot ${b} follows another snapshot ${seq} than the one with the hash ${short(head.hash)}: the past was rewritten`;
    return bad(head, "forked", seq, text);
  }
  const whole = !faults.some((one) => one.seq !== null && one.seq >= a && one.seq <= b);
  const chain = whole
    ? `the chain from snapshot ${a} to snapshot ${b} is whole`
    : `the chain from snapshot ${a} to snapshot ${b} is broken`;
  const text = `snapshot ${seq} was removed by retention, which keeps the first snapshot of each day before ${dayOf(cutoff)}; ${chain}, and whether ${seq} had the hash ${short(head.hash)} can no longer be known`;
  return good(head, "removed", text);
};

const checkHead = (basis: HeadBasis, head: ExpectedHead): Answer => {
  const { chain, thinned } = basis;
  const { seq, hash } = head;
  const enough = hash.length >= MIN_HEAD_DIGITS;
  const there = enough ? chain.find((one) => one.hash.startsWith(hash)) : undefined;
  if (there) return good(head, "there", `snapshot ${there.manifest.seq} has the hash ${short(hash)}`);
  const next = enough ? chain.find(({ manifest }) => manifest.previous?.startsWith(hash)) : undefined;
  if (next && !chain.some(({ manifest }) => manifest.seq === next.manifest.seq - 1)) {
    const n = next.manifest.seq;
    return good(
      head,
      "vouched",
      `snapshot ${n - 1} was removed; snapshot ${n} names its hash ${short(hash)}: nothing up to it was rewritten`,
    );
  }
  if (seq === null) {
    const text = `no snapshot that is left has the hash ${short(hash)}`;
    if (!thinned.length)
      return bad(head, "missing", null, `${text}: it is missing, or the past was rewritten`);
    return good(
      head,
      "unknown",
      `${text}; it may be one that retention removed: give the head with its number, NUMBER:HASH`,
    );
  }
  const other = chain.find(({ manifest }) => manifest.seq === seq);
  if (other) {
    const text = `snapshot ${seq} has the hash ${short(other.hash)}, not ${short(hash)}: the past was rewritten`;
    return bad(head, "forked", seq, text);
  }
  const newest = chain.at(-1)?.manifest.seq ?? 0;
  if (seq > newest) {
    const text = `the history ends at snapshot ${newest}, snapshot ${seq} was there`;
    return bad(head, "missing", newest + 1, text);
  }
  const gap = thinned.find(({ before, after }) => before.manifest.seq < seq && seq < after.manifest.seq);
  if (gap) return removed(head, seq, gap, basis);
  return bad(
    head,
    "missing",
    seq,
    `no snapshot has the hash ${short(hash)}: snapshot ${seq} is missing or cannot be read`,
  );
};

/** Each head with what became of it; heads that are gone without an explanation are faults. */
export const checkHeads = (
  basis: HeadBasis,
  heads: readonly ExpectedHead[],
): { readonly heads: readonly HeadCheck[]; readonly faults: readonly Fault[] } => {
  const answers = heads.map((head) => checkHead(basis, head));
  return { heads: answers.map(({ check }) => check), faults: answers.flatMap(({ faults }) => faults) };
};
