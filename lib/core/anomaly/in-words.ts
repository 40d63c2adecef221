// Figures of a sign as people write them: "1 active day", "2,146 days".

/** A number with its noun, which takes an s unless there is one. */
export const counted = (count: number, noun: string): string =>
  `${count.toLocaleString("en-US")} ${noun}${count === 1 ? "" : "s"}`;

/** "once", "2 times", "1,200 times" */
export const howOften = (count: number): string => (count === 1 ? "once" : counted(count, "time"));
