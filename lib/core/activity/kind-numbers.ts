// Tells kinds of connections apart by their texts, and numbers them as they come.
import type { Tally } from "./activity.ts";
import { tallyKey } from "./tally.ts";

/** Connections alike in all that a detector looks at; `first` has their texts, its numbers mean nothing. */
export type Kind = { readonly number: number; readonly first: Tally };

export type KindNumbers = {
  /** The kind that a tally counts: one object for all tallies of equal texts. */
  readonly kindOf: (tally: Tally) => Kind;
  /** The first tally of each, by number. */
  readonly all: () => readonly Tally[];
  /** By number: the place of the kind when they are sorted by their texts. */
  readonly ranks: () => Uint32Array;
};

export const kindNumbers = (): KindNumbers => {
  const numbers = new Map<string, Kind>();
  return {
    kindOf: (tally) => {
      const key = tallyKey(tally);
      const known = numbers.get(key);
      if (known) return known;
      const made = { number: numbers.size, first: tally };
      numbers.set(key, made);
      return made;
    },
    all: () => [...numbers.values()].map(({ first }) => first),
    ranks: () => {
      const ranks = new Uint32Array(numbers.size);
      const sorted = [...numbers].sort(([a], [b]) => (a < b ? -1 : 1));
      for (const [rank, [, { number }]] of sorted.entries()) ranks[number] = rank;
      return ranks;
    },
  };
};
