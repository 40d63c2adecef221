// Times as people type them: ISO 8601, or how long ago.
import { AuditError } from "../../errors.ts";
import { DAY, HOUR, type Instant, type Interval, iso, MINUTE } from "./time.ts";

const relative = /^(\d{1,6})(m|h|d|w)$/;
const units: Readonly<Record<string, number>> = { m: MINUTE, h: HOUR, d: DAY, w: 7 * DAY };
/** A date, or a date and time with `Z` or an offset; without either it is UTC. */
const absolute = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)(Z|[+-]\d{2}:\d{2})?)?$/i;

const hint = "Use ISO 8601 (2026-03-01, 2026-03-01T02:00Z) or how long ago (90m, 24h, 7d).";

const durationOf = (text: string): number | undefined => {
  const [, count, unit = ""] = relative.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * (units[unit] ?? 0);
};

const instantOf = (text: string, trimmed: string, tip: string): Instant => {
  const parts = absolute.exec(trimmed);
  const at = parts
    ? Date.parse(`${parts[1]}T${parts[2] ?? "00:00"}${parts[3]?.toUpperCase() ?? "Z"}`)
    : Number.NaN;
  // Date.parse rolls 2026-02-30 over into March: a date that is not in the calendar is an error, not another date.
  const day = Date.parse(`${parts?.[1]}T00:00Z`);
  const isInCalendar =
    !Number.isNaN(day) && iso(day).startsWith(parts?.[1] ?? "") && !/^24/.test(parts?.[2] ?? "");
  if (Number.isNaN(at) || !isInCalendar)
    throw new AuditError("usage", `cannot read the time ${JSON.stringify(text)}`, { hint: tip });
  return at;
};

/** `90m`, `24h`, `7d`, `2w` before `now`, or ISO 8601. AuditError("usage") names what could not be read. */
export const parseTime = (text: string, now: Instant): Instant => {
  const ago = durationOf(text.trim());
  return ago === undefined ? instantOf(text, text.trim(), hint) : now - ago;
};

/** The same of a time to come: `30d` is in thirty days. */
export const parseUntil = (text: string, now: Instant): Instant => {
  const ahead = durationOf(text.trim());
  return ahead === undefined
    ? instantOf(
        text,
        text.trim(),
        "Use ISO 8601 (2026-03-01, 2026-03-01T02:00Z) or how long from now (90m, 24h, 30d).",
      )
    : now + ahead;
};

/** Both ends, `from` before `to`; a missing end takes the default given. */
export const parseInterval = (
  { from, to }: { from?: string | undefined; to?: string | undefined },
  now: Instant,
  defaults: Interval,
): Interval => {
  const interval = {
    from: from === undefined ? defaults.from : parseTime(from, now),
    to: to === undefined ? defaults.to : parseTime(to, now),
  };
  if (interval.from > interval.to) {
    throw new AuditError("usage", `from ${iso(interval.from)} is after to ${iso(interval.to)}`, { hint });
  }
  return interval;
};

/** The interval up to `now`: nothing can be said of hours that have not come. AuditError("usage") where all of it has not. */
export const upToNow = ({ from, to }: Interval, now: Instant): Interval => {
  if (from > now)
    throw new AuditError("usage", `from ${iso(from)} is in the future`, {
      hint: "Ask for a time that has come.",
    });
  return { from, to: Math.min(to, now) };
};
