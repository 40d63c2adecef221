// A set of 64-bit hashes that costs some twelve bytes for each: folders hold millions of events.

/** A hash as two halves, unsigned. */
export type HashSet = {
  /** true: it was not there before. */
  readonly add: (high: number, low: number) => boolean;
  readonly size: () => number;
};

/** Full to three quarters at most: then a hash is found within a few steps. */
const isFull = (size: number, slots: number): boolean => size * 4 > slots * 3;

/** The slot of a hash, or the empty one where it belongs. Both halves 0 is an empty slot. */
const slotOf = (pairs: Uint32Array, high: number, low: number): number => {
  const mask = pairs.length / 2 - 1;
  let slot = low & mask;
  for (;;) {
    const [a, b] = [pairs[2 * slot], pairs[2 * slot + 1]];
    if ((a === high && b === low) || (a === 0 && b === 0)) return slot;
    slot = (slot + 1) & mask;
  }
};

/** An empty set. */
export const hashSet = (): HashSet => {
  let pairs = new Uint32Array(2 * 1_024);
  let size = 0;
  let hasZero = false;
  const put = (high: number, low: number): boolean => {
    const slot = slotOf(pairs, high, low);
    if (pairs[2 * slot] !== 0 || pairs[2 * slot + 1] !== 0) return false;
    pairs[2 * slot] = high;
    pairs[2 * slot + 1] = low;
    return true;
  };
  const grow = (): void => {
    const before = pairs;
    pairs = new Uint32Array(2 * before.length);
    for (let at = 0; at < before.length; at += 2) {
      const [high, low] = [before[at] ?? 0, before[at + 1] ?? 0];
      if (high !== 0 || low !== 0) put(high, low);
    }
  };
  return {
    add: (high, low) => {
      const isZero = high === 0 && low === 0;
      const isNew = isZero ? !hasZero : put(high, low);
      if (isZero) hasZero = true;
      if (isNew && isFull(++size, pairs.length / 2)) grow();
      return isNew;
    },
    size: () => size,
  };
};
