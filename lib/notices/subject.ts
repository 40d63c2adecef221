// The subject line of a notice, made safe for SNS and for the mail programs behind it.
import { clusterName } from "../core/base/visible-text.ts";
import type { Stem } from "./stem.ts";

// SNS says "no line breaks or control characters, and less than 100 characters"; its older pages add ASCII that begins with
// a letter, a number or a punctuation mark. We keep to both: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
export const MAX_SUBJECT = 99;

const ELLIPSIS = "...";

/** Whole words of it, and dots where some are left out; a single long word is cut. */
const shortened = (ascii: string, max: number): string => {
  if (ascii.length <= max) return ascii;
  const room = ascii.slice(0, max - ELLIPSIS.length + 1);
  const atWord = room.lastIndexOf(" ");
  const kept = atWord >= max / 2 ? room.slice(0, atWord) : room.slice(0, -1);
  return `${kept.trimEnd()}${ELLIPSIS}`;
};

/** Any text to 1 to `max` (99) printable ASCII characters on one line. What has no ASCII form becomes `?`; idempotent. */
export const safeSubject = (text: string, max = MAX_SUBJECT): string => {
  const ascii = text
    .normalize("NFKD") // é becomes e and an accent, a full-width letter its plain one
    .replace(/\p{M}|\p{Cf}/gu, "") // accents, and characters that hide or turn text around
    .replace(/[\s\p{Cc}\p{Z}]+/gu, " ")
    .replace(/[^ -~]/gu, "?")
    .replaceAll("=?", "= ?") // else a hostile name could smuggle in a MIME encoded word (RFC 2047)
    .trim();
  return ascii === "" ? "(no subject)" : shortened(ascii, max);
};

/** The longest tags are "[CRITICAL] " and "[RESOLVED] ": a stem is cut alike in all mails of its incident. */
const TAG_ROOM = 11;
/** Fewer characters of a title tell nothing. */
const LEAST_TITLE = 10;

/** Its beginning and its end: names of one kind often differ in the last characters. */
const shortName = (name: string, max: number): string => {
  const ascii = safeSubject(name, Number.POSITIVE_INFINITY);
  if (ascii.length <= max) return ascii;
  const end = Math.floor((max - ELLIPSIS.length) / 2);
  return `${ascii.slice(0, max - ELLIPSIS.length - end)}${ELLIPSIS}${ascii.slice(-end)}`;
};

/** The name whole, and as much of the title as there is room for: the name tells incidents apart. */
const fitted = ({ about, short }: Stem, room: number): string => {
  if (about === undefined) return safeSubject(short, room);
  const name = shortName(about, room);
  const rest = room - name.length - 2;
  return rest < Math.min(LEAST_TITLE, short.length) ? name : `${name}: ${safeSubject(short, rest)}`;
};

/**
 * "[HIGH] OrdersApi: From a new network (orders-prod) inc-3f9a1c2b": name, cluster and reference stay readable however
 * long the title is, so that mails of one incident are found and sorted together.
 */
export const incidentSubject = (tag: string, stem: Stem, cluster: string, reference: string): string => {
  const end = ` (${clusterName(cluster)}) ${reference}`;
  const room = MAX_SUBJECT - end.length;
  const kept = fitted(stem, Math.max(20, room - TAG_ROOM));
  return safeSubject(`${safeSubject(`[${tag}] ${kept}`, room)}${end}`);
};

/** "[WEEKLY] 3 open (1 high, 2 medium), 1 resolved (orders-prod)": the cluster stays readable. */
export const subjectLine = (tag: string, stem: string, cluster: string): string => {
  const end = ` (${clusterName(cluster)})`;
  return safeSubject(`${safeSubject(`[${tag}] ${stem}`, MAX_SUBJECT - end.length)}${end}`);
};
