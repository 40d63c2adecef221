// A finding's evidence, whatever a detector put there, as a list that people can read.
import { type Html, html } from "./html.ts";
import { breakable, figure, firstOf, time } from "./wording.ts";

const MAX_DEPTH = 5;
const MAX_ITEMS = 8;
/** Longer text is cut: evidence is for reading, the whole of it is one command away. */
const MAX_TEXT = 600;

/** "firstSeenAt" -> "first seen at", "idle_days" -> "idle days" */
const spoken = (key: string): string =>
  key
    .replace(/([a-z\d])([A-Z])/g, "$1 $2")
    .replaceAll("_", " ")
    .toLowerCase();

/** Fields named ...At, from or to that hold epoch milliseconds of this century are instants. */
const isInstant = (key: string, value: number): boolean =>
  /(At|^at|^from|^to|From|To|Until|Since|^since|^until)$/.test(key) &&
  Number.isInteger(value) &&
  value > 9.4e11 &&
  value < 4.1e12;

const ISO_INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?Z$/;

const textOf = (text: string): Html => {
  const at = ISO_INSTANT.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(at)) return time(at);
  if (text.startsWith("arn:") && text.length <= MAX_TEXT) return breakable(text);
  return text.length > MAX_TEXT
    ? html`${text.slice(0, MAX_TEXT)}… <i>(${figure(text.length - MAX_TEXT)} characters more)</i>`
    : html`${text}`;
};

const moreItems = (more: number): Html | false => more > 0 && html`<li><i>and ${figure(more)} more</i></li>`;

const spell = (key: string, value: unknown, depth: number): Html => {
  if (value === null || value === undefined) return html`<i>none known</i>`;
  if (typeof value === "boolean") return html`${value ? "yes" : "no"}`;
  if (typeof value === "number")
    return isInstant(key, value) ? time(value) : html`${Number.isInteger(value) ? figure(value) : value}`;
  if (typeof value === "string") return value === "" ? html`<i>empty</i>` : textOf(value);
  if (typeof value !== "object") return html`${String(value)}`;
  if (depth >= MAX_DEPTH) return html`<i>more inside</i>`;
  if (Array.isArray(value)) {
    if (!value.length) return html`<i>none</i>`;
    const { shown, more } = firstOf<unknown>(value, MAX_ITEMS);
    if (shown.every((item) => typeof item === "string" || typeof item === "number") && more === 0)
      return html`${shown.map((item, i) => html`${i > 0 && ", "}${spell(key, item, depth + 1)}`)}`;
    return html`<ul>${shown.map((item) => html`<li>${spell(key, item, depth + 1)}</li>`)}${moreItems(more)}</ul>`;
  }
  return evidenceList(value as Record<string, unknown>, depth + 1);
};

/** Any plain JSON object as a `<dl>`: bounded in depth, length and width, with what was left off said. */
export const evidenceList = (evidence: Readonly<Record<string, unknown>>, depth = 0): Html => {
  const entries = Object.entries(evidence).filter(([, value]) => value !== undefined);
  if (!entries.length) return html`<p class="none">No figures.</p>`;
  const { shown, more } = firstOf(entries, 2 * MAX_ITEMS);
  return html`<dl class="evidence">${shown.map(
    ([key, value]) => html`<div><dt>${spoken(key)}</dt><dd>${spell(key, value, depth)}</dd></div>`,
  )}${more > 0 && html`<div><dt>and</dt><dd>${figure(more)} more</dd></div>`}</dl>`;
};
