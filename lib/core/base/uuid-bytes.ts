// UUIDs as sixteen bytes and back, in the only form that is read again as it was written: lower-case, with its dashes.

export const UUID_BYTES = 16;

const UUID_LENGTH = 36;
const DASH = 45;
const NO_DIGIT = 255;
const HEX = "0123456789abcdef";

/** By character code: the hexadecimal digit. */
const DIGITS = new Uint8Array(128).fill(NO_DIGIT);
for (const [digit, character] of [...HEX].entries()) DIGITS[character.charCodeAt(0)] = digit;

const isDashAt = (at: number): boolean => at === 8 || at === 13 || at === 18 || at === 23;

const digitAt = (text: string, at: number): number => {
  const code = text.charCodeAt(at);
  return code < DIGITS.length ? (DIGITS[code] ?? NO_DIGIT) : NO_DIGIT;
};

/** Writes the UUID at `offset`. false: the text is no UUID of that form, and the bytes there mean nothing. */
export const writeUuid = (bytes: Uint8Array, offset: number, text: string): boolean => {
  if (text.length !== UUID_LENGTH) return false;
  let to = offset;
  for (let at = 0; at < UUID_LENGTH; ) {
    if (isDashAt(at)) {
      if (text.charCodeAt(at++) !== DASH) return false;
      continue;
    }
    const [high, low] = [digitAt(text, at), digitAt(text, at + 1)];
    if (high === NO_DIGIT || low === NO_DIGIT) return false;
    bytes[to++] = (high << 4) | low;
    at += 2;
  }
  return true;
};

const letters = Buffer.alloc(UUID_LENGTH);

/** The UUID that `writeUuid` wrote at `offset`. */
export const readUuid = (bytes: Uint8Array, offset: number): string => {
  let from = offset;
  for (let at = 0; at < UUID_LENGTH; ) {
    if (isDashAt(at)) {
      letters[at++] = DASH;
      continue;
    }
    const byte = bytes[from++] ?? 0;
    letters[at++] = HEX.charCodeAt(byte >> 4);
    letters[at++] = HEX.charCodeAt(byte & 15);
  }
  return letters.toString("latin1");
};
