// Adds up connections of many stretches at once: kinds that recur are told apart once, by a number.
import type { Tally } from "./activity.ts";
import { tallyKey } from "./tally.ts";

/** Connections alike in all that a detector looks at; `first` has their texts, its numbers mean nothing. */
export type Kind = { readonly number: number; readonly first: Tally };

export type TallySums<K> = {
  /** The kind that a tally counts: one object for all tallies of equal texts. */
  readonly kindOf: (tally: Tally) => Kind;
  /** Adds one connection of a kind to the sums of a stretch. */
  readonly add: (stretch: K, kind: Kind, at: number, eventId: string) => void;
  /** Every stretch with its sums, each sorted as `mergeTallies` sorts them. */
  readonly sums: () => IterableIterator<[K, Tally[]]>;
};

/**
 * The same as `mergeTallies` for each stretch. A kind's texts are held once, however many stretches have it: what a stretch
 * holds of a tally is its numbers and the event of its first time.
 */
export const tallySums = <K>(): TallySums<K> => {
  const kinds = new Map<string, Kind>();
  const stretches = new Map<K, Map<number, Tally>>();
  // Files come in the order of time: most connections belong where the one before did.
  let latest: { readonly stretch: K; readonly sums: Map<number, Tally> } | undefined;
  const sumsOf = (stretch: K): Map<number, Tally> => {
    if (latest?.stretch === stretch) return latest.sums;
    const sums = stretches.get(stretch) ?? new Map<number, Tally>();
    if (sums.size === 0) stretches.set(stretch, sums);
    latest = { stretch, sums };
    return sums;
  };
  return {
    kindOf: (tally) => {
      const key = tallyKey(tally);
      const known = kinds.get(key);
      if (known) return known;
      const made = { number: kinds.size, first: tally };
      kinds.set(key, made);
      return made;
    },
    add: (stretch, { number, first }, at, eventId) => {
      const sums = sumsOf(stretch);
      const sum = sums.get(number);
      if (!sum) {
        sums.set(number, { ...first, count: 1, firstAt: at, lastAt: at, firstEventId: eventId });
        return;
      }
      if (at < sum.firstAt || (at === sum.firstAt && eventId < sum.firstEventId)) {
        sum.firstAt = at;
        sum.firstEventId = eventId;
      }
      if (at > sum.lastAt) sum.lastAt = at;
      sum.count++;
    },
    sums: function* () {
      const rank = new Int32Array(kinds.size);
      const sorted = [...kinds].sort(([a], [b]) => (a < b ? -1 : 1));
      for (const [at, [, { number }]] of sorted.entries()) rank[number] = at;
      for (const [stretch, sums] of stretches) {
        const ranked = [...sums].sort(([a], [b]) => (rank[a] ?? 0) - (rank[b] ?? 0));
        yield [stretch, ranked.map(([, tally]) => tally)];
      }
    },
  };
};
