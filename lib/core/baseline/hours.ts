// When and from where a component works: declared hours in a time zone, holidays, networks.
import type { Instant } from "../base/time.ts";
import * as z from "../base/zod.ts";
import { isMoment } from "./moments.ts";

const days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

const isTimeZone = (name: string): boolean => {
  try {
    new Intl.DateTimeFormat("en-GB", { timeZone: name });
    return true;
  } catch {
    return false;
  }
};

const ClockTime = z
  .string()
  .check(z.regex(/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/, "must be a time of the day, 00:00 to 24:00"));

/** Working hours; `to` before `from` reaches into the next day. */
export const Hours = z.strictObject({
  timeZone: z
    .string()
    .check(
      z.refine(isTimeZone, "must be a time zone of the IANA database, such as Europe/Berlin"),
      z.describe("IANA time zone: Europe/Berlin."),
    ),
  days: z.optional(z.array(z.enum(days)).check(z.minLength(1))).check(z.describe("Default: every day.")),
  from: ClockTime,
  to: ClockTime,
  holidays: z.optional(z.boolean()).check(z.describe("true: on holidays as well. Default: not on holidays.")),
});
export type Hours = z.infer<typeof Hours>;

/** Dates on which nobody is expected to work. */
export const Calendar = z
  .array(
    z
      .string()
      .check(
        z.regex(/^\d{4}-\d{2}-\d{2}$/, "must be a date: 2026-12-25"),
        z.refine(isMoment, "is not in the calendar"),
      ),
  )
  .check(z.describe("Days on which declared hours do not hold."));

const minutesOf = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));

type Local = { readonly date: string; readonly day: number; readonly minutes: number };

/** The wall clock of the zone at an instant; `day` counts from Monday, 0. */
const localAt = (timeZone: string, at: Instant): Local => {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).formatToParts(at);
  const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? "0";
  const date = `${part("year").padStart(4, "0")}-${part("month")}-${part("day")}`;
  return {
    date,
    day: (new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7,
    minutes: Number(part("hour")) * 60 + Number(part("minute")),
  };
};

const before = ({ date, day }: Local): { readonly date: string; readonly day: number } => ({
  date: new Date(Date.parse(`${date}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10),
  day: (day + 6) % 7,
});

/**
 * Whether `at` is working time; a shift over midnight counts for the day on which it began.
 */
export const isWorkingTime = (hours: Hours, holidays: readonly string[], at: Instant): boolean => {
  const works = ({ date, day }: { readonly date: string; readonly day: number }): boolean =>
    (hours.days === undefined || hours.days.includes(days[day] ?? "mon")) &&
    (hours.holidays === true || !holidays.includes(date));
  const local = localAt(hours.timeZone, at);
  const [from, to] = [minutesOf(hours.from), minutesOf(hours.to)];
  if (from < to) return works(local) && local.minutes >= from && local.minutes < to;
  return (local.minutes >= from && works(local)) || (local.minutes < to && works(before(local)));
};

const part = "(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)";
const IPV4 = new RegExp(`^(?:${part}\\.){3}${part}/(?:3[0-2]|[12]?\\d)$`);
const IPV6 = /^[0-9a-f:]{2,39}\/(?:12[0-8]|1[01]\d|\d?\d)$/i;

/** An address range in CIDR form, or a VPC endpoint: as connections are told apart. */
export const isNetwork = (text: string): boolean =>
  IPV4.test(text) || (IPV6.test(text) && text.includes(":")) || /^vpce-[0-9a-z]{1,64}$/.test(text);
