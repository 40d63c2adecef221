// A finding's evidence in words: any JSON, bounded, with nothing hidden in it, by the labels that its detector brings.
import { counted } from "../core/base/counted.ts";
import type { EvidenceField, EvidenceWords } from "../core/base/evidence.ts";
import { fromTo, minute } from "../core/base/time.ts";
import { visible } from "../core/base/visible-text.ts";

const MAX_LINES = 30;
const MAX_ROWS = 40;
const MAX_LENGTH = 240;
/** Twenty addresses, the longest that there are: as many as a finding keeps. */
const MAX_LIST = 20 * "255.255.255.255, ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff".length;
const MAX_ENTRY = MAX_LIST + MAX_LENGTH;
const MAX_ITEMS = 20;
const MAX_DEPTH = 5;

/** One piece of evidence: what it is called and what it says, in one entry or, of a list, several. */
export type EvidenceRow = { readonly label: string; readonly entries: readonly string[] };

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;
const isInstant = (value: unknown): value is string =>
  typeof value === "string" && ISO.test(value) && !Number.isNaN(Date.parse(value));

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isEmpty = (value: unknown): boolean =>
  value === null || value === undefined || value === false || (Array.isArray(value) && !value.length);

/** "lastSeenAt" as "last seen": what a field without words is called. */
const spoken = (key: string): string =>
  visible(key, 60)
    .replace(/(\p{Ll})At$/u, "$1")
    .replace(/(\p{Ll})(\p{Lu})/gu, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);

/** The words for a field, whatever the words hold; a field without any is called by its name. */
const fieldOf = (words: EvidenceWords, key: string): EvidenceField => {
  const own = Object.hasOwn(words, key) ? words[key] : undefined;
  if (typeof own === "string") return { label: own };
  const name = spoken(key);
  return own ?? { label: name.slice(0, 1).toUpperCase() + name.slice(1) };
};

const figure = (value: number, unit: EvidenceField["unit"]): string => {
  const digits = value.toLocaleString("en-US", { maximumFractionDigits: 3 });
  return unit ? `${digits} ${value === 1 ? unit[0] : unit[1]}` : digits;
};

const emptyText = (value: unknown, whenEmpty: string | undefined): string =>
  whenEmpty ?? (value === false ? "no" : Array.isArray(value) ? "none" : "not known");

/** Each of them whole, for part of an address is another address; what there is no room for is counted. */
const items = (all: readonly unknown[], say: (item: unknown) => string): string[] => {
  const shown: string[] = [];
  let room = MAX_LIST;
  for (const text of all.slice(0, MAX_ITEMS).map(say)) {
    room -= text.length;
    if (room < 0 && shown.length) break;
    shown.push(text);
  }
  return all.length > shown.length ? [...shown, `and ${all.length - shown.length} more`] : shown;
};

const BOUNDS: readonly (readonly [from: string, to: string])[] = [
  ["from", "to"],
  ["firstAt", "lastAt"],
];

const stretchIn = (value: Readonly<Record<string, unknown>>) => {
  for (const keys of BOUNDS) {
    const [from, to] = keys.map((key) => value[key]);
    if (isInstant(from) && isInstant(to))
      return { keys: keys as readonly string[], says: fromTo(Date.parse(from), Date.parse(to)) };
  }
  return undefined;
};

/** A stretch as a stretch, an object by its name, anything else field by field. */
const recordText = (
  value: Readonly<Record<string, unknown>>,
  words: EvidenceWords | undefined,
  depth: number,
) => {
  const stretch = stretchIn(value);
  if (!words && typeof value.kind === "string" && typeof value.name === "string")
    return `${visible(value.kind, 60)} ${visible(value.name, MAX_LENGTH)}`;
  const parts = Object.entries(value).flatMap(([key, inner]) => {
    if (stretch?.keys.includes(key)) return [];
    const field = words ? fieldOf(words, key) : { label: spoken(key) };
    if (field.hidden || (isEmpty(inner) && field.whenEmpty === "")) return [];
    const text = valueText(inner, field, depth + 1);
    const said =
      field.label === "" ? text : stretch || words ? `${field.label} ${text}` : `${field.label}: ${text}`;
    return { said, before: field.sentence ? ": " : stretch || words ? ", " : "; " };
  });
  const all = stretch ? [{ said: stretch.says, before: "" }, ...parts] : parts;
  const texts = all.slice(0, MAX_ITEMS).map(({ said, before }, n) => `${n ? before : ""}${said}`);
  return texts.join("") || "none";
};

const textOf = (text: string): string =>
  text === "" ? "empty" : isInstant(text) ? minute(Date.parse(text)) : visible(text, MAX_LENGTH);

const valueText = (value: unknown, field: EvidenceField, depth: number): string => {
  if (isEmpty(value)) return emptyText(value, field.whenEmpty);
  if (depth > MAX_DEPTH) return "more inside";
  if (value === true) return "yes";
  if (typeof value === "number") return figure(value, field.unit);
  if (typeof value === "string") return textOf(value);
  if (Array.isArray(value)) return items(value, (item) => valueText(item, field, depth + 1)).join(", ");
  return isRecord(value) ? recordText(value, field.fields, depth) : visible(String(value), MAX_LENGTH);
};

const cut = (text: string): string => visible(text, MAX_ENTRY);

const withoutTold = (all: readonly unknown[], key: string): readonly unknown[] =>
  all.filter((one) => !isRecord(one) || one[key] !== true);

/** Rows in the evidence's order; those that people are not to see are left out, and what goes beyond 40 is said. */
export const evidenceRows = (
  evidence: Readonly<Record<string, unknown>>,
  words: EvidenceWords = {},
): EvidenceRow[] => {
  const rows = Object.entries(evidence).flatMap(([key, value]): EvidenceRow[] => {
    const field = fieldOf(words, key);
    if (value === undefined || field.hidden || (isEmpty(value) && field.whenEmpty === "")) return [];
    if (field.fromTwo && Array.isArray(value) && value.length < 2) return [];
    const told = Array.isArray(value) && field.without ? withoutTold(value, field.without) : value;
    const entries =
      field.lines && Array.isArray(told) && told.length
        ? items(told, (item) => valueText(item, field, 1))
        : [valueText(told, field, 0)];
    return [{ label: field.label, entries: entries.map(cut) }];
  });
  const more = rows.length - MAX_ROWS;
  return more > 0 ? [...rows.slice(0, MAX_ROWS), { label: "And", entries: [`${more} more`] }] : rows;
};

/** The same as lines of text: one for each entry; at most 30 and a note of what was left out. */
export const evidenceLines = (
  evidence: Readonly<Record<string, unknown>>,
  words: EvidenceWords = {},
): string[] => {
  const lines = evidenceRows(evidence, words).flatMap(({ label, entries }) =>
    entries.map((entry) => `${label}: ${entry}`),
  );
  const left = lines.length - MAX_LINES;
  return left > 0
    ? [...lines.slice(0, MAX_LINES), `... and ${counted(left, "line")} more in the finding.`]
    : lines;
};
