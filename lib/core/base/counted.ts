// How many of something, in words: the one place that knows the singular.

/** "1 hour", "1,200 hours"; `plural` where it is not the noun with an s. */
export const counted = (n: number, noun: string, plural = `${noun}s`): string =>
  `${n.toLocaleString("en-US")} ${n === 1 ? noun : plural}`;
