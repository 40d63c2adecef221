// Keeps a notice's text within a number of bytes and says so where something had to go.

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export const byteLength = (text: string): number => encoder.encode(text).length;

// At most `maxBytes` of UTF-8, never half a character.
const prefix = (text: string, maxBytes: number): string => {
  const bytes = encoder.encode(text);
  if (bytes.length <= maxBytes) return text;
  let end = Math.max(0, maxBytes);
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return decoder.decode(bytes.subarray(0, end));
};

const cutNote = (cut: number, whole: number, maxBytes: number): string =>
  `\n\n[Cut short: ${cut} of ${whole} bytes are left out here, because a notification holds at most ${maxBytes} bytes.]\n`;

/** `text` whole, or its beginning with a note at the end; the result is at most `maxBytes` (200 or more) of UTF-8. */
export const fitToBytes = (text: string, maxBytes: number): { text: string; cutBytes: number } => {
  const whole = byteLength(text);
  if (whole <= maxBytes) return { text, cutBytes: 0 };
  // The note is measured with the largest figure that it can bear, so that the true one always fits.
  const kept = prefix(text, maxBytes - byteLength(cutNote(whole, whole, maxBytes)));
  const cutBytes = whole - byteLength(kept);
  return { text: kept + cutNote(cutBytes, whole, maxBytes), cutBytes };
};
