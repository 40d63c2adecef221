// Times as people type them: what is not in the calendar is an error, whatever offset stands behind it.
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { parseTime, parseUntil } from "../../../lib/core/base/parse-time.ts";
import { DAY, HOUR, MINUTE } from "../../../lib/core/base/time.ts";

const NOW = Date.UTC(2028, 1, 29, 23, 59, 59);
const two = (n: number): string => String(n).padStart(2, "0");

it("reads exactly the days of the calendar, in any offset", () => {
  const date = fc.record({
    year: fc.constantFrom(1970, 2024, 2026, 2028, 2100),
    month: fc.integer({ min: 0, max: 13 }),
    day: fc.integer({ min: 0, max: 32 }),
    hour: fc.integer({ min: 0, max: 25 }),
    offset: fc.constantFrom(0, 5 * 60 + 45, -(3 * 60 + 30), 13 * 60 + 45, -12 * 60),
  });
  fc.assert(
    fc.property(date, ({ year, month, day, hour, offset }) => {
      const at = Date.UTC(year, month - 1, day, hour);
      const isReal =
        month >= 1 &&
        month <= 12 &&
        hour <= 23 &&
        new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day &&
        day > 0;
      const zone =
        offset === 0
          ? "Z"
          : `${offset < 0 ? "-" : "+"}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
      const text = `${year}-${two(month)}-${two(day)}T${two(hour)}:00${zone}`;
      if (isReal) expect(parseTime(text, NOW)).toBe(at - offset * MINUTE);
      else expect(() => parseTime(text, NOW)).toThrow("cannot read the time");
    }),
    { numRuns: 2_000 },
  );
});

it("counts back in hours and days of 24 hours, over a leap day too", () => {
  expect(parseTime("1d", NOW)).toBe(NOW - DAY);
  expect(parseTime("24h", NOW)).toBe(NOW - 24 * HOUR);
  expect(parseTime("2028-02-29", NOW)).toBe(Date.UTC(2028, 1, 29));
});

it("reads a time to come as so far ahead, and tells what cannot be read as one", () => {
  expect(parseUntil(" 30d", NOW)).toBe(NOW + 30 * DAY);
  expect(parseUntil("2028-04-01", NOW)).toBe(Date.UTC(2028, 3, 1));
  for (const wrong of ["30 d", "1y", "tomorrow", ""])
    expect(() => parseUntil(wrong, NOW)).toThrow(
      expect.objectContaining({ hint: expect.stringContaining("or how long from now (90m, 24h, 30d)") }),
    );
});
