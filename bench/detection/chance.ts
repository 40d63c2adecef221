// Chance for the simulator: everything that happens in a run comes from one seed.
import { seededRandom } from "../../local/seeded-random.ts";

export type Chance = {
  readonly next: () => number;
  readonly happens: (probability: number) => boolean;
  /** from <= n <= to */
  readonly int: (from: number, to: number) => number;
  readonly pick: <T>(from: readonly T[]) => T;
  readonly normal: (mean: number, deviation: number) => number;
  readonly poisson: (mean: number) => number;
  /** A stream of its own: what happens in it changes nothing elsewhere. */
  readonly fork: (name: string) => Chance;
};

const hashOf = (text: string): number => {
  let hash = 2_166_136_261;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 16_777_619);
  return hash >>> 0;
};

export const chance = (seed: number): Chance => {
  const next = seededRandom(seed);
  const normal = (mean: number, deviation: number): number =>
    mean + deviation * Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  const int = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1));
  return {
    next,
    happens: (probability) => next() < probability,
    int,
    pick: (from) => {
      const found = from[int(0, from.length - 1)];
      if (found === undefined) throw new RangeError("nothing to pick from");
      return found;
    },
    normal,
    poisson: (mean) => {
      if (mean > 30) return Math.max(0, Math.round(normal(mean, Math.sqrt(mean))));
      const limit = Math.exp(-mean);
      let n = 0;
      for (let product = next(); product > limit; product *= next()) n++;
      return n;
    },
    fork: (name) => chance(hashOf(`${seed} ${name}`)),
  };
};
