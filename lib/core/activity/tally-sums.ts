// Adds up connections of many stretches at once: kinds that recur are told apart once, by a number.
import type { Tally } from "./activity.ts";
import { addTo, tallyKey } from "./tally.ts";

export type TallySums<K> = {
  /** Adds one tally to the sums of a stretch. */
  readonly add: (stretch: K, tally: Tally) => void;
  /** Every stretch with its sums, each sorted as `mergeTallies` sorts them. */
  readonly sums: () => IterableIterator<[K, Tally[]]>;
};

type Kind = { readonly number: number; readonly first: Tally };

/**
 * The same as `mergeTallies` for each stretch. A kind's texts are held once, however many stretches have it: what a stretch
 * holds of a tally is its numbers and the event of its first time.
 */
export const tallySums = <K>(): TallySums<K> => {
  const kinds = new Map<string, Kind>();
  const stretches = new Map<K, Map<number, Tally>>();
  const kindOf = (tally: Tally): Kind => {
    const key = tallyKey(tally);
    const known = kinds.get(key);
    if (known) return known;
    const made = { number: kinds.size, first: tally };
    kinds.set(key, made);
    return made;
  };
  return {
    add: (stretch, tally) => {
      const sums = stretches.get(stretch) ?? new Map<number, Tally>();
      if (sums.size === 0) stretches.set(stretch, sums);
      const { number, first } = kindOf(tally);
      const sum = sums.get(number);
      if (sum) addTo(sum, tally);
      else {
        const { count, firstAt, lastAt, firstEventId } = tally;
        sums.set(number, { ...first, count, firstAt, lastAt, firstEventId });
      }
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
