// Cuts a byte stream of JSON into its records without parsing them: exact about strings and nesting, so that text that a
// caller chose (a user agent, a nested document) can never look like a record. Holds one record at a time.
import { heldPiece, MAX_RECORD_BYTES, type OnPiece } from "./held-piece.ts";
import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  isMark,
  isSpace,
  NEWLINE,
  type Nesting,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  skipElement,
} from "./json-bytes.ts";

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
const KEY = Buffer.from("Records");
const NOTHING = Buffer.alloc(0);

type Scan = Nesting & {
  where: typeof TOP | typeof LIST | typeof RECORDS | typeof WRAPPER;
  /** Where a wrapper stands: in a list of trail files, or at the top. */
  home: typeof TOP | typeof LIST;
  seenAny: boolean;
  noJson: boolean;
  inElement: boolean;
  /** The element is a bare word or number: it ends at a delimiter. */
  scalar: boolean;
  /** The first key of a list's element is not read yet: it may be a trail file. */
  opening: boolean;
  /** How many bytes of `Records` the string at depth 1 has matched; -1: not that string. */
  keyAt: number;
  /** 1: the string was `Records`; 2: and a colon came. */
  afterKey: 0 | 1 | 2;
  lineStart: boolean;
  /** Where the current element begins in this chunk. */
  start: number;
};

const beginning = (): Scan => ({
  where: TOP,
  home: TOP,
  seenAny: false,
  noJson: false,
  depth: 0, // within the element, or within the rest of the wrapper
  inElement: false,
  scalar: false,
  opening: false,
  inString: false,
  escaped: false,
  keyAt: -1,
  afterKey: 0,
  lineStart: true,
  start: 0,
});

/** The index of the last byte taken from `start` on; `start`: nothing; -1: nothing looks like the end of an element. */
const takeQuickly = (chunk: Buffer, start: number, quick: QuickTaker): number => {
  const next = chunk.indexOf(BETWEEN, start);
  if (next < 0 || next - start > MAX_RECORD_BYTES) return -1;
  if (quick.wantsRun()) {
    const last = chunk.lastIndexOf(BETWEEN, start + RUN_BYTES);
    if (last > next && quick.takeRun(chunk.subarray(start, last + 1))) return last;
  }
  return quick.takeOne(chunk.subarray(start, next + 1)) ? next : start;
};

/** Each of them looks at the byte at `at` and returns the index of the last byte that it has dealt with. */
type Step = (chunk: Buffer, at: number) => number;

/**
 * Calls `onPiece` with the bytes of each record, in order: elements of `{"Records":[…]}` (wherever the key stands), of a
 * top-level array, of an array of such files, of JSON lines or of documents one after the other. `quick` saves looking at
 * each byte.
 */
export const splitRecords = (onPiece: OnPiece, quick?: QuickTaker): RecordSplitter => {
  const scan = beginning();
  const piece = heldPiece(onPiece);
  const steps = stepsOf(
    scan,
    (rest, flaw) => {
      scan.inElement = false;
      piece.finish(rest, flaw);
    },
    piece.forget,
  );

  /** Elements of lists, whose nesting is all that counts. */
  let compact = false; // elements stand close together, as CloudTrail writes them
  const inListElement: Step = (chunk, at) => {
    if (compact && quick && at === scan.start + 1 && scan.depth === 1 && !piece.begun()) {
      const taken = takeQuickly(chunk, scan.start, quick);
      if (taken > scan.start) {
        scan.inElement = false;
        return taken;
      }
      compact = taken === scan.start;
    }
    if (scan.opening) return scan.inString ? steps.inText(chunk, at) : steps.inOpening(chunk, at);
    const after = skipElement(chunk, at, scan);
    if (after < 0) return chunk.length;
    scan.inElement = false;
    piece.finish(chunk.subarray(scan.start, after));
    return after - 1;
  };

  const push = (input: Uint8Array): void => {
    const chunk = Buffer.isBuffer(input)
      ? input
      : Buffer.from(input.buffer, input.byteOffset, input.byteLength);
    scan.start = 0;
    compact = quick !== undefined;
    for (let at = 0; at < chunk.length && !scan.noJson; ) {
      let last: number;
      if (scan.inElement && !scan.scalar && scan.where !== TOP) last = inListElement(chunk, at);
      else if (scan.inString) last = steps.inText(chunk, at);
      else if (scan.inElement) last = scan.scalar ? steps.inScalar(chunk, at) : steps.inDocument(chunk, at);
      else last = scan.where === WRAPPER ? steps.inWrapper(chunk, at) : steps.between(chunk, at);
      at = last + 1;
    }
    if (scan.inElement) piece.hold(chunk.subarray(scan.start));
  };

  const end = (): ReturnType<RecordSplitter["end"]> => {
    if (!scan.seenAny) return "empty";
    if (scan.noJson) return "no-json";
    if (scan.where !== TOP) return "truncated";
    if (scan.inElement) {
      scan.inElement = false;
      piece.finish(NOTHING, "broken");
    }
    return "whole";
  };
  return { push, end };
};

/** The steps through everything but the elements of lists, byte by byte. */
const stepsOf = (
  scan: Scan,
  finish: (rest: Buffer, flaw?: "broken") => void,
  forget: () => void,
): Record<"inText" | "inOpening" | "inDocument" | "inScalar" | "inWrapper" | "between", Step> => {
  const enterRecords = (home: Scan["home"]): void => {
    scan.where = RECORDS;
    scan.home = home;
    scan.inElement = false;
    scan.opening = false;
    scan.afterKey = 0;
    forget();
  };

  const inText: Step = (chunk, at) => {
    const byte = chunk[at] as number;
    if (scan.escaped) scan.escaped = false;
    else if (byte === QUOTE) {
      scan.inString = false;
      if (scan.keyAt === KEY.length) scan.afterKey = 1;
      else scan.opening = false;
      scan.keyAt = -1;
      if (scan.inElement && scan.scalar && scan.depth === 0) finish(chunk.subarray(scan.start, at + 1));
    } else if (byte === BACKSLASH) {
      scan.escaped = true;
      scan.keyAt = -1;
    } else if (byte === NEWLINE && scan.where === TOP) {
      // No JSON string holds a bare line feed: this line was cut, the next one may be whole.
      scan.inString = false;
      scan.keyAt = -1;
      finish(chunk.subarray(scan.start, at), "broken");
      scan.lineStart = true;
    } else if (scan.keyAt >= 0)
      scan.keyAt = scan.keyAt < KEY.length && byte === KEY[scan.keyAt] ? scan.keyAt + 1 : -1;
    else {
      // The common case, kept tight: run to the next quote, backslash or line feed.
      let next = at + 1;
      for (; next < chunk.length; next++) {
        const ahead = chunk[next] as number;
        if (ahead === QUOTE || ahead === BACKSLASH || ahead === NEWLINE) break;
      }
      return next - 1;
    }
    return at;
  };

  const inOpening: Step = (chunk, at) => {
    const byte = chunk[at] as number;
    if (isSpace(byte)) return at;
    if (byte === QUOTE && scan.afterKey === 0) {
      scan.inString = true;
      scan.keyAt = 0;
    } else if (byte === COLON && scan.afterKey === 1) scan.afterKey = 2;
    else if (byte === OPEN_BRACKET && scan.afterKey === 2) enterRecords(LIST);
    else {
      scan.opening = false;
      scan.afterKey = 0;
      return at - 1;
    }
    return at;
  };

  const inDocument: Step = (chunk, at) => {
    const byte = chunk[at] as number;
    if (byte === QUOTE) {
      scan.inString = true;
      scan.afterKey = 0;
      scan.keyAt = scan.depth === 1 ? 0 : -1;
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      if (scan.afterKey === 2 && byte === OPEN_BRACKET && scan.depth === 1) enterRecords(TOP);
      else if (scan.lineStart && byte === OPEN_BRACE) {
        // A record at the start of a line inside another: the line before it was cut.
        finish(chunk.subarray(scan.start, at), "broken");
        scan.inElement = true;
        scan.start = at;
        scan.depth = 1;
      } else scan.depth++;
      scan.afterKey = 0;
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      scan.afterKey = 0;
      if (--scan.depth === 0) finish(chunk.subarray(scan.start, at + 1));
    } else if (byte === COLON) scan.afterKey = scan.afterKey === 1 ? 2 : 0;
    else if (scan.afterKey !== 0 && !isSpace(byte)) scan.afterKey = 0;
    scan.lineStart = byte === NEWLINE || (scan.lineStart && isMark(byte));
    return at;
  };

  const inScalar: Step = (chunk, at) => {
    const byte = chunk[at] as number;
    if (byte !== COMMA && byte !== CLOSE_BRACKET && !isSpace(byte)) return at;
    if (scan.where === TOP && byte !== NEWLINE) return at;
    finish(chunk.subarray(scan.start, at));
    return scan.where === WRAPPER ? inWrapper(chunk, at) : between(chunk, at);
  };

  const inWrapper: Step = (chunk, at) => {
    const byte = chunk[at] as number;
    if (byte === QUOTE) scan.inString = true;
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) scan.depth++;
    else if ((byte === CLOSE_BRACE || byte === CLOSE_BRACKET) && --scan.depth === 0) scan.where = scan.home;
    return at;
  };

  const begin = (at: number, byte: number): void => {
    scan.inElement = true;
    scan.start = at;
    scan.afterKey = 0;
    scan.scalar = byte !== OPEN_BRACE && byte !== OPEN_BRACKET;
    scan.opening = scan.where === LIST && byte === OPEN_BRACE;
    scan.depth = scan.scalar ? 0 : 1;
    if (scan.scalar && byte === QUOTE) {
      scan.inString = true;
      scan.keyAt = -1;
    }
  };

  const between: Step = (chunk, at) => {
    const byte = chunk[at] as number;
    scan.lineStart = byte === NEWLINE;
    if (isSpace(byte) || isMark(byte)) return at;
    if (!scan.seenAny) {
      scan.seenAny = true;
      scan.noJson = byte !== OPEN_BRACE && byte !== OPEN_BRACKET;
      if (scan.noJson) return at;
    }
    if (byte === COMMA) return at;
    if (scan.where === TOP && byte === OPEN_BRACKET) scan.where = LIST;
    else if (scan.where !== TOP && byte === CLOSE_BRACKET) {
      scan.where = scan.where === RECORDS ? WRAPPER : TOP;
      scan.depth = 1;
    } else begin(at, byte);
    return at;
  };

  return { inText, inOpening, inDocument, inScalar, inWrapper, between };
};
