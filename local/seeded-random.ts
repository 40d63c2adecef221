// Chance that can be repeated: the same seed gives the same run.

/** A generator of numbers in [0, 1), by the mulberry32 recurrence. `seed`: any integer. */
export const seededRandom = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

/** A version 4 UUID out of `random`, for ids that are the same in every run of a seed. */
export const uuidFrom = (random: () => number): string => {
  const hex = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join("");
  const variant = "89ab"[Math.floor(random() * 4)] ?? "8";
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
};

/** Picks one at random and takes it out of the array; undefined when it is empty. With chance 0 always the first. */
export const takeOne = <T>(from: T[], random: () => number): T | undefined =>
  from.splice(Math.floor(random() * from.length), 1)[0];
