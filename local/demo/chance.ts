// The small decisions of a made-up life, the same in every run of a seed.
import { seededRandom, uuidFrom } from "../seeded-random.ts";

export type Chance = {
  /** 0 <= n < limit */
  readonly below: (limit: number) => number;
  readonly uuid: () => string;
};

export const chance = (seed: number): Chance => {
  const random = seededRandom(seed);
  return { below: (limit) => Math.floor(random() * limit), uuid: () => uuidFrom(random) };
};
