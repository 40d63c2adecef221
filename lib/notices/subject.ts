// The subject line of a notice, made safe for SNS and for the mail programs behind it.
import { clusterName } from "../core/base/visible-text.ts";

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

/**
 * "[HIGH] OrdersApi: Connection from a new network (orders-prod) inc-3f9a1c2b": cluster and reference stay readable
 * however long the rest is, so that mails of one incident are found and sorted together.
 */
export const subjectLine = (tag: string, stem: string, cluster: string, reference?: string): string => {
  const end = ` (${clusterName(cluster)})${reference === undefined ? "" : ` ${reference}`}`;
  const room = MAX_SUBJECT - end.length;
  const kept = reference === undefined ? stem : safeSubject(stem, Math.max(20, room - TAG_ROOM));
  return safeSubject(`${safeSubject(`[${tag}] ${kept}`, room)}${end}`);
};
