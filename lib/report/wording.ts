// How the report writes numbers, instants, stretches of time, names and commands.
import { counted } from "../core/base/counted.ts";
import { type Instant, iso } from "../core/base/time.ts";
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
