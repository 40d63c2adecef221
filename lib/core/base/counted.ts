// How many of something, how long and how much of a whole, in words: the one place that knows the singular and how to round.
import { DAY, HOUR, MINUTE } from "./time.ts";

/** "1 hour", "1,200 hours"; `plural` where it is not the noun with an s. */
export const counted = (n: number, noun: string, plural = `${noun}s`): string =>
  `${n.toLocaleString("en-US")} ${n === 1 ? noun : plural}`;

const twoUnits = (ms: number, unit: number, name: string, smaller: number, smallerName: string): string => {
  const rest = Math.floor((ms % unit) / smaller);
  const whole = counted(Math.floor(ms / unit), name);
  return rest ? `${whole} ${counted(rest, smallerName)}` : whole;
};

/** Two units, none of it dropped but the smallest: "3 days 13 hours", "25 hours", "5 hours 10 minutes", "10 minutes". */
export const lengthOf = (ms: number): string => {
  if (ms >= 2 * DAY) return twoUnits(ms, DAY, "day", HOUR, "hour");
  if (ms >= HOUR) return twoUnits(ms, HOUR, "hour", MINUTE, "minute");
  return counted(Math.floor(ms / MINUTE), "minute");
};

/** Never rounded up to 100 %, never down to 0 %. */
export const share = (part: number, whole: number): string => {
  if (whole <= 0) return "unknown";
  if (part >= whole) return "100 %";
  const percent = (100 * part) / whole;
  if (percent > 0 && percent < 0.1) return "below 0.1 %";
  return `${(Math.floor(percent * 10) / 10).toFixed(1)} %`;
};
