// Instants and stretches of time. Inside the core an instant is epoch milliseconds; text is ISO 8601 in UTC.

/** Epoch milliseconds. */
export type Instant = number;

/** Half-open: from <= t < to. */
export type Interval = { readonly from: Instant; readonly to: Instant };

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** The end of the year 9999: later ones do not sort as text, and far later ones are no time at all. */
export const LAST_INSTANT: Instant = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** "2026-11-02T09:14:07.000Z": sorts as text in the order of time. */
export const iso = (at: Instant): string => new Date(at).toISOString();

/** The start of the minute, hour or UTC day that holds `at`. */
export const floorTo = (unit: number, at: Instant): Instant => Math.floor(at / unit) * unit;

/** "2026-11-02" */
export const dayOf = (at: Instant): string => iso(at).slice(0, 10);

/** "2026-11-02T09:14Z": as commands take it. */
export const shortIso = (at: Instant): string => `${iso(at).slice(0, 16)}Z`;

/** "2026-11-02 09:14 UTC": as people read it. */
export const minute = (at: Instant): string => `${iso(at).slice(0, 16).replace("T", " ")} UTC`;

/** "2026-11-02 09:14 UTC to 2026-11-03 00:00 UTC"; once where both read alike. */
export const fromTo = (from: Instant, to: Instant): string =>
  minute(from) === minute(to) ? minute(from) : `${minute(from)} to ${minute(to)}`;
