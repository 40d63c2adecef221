// Times as a baseline writes them: a date or a date and time with an offset, and stretches between two of them.
import { DAY, type Instant } from "../base/time.ts";

/** A date, or a date and time with `Z` or an offset. */
export const MOMENT = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:\d{2}))?$/;
const DATE_LENGTH = "2026-12-31".length;

/** Whether the text is a moment of the calendar: 2026-02-30 has the form and is none. */
export const isMoment = (text: string): boolean => {
  if (!MOMENT.test(text)) return false;
  const day = Date.parse(`${text.slice(0, DATE_LENGTH)}T00:00:00Z`);
  if (Number.isNaN(day) || !new Date(day).toISOString().startsWith(text.slice(0, DATE_LENGTH))) return false;
  return !Number.isNaN(Date.parse(text));
};

/** The instant that a stretch begins with: of a date alone, the first of its day in UTC. */
export const beginOf = (moment: string): Instant => Date.parse(moment);

/** The first instant that no longer belongs to it: a date alone counts to the end of its day in UTC. */
export const endOf = (moment: string): Instant =>
  Date.parse(moment) + (moment.length === DATE_LENGTH ? DAY : 0);

/** Whether `at` lies between the two, both as written. */
export const isWithin = (
  { from, to }: { readonly from: string; readonly to: string },
  at: Instant,
): boolean => at >= beginOf(from) && at < endOf(to);
