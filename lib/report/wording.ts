// How the report writes numbers, instants, stretches of time, names and commands.
import { counted } from "../core/base/counted.ts";
import { DAY, HOUR, type Instant, iso, MINUTE } from "../core/base/time.ts";
import { type Html, html } from "./html.ts";

/** 12345 -> "12,345" */
export const figure = (n: number): string => n.toLocaleString("en-US");

/** (1, "role") -> "1 role"; (2, "role") -> "2 roles" */
export const count = counted;

/** "2026-11-02 09:14 UTC"; seconds only where they are not zero. */
export const timeText = (at: Instant): string => {
  const [date, clock = ""] = iso(at).split("T");
  return `${date} ${clock.slice(0, clock.slice(6, 8) === "00" ? 5 : 8)} UTC`;
};

/** The same as a `<time>`. */
export const time = (at: Instant): Html => html`<time datetime="${iso(at)}">${timeText(at)}</time>`;

/** "2026-11-02" */
export const day = (at: Instant): Html => html`<time datetime="${iso(at)}">${iso(at).slice(0, 10)}</time>`;

const twoUnits = (ms: number, unit: number, name: string, smaller: number, smallerName: string): string => {
  const rest = Math.floor((ms % unit) / smaller);
  const whole = count(Math.floor(ms / unit), name);
  return rest ? `${whole} ${count(rest, smallerName)}` : whole;
};

/** Two units, none of it dropped but the smallest: "3 days 13 hours", "25 hours", "5 hours 10 minutes", "10 minutes". */
export const lengthOf = (ms: number): string => {
  if (ms >= 2 * DAY) return twoUnits(ms, DAY, "day", HOUR, "hour");
  if (ms >= HOUR) return twoUnits(ms, HOUR, "hour", MINUTE, "minute");
  return count(Math.floor(ms / MINUTE), "minute");
};

/** Never rounded up to 100 %, never down to 0 %. */
export const share = (part: number, whole: number): string => {
  if (whole <= 0) return "unknown";
  if (part >= whole) return "100 %";
  const percent = (100 * part) / whole;
  if (percent > 0 && percent < 0.1) return "below 0.1 %";
  return `${(Math.floor(percent * 10) / 10).toFixed(1)} %`;
};

/** An ARN or a path that may break after its colons and slashes, rather than in a name. */
export const breakable = (text: string): Html =>
  html`${text.split(/(?<=[:/])/).map((part) => html`${part}<wbr>`)}`;

/** At most `max` characters, cut in the middle: both ends of a name tell it from its neighbours. */
export const shorten = (text: string, max: number): string => {
  const letters = [...text];
  if (letters.length <= max) return text;
  const head = Math.ceil((max - 1) / 2);
  return `${letters.slice(0, head).join("")}…${letters.slice(letters.length - (max - 1 - head)).join("")}`;
};

/** The first `max` of a list, and how many are left: what is not shown is never silent. */
export const firstOf = <T>(
  all: readonly T[],
  max: number,
): { readonly shown: readonly T[]; readonly more: number } => ({
  shown: all.slice(0, max),
  more: Math.max(0, all.length - max),
});
