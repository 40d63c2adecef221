// Cuts a byte stream of JSON into its records without parsing them: exact about strings and nesting, so that text that a
// caller chose (a user agent, a nested document) can never look like a record. Holds one record at a time.

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COLON = 0x3a;
const COMMA = 0x2c;
const NEWLINE = 0x0a;

/** CloudTrail's records are at most 1 MB; what is larger is skipped to its end and reported, not held. */
export const MAX_RECORD_BYTES = 4 * 1024 * 1024;

/**
 * Takes records that are only probably whole. A run is text from the beginning of an element of a list to what looks like
 * the end of one; only if it parses as elements is it such, for a piece that ends inside an element leaves brackets open.
 */
export type QuickTaker = {
  /** Whether several at a time are wanted now. */
  readonly wantsRun: () => boolean;
  /** Elements with commas between; true: they parsed and are taken. */
  readonly takeRun: (bytes: Buffer) => boolean;
  /** The same for one element. */
  readonly takeOne: (bytes: Buffer) => boolean;
};

/** `oversize`: the bytes are not there. `broken`: a line that does not end as JSON does. */
export type PieceFlaw = "oversize" | "broken";

export type RecordSplitter = {
  readonly push: (chunk: Uint8Array) => void;
  /** What the stream was: `empty`, `no-json`, `truncated` (ends inside a list), or whole. */
  readonly end: () => "whole" | "empty" | "no-json" | "truncated";
};

// Where an element would stand: between documents, in a list at the top, or in the Records list of a wrapper object,
// and in the rest of such a wrapper.
const TOP = 0;
const LIST = 1;
const RECORDS = 2;
const WRAPPER = 3;

const BETWEEN = Buffer.from("},{");
const RUN_BYTES = 128 * 1024;

const IS_TEXT = 1;
const OPENS = 2;
const CLOSES = 3;
const KIND = new Uint8Array(256);
KIND[QUOTE] = IS_TEXT;
KIND[OPEN_BRACE] = OPENS;
KIND[OPEN_BRACKET] = OPENS;
KIND[CLOSE_BRACE] = CLOSES;
KIND[CLOSE_BRACKET] = CLOSES;

const isSpace = (byte: number): boolean =>
  byte === 0x20 || byte === NEWLINE || byte === 0x0d || byte === 0x09;

/**
 * Calls `onPiece` with the bytes of each record, in order: elements of `{"Records":[…]}` (wherever the key stands), of a
 * top-level array, of JSON lines or of documents one after the other. The bytes are valid during the call only.
 * `quick` saves looking at each byte.
 */
export const splitRecords = (
  onPiece: (bytes: Buffer, flaw?: PieceFlaw) => void,
  quick?: QuickTaker,
): RecordSplitter => {
  let where = TOP;
  let seenAny = false;
  let noJson = false;
  let depth = 0; // within the element, or within the rest of the wrapper
  let inElement = false;
  let scalar = false; // the element is a bare word or number: it ends at a delimiter
  let inString = false;
  let escaped = false;
  let keyAt = -1; // how many bytes of `Records` the string at depth 1 has matched; -1: not that string
  let afterKey = 0; // 1: the string was `Records`; 2: and a colon came
  let lineStart = true;
  let held: Buffer[] = [];
  let heldBytes = 0;
  let oversize = false;
  const KEY = Buffer.from("Records");

  const hold = (bytes: Buffer): void => {
    if (oversize || !bytes.length) return;
    heldBytes += bytes.length;
    if (heldBytes > MAX_RECORD_BYTES) {
      oversize = true;
      held = [];
    } else held.push(Buffer.from(bytes));
  };
  const finish = (rest: Buffer, flaw?: PieceFlaw): void => {
    inElement = false;
    const tooLarge = oversize || heldBytes + rest.length > MAX_RECORD_BYTES;
    const bytes = tooLarge ? Buffer.alloc(0) : held.length ? Buffer.concat([...held, rest]) : rest;
    held = [];
    heldBytes = 0;
    oversize = false;
    onPiece(bytes, tooLarge ? "oversize" : flaw);
  };

  /**
   * The hot path: from `from` to the end of an element of a list, whose nesting is all that counts. Returns the index
   * after it, or -1 when the chunk ends first. Works on locals, which is what makes it three times as fast.
   */
  const skipElement = (chunk: Buffer, from: number): number => {
    const length = chunk.length;
    let at = from;
    let open = depth;
    let text = inString;
    if (escaped && at < length) {
      escaped = false;
      at++;
    }
    while (at < length) {
      const byte = chunk[at++] as number;
      if (text) {
        if (byte === QUOTE) text = false;
        else if (byte === BACKSLASH) {
          if (at === length) escaped = true;
          at++;
        }
      } else {
        const kind = KIND[byte] as number;
        if (kind === 0) continue;
        if (kind === IS_TEXT) text = true;
        else if (kind === OPENS) open++;
        else if (--open === 0) {
          depth = 0;
          inString = false;
          return at;
        }
      }
    }
    depth = open;
    inString = text;
    return -1;
  };

  /** The index of the last byte taken from `start` on; `start`: nothing; -1: nothing looks like the end of an element. */
  const takeQuickly = (chunk: Buffer, start: number): number => {
    if (!quick) return -1;
    const next = chunk.indexOf(BETWEEN, start);
    if (next < 0 || next - start > MAX_RECORD_BYTES) return -1;
    if (quick.wantsRun()) {
      const last = chunk.lastIndexOf(BETWEEN, start + RUN_BYTES);
      if (last > next && quick.takeRun(chunk.subarray(start, last + 1))) return last;
    }
    return quick.takeOne(chunk.subarray(start, next + 1)) ? next : start;
  };

  const push = (input: Uint8Array): void => {
    const chunk = Buffer.isBuffer(input)
      ? input
      : Buffer.from(input.buffer, input.byteOffset, input.byteLength);
    const length = chunk.length;
    let start = 0; // where the current element begins in this chunk
    let compact = quick !== undefined; // elements stand close together, as CloudTrail writes them
    for (let i = 0; i < length; i++) {
      if (inElement && !scalar && where !== TOP) {
        if (compact && quick && i === start + 1 && depth === 1 && !heldBytes) {
          const taken = takeQuickly(chunk, start);
          if (taken > start) {
            inElement = false;
            i = taken;
            continue;
          }
          compact = taken === start;
        }
        const after = skipElement(chunk, i);
        if (after < 0) break;
        finish(chunk.subarray(start, after));
        i = after - 1;
        continue;
      }
      const byte = chunk[i] as number;
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === QUOTE) {
          inString = false;
          if (keyAt === KEY.length) afterKey = 1;
          keyAt = -1;
          if (scalar && depth === 0) finish(chunk.subarray(start, i + 1));
        } else if (byte === BACKSLASH) {
          escaped = true;
          keyAt = -1;
        } else if (byte === NEWLINE && where === TOP) {
          // No JSON string holds a bare line feed: this line was cut, the next one may be whole.
          inString = false;
          keyAt = -1;
          finish(chunk.subarray(start, i), "broken");
          lineStart = true;
        } else if (keyAt >= 0) keyAt = keyAt < KEY.length && byte === KEY[keyAt] ? keyAt + 1 : -1;
        else {
          // The common case, kept tight: run to the next quote, backslash or line feed.
          let next = byte;
          while (next !== QUOTE && next !== BACKSLASH && next !== NEWLINE && ++i < length)
            next = chunk[i] as number;
          if (i < length) i--;
        }
        continue;
      }
      if (inElement && !scalar) {
        if (byte === QUOTE) {
          inString = true;
          afterKey = 0;
          keyAt = where === TOP && depth === 1 ? 0 : -1;
        } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
          if (afterKey === 2 && byte === OPEN_BRACKET && depth === 1) {
            where = RECORDS;
            inElement = false;
            held = [];
            heldBytes = 0;
            oversize = false;
          } else if (where === TOP && lineStart && byte === OPEN_BRACE) {
            // A record at the start of a line inside another: the line before it was cut.
            finish(chunk.subarray(start, i), "broken");
            inElement = true;
            start = i;
            depth = 1;
          } else depth++;
          afterKey = 0;
        } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
          afterKey = 0;
          if (--depth === 0) finish(chunk.subarray(start, i + 1));
        } else if (byte === COLON) afterKey = afterKey === 1 ? 2 : 0;
        else if (afterKey !== 0 && !isSpace(byte)) afterKey = 0;
        lineStart = byte === NEWLINE;
        continue;
      }
      if (scalar && inElement) {
        if (byte !== COMMA && byte !== CLOSE_BRACKET && !isSpace(byte)) continue;
        if (where !== TOP || byte === NEWLINE) finish(chunk.subarray(start, i));
        else continue;
      }
      if (where === WRAPPER) {
        if (byte === QUOTE) inString = true;
        else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
        else if ((byte === CLOSE_BRACE || byte === CLOSE_BRACKET) && --depth === 0) where = TOP;
        continue;
      }
      lineStart = byte === NEWLINE;
      if (isSpace(byte)) continue;
      if (!seenAny) {
        if (byte === 0xef || byte === 0xbb || byte === 0xbf) continue; // a byte order mark
        seenAny = true;
        noJson = byte !== OPEN_BRACE && byte !== OPEN_BRACKET;
      }
      if (noJson) return;
      if (byte === COMMA) continue;
      if (where !== TOP && byte === CLOSE_BRACKET) {
        where = where === RECORDS ? WRAPPER : TOP;
        depth = 1;
        continue;
      }
      if (where === TOP && byte === OPEN_BRACKET) {
        where = LIST;
        continue;
      }
      inElement = true;
      start = i;
      afterKey = 0;
      scalar = byte !== OPEN_BRACE && byte !== OPEN_BRACKET;
      depth = scalar ? 0 : 1;
      if (scalar && byte === QUOTE) {
        inString = true;
        keyAt = -1;
      }
    }
    if (inElement) hold(chunk.subarray(start));
  };

  const end = (): ReturnType<RecordSplitter["end"]> => {
    if (!seenAny) return "empty";
    if (noJson) return "no-json";
    if (where !== TOP) return "truncated";
    if (inElement) finish(Buffer.alloc(0), "broken");
    return "whole";
  };
  return { push, end };
};
