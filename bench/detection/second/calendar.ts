// Clocks and calendars of the second estate: real time zones with their daylight saving, working weeks, ends of months.
import { DAY, HOUR, type Instant, MINUTE } from "../../../lib/core/base/time.ts";

/** Which days somebody works, by weekday (0 is Sunday). */
export const WEEKS = {
  usual: [1, 2, 3, 4, 5],
  /** Friday and Saturday are the weekend. */
  gulf: [0, 1, 2, 3, 4],
  partTime: [1, 2, 4],
} as const;
export type Week = keyof typeof WEEKS;

const offsets = new Map<string, number>();

/** How far the clocks of a time zone are ahead of UTC on a UTC day, at noon, in milliseconds. */
export const offsetOf = (zone: string, day: Instant): number => {
  const key = `${zone} ${day}`;
  const known = offsets.get(key);
  if (known !== undefined) return known;
  const text = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" }).format(
    day + 12 * HOUR,
  );
  const [, sign = "+", hours = "0", minutes = "0"] = /GMT([+-])(\d+):(\d+)/.exec(text) ?? [];
  const offset = (sign === "-" ? -1 : 1) * (Number(hours) * HOUR + Number(minutes) * MINUTE);
  offsets.set(key, offset);
  return offset;
};

export const weekdayOf = (day: Instant): number => new Date(day).getUTCDay();
export const worksOn = (week: Week, day: Instant): boolean =>
  WEEKS[week].some((weekday) => weekday === weekdayOf(day));
/** The last day of a month, or one of the first two of the next: books are closed then. */
export const isMonthEnd = (day: Instant): boolean =>
  new Date(day + DAY).getUTCDate() === 1 || new Date(day).getUTCDate() <= 2;
/** Weeks since the epoch, from Monday on. */
export const weekOf = (day: Instant): number => Math.floor((day / DAY + 3) / 7);
