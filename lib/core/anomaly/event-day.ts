// When so many do the same that it is one event of the estate, not many oddities: on one day, or one after the other.

import { EVENT_BITS, LEAST_CROWD } from "./constants.ts";
import type { Counts } from "./pool.ts";

/** P(Poisson(mean) >= count). */
export const poissonTail = (mean: number, count: number): number => {
  let term = Math.exp(-mean);
  let below = 0;
  for (let i = 0; i < count; i++) {
    below += term;
    term *= mean / (i + 1);
  }
  return Math.max(0, 1 - below);
};

/**
 * Is today an event of a kind of principal: do more of the `active` ones reach some level than chance would allow?
 * `reached` counts those that reach a level or more today; `peers` are all days of the kind.
 */
export const isEventDay = (active: number, peers: Counts, reached: (level: number) => number): boolean => {
  for (let level = 1; ; level++) {
    const count = reached(level);
    if (count < LEAST_CROWD) return false;
    const usual = (active * (peers.atLeast(level) + 1)) / (peers.days + 1);
    if (poissonTail(usual, count) < 2 ** -EVENT_BITS) return true;
  }
};
