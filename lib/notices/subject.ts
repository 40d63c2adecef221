// The subject line of a notice, made safe for SNS and for the mail programs behind it.

// SNS says "no line breaks or control characters, and less than 100 characters"; its older pages add ASCII that begins with
// a letter, a number or a punctuation mark. We keep to both: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
export const MAX_SUBJECT = 99;

const ELLIPSIS = "...";

/** Any text to 1 to 99 printable ASCII characters on one line. What has no ASCII form becomes `?`; idempotent. */
export const safeSubject = (text: string): string => {
  const ascii = text
    .normalize("NFKD") // é becomes e and an accent, a full-width letter its plain one
    .replace(/\p{M}|\p{Cf}/gu, "") // accents, and characters that hide or turn text around
    .replace(/[\s\p{Cc}\p{Z}]+/gu, " ")
    .replace(/[^ -~]/gu, "?")
    .replaceAll("=?", "= ?") // else a hostile name could smuggle in a MIME encoded word (RFC 2047)
    .trim();
  if (ascii === "") return "(no subject)";
  return ascii.length <= MAX_SUBJECT
    ? ascii
    : `${ascii.slice(0, MAX_SUBJECT - ELLIPSIS.length).trimEnd()}${ELLIPSIS}`;
};
