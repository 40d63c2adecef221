// A finding's evidence as lines of text: any JSON, bounded, with nothing hidden in it. Pure.
import { type Instant, iso } from "../core/base/time.ts";
import { visible } from "../core/base/visible-text.ts";

const MAX_LINES = 30;
const MAX_LENGTH = 240;
const MAX_ITEMS = 12;

/** "2026-11-02 09:14 UTC" */
export const utc = (at: Instant): string => `${iso(at).slice(0, 16).replace("T", " ")} UTC`;

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;

// What the figures of our own detectors are called; any other key is taken apart into its words.
const labels: Readonly<Record<string, string>> = {
  window: "Looked at",
  lastUseAt: "Last use",
  lastUseEventId: "Its CloudTrail event",
  lastPossibleUseAt: "Last possible use",
  lastPossibleUseEventId: "Its CloudTrail event",
  captureProvenSince: "Capture is proven since",
  mappingFirstSeenAt: "Mapping first seen",
  mappingNotSeenAt: "Mapping not there yet",
  mappingAgeAssumed: "Mapping's age was assumed",
  uncoveredHours: "Hours without proof",
  uncovered: "Without proof",
  otherRoles: "Other roles of it",
  readOnlyBecause: "Read-only, because",
  objectCount: "Objects in all",
  usable: "Can be used now",
  usedByOthers: "Used by others before",
  baseline: "What it did before",
  goesOn: "Goes on",
};

/** "lastSeenAt" as "Last seen": what people read. */
const label = (key: string): string => {
  if (Object.hasOwn(labels, key)) return labels[key] ?? key;
  const words = wordsOf(key);
  return words.slice(0, 1).toUpperCase() + words.slice(1);
};
const wordsOf = (key: string): string =>
  visible(key, 60)
    .replace(/(\p{Ll})At$/u, "$1")
    .replace(/(\p{Ll})(\p{Lu})/gu, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const text = (value: unknown): string => {
  if (value === null || value === undefined) return "not known";
  if (value === true) return "yes";
  if (value === false) return "no";
  if (typeof value === "string") return ISO.test(value) ? utc(Date.parse(value)) : visible(value, MAX_LENGTH);
  if (Array.isArray(value)) {
    const rest = value.length > MAX_ITEMS ? `, and ${value.length - MAX_ITEMS} more` : "";
    return `${value.slice(0, MAX_ITEMS).map(text).join(", ")}${rest}` || "none";
  }
  if (isRecord(value)) return recordText(value);
  return String(value);
};

const isInstant = (value: unknown): value is string => typeof value === "string" && ISO.test(value);

/** A stretch as a stretch, an object by its name, anything else by its words. */
const recordText = (value: Record<string, unknown>): string => {
  const { from, to, ...rest } = value;
  if (isInstant(from) && isInstant(to)) {
    const more = Object.entries(rest).map(([key, inner]) =>
      key === "days" ? `${text(inner)} days` : `${wordsOf(key)} ${text(inner)}`,
    );
    return [`${text(from)} to ${text(to)}`, ...more].join(", ");
  }
  if (typeof value.kind === "string" && typeof value.name === "string")
    return `${text(value.kind)} ${text(value.name)}`;
  return Object.entries(value)
    .map(([key, inner]) => `${wordsOf(key)}: ${text(inner)}`)
    .join("; ");
};

// What another part of a notice says, or what only a program reads.
const elsewhere: ReadonlySet<string> = new Set(["since", "signs", "bits"]);

/** Keys whose absence says nothing to a person. */
const silentWhenEmpty: ReadonlySet<string> = new Set([
  "mappingNotSeenAt",
  "mappingAgeAssumed",
  "mappingFirstSeenAt",
  "goesOn",
]);

/** A line for each piece of evidence; signs one line each; at most 30 lines and a note of what was left out. */
export const evidenceLines = (evidence: Readonly<Record<string, unknown>>): string[] => {
  const lines: string[] = [];
  for (const [key, value] of Object.entries(evidence)) {
    if (elsewhere.has(key) || (silentWhenEmpty.has(key) && !value) || value === "silent") continue;
    // Never used is an answer, and a better one than "not known".
    const shown = key === "lastUseAt" && value === null ? "none is known" : text(value);
    lines.push(
      `${label(key)}: ${Array.from(shown)
        .slice(0, MAX_LENGTH * 2)
        .join("")}`,
    );
  }
  const { signs } = evidence;
  if (Array.isArray(signs) && signs.length > 1) {
    for (const sign of signs.filter(isRecord)) {
      lines.push(
        `Sign: ${text(sign.detector)}, ${text(sign.says)} (${text(sign.bits)} bits), ${text(sign.firstAt)}`,
      );
    }
  }
  const left = lines.length - MAX_LINES;
  return left > 0 ? [...lines.slice(0, MAX_LINES), `... and ${left} lines more in the finding.`] : lines;
};
