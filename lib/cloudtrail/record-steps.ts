// Steps byte by byte through a stream of JSON to the records in it: what stands where, and which strings and brackets are open.
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
} from "./json-bytes.ts";

// Where an element would stand: between documents, in a list at the top, or in the Records list of a wrapper object,
// and in the rest of such a wrapper.
export const TOP = 0;
const LIST = 1;
const RECORDS = 2;
export const WRAPPER = 3;

const KEY = Buffer.from("Records");

export type Scan = Nesting & {
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
  /** How many letters of `Records` the string at depth 1 has matched; -1: not that string. */
  keyAt: number;
  /** Of a letter of the key that is written as a number (`\u0052`): the digits that are still to come, and those read. */
  digitsLeft: number;
  digits: number;
  /** 1: the string was `Records`; 2: and a colon came. */
  afterKey: 0 | 1 | 2;
  lineStart: boolean;
  /** Where the current element begins in this chunk. */
  start: number;
};

export const beginning = (): Scan => ({
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
  digitsLeft: 0,
  digits: 0,
  afterKey: 0,
  lineStart: true,
  start: 0,
});

/** Each of them looks at the byte at `at` and returns the index of the last byte that it has dealt with. */
export type Step = (chunk: Buffer, at: number) => number;

/** Takes the rest of an element that has come to its end, or was cut. */
type Finish = (rest: Buffer, flaw?: "broken") => void;
/** What was read as an element is a wrapper: its records come now. */
type EnterRecords = (home: Scan["home"]) => void;

const LETTER_U = 0x75;

/** The byte after a backslash. Letters can be written as numbers alone: any other escape is not in the key. */
const escapedInKey = (scan: Scan, byte: number): void => {
  scan.digits = 0;
  scan.digitsLeft = byte === LETTER_U ? 4 : 0;
  if (byte !== LETTER_U) scan.keyAt = -1;
};

/** One digit of a letter of the key. */
const digitInKey = (scan: Scan, byte: number): void => {
  const digit = Number.parseInt(String.fromCharCode(byte), 16);
  scan.digits = scan.digits * 16 + digit;
  scan.digitsLeft--;
  if (Number.isNaN(digit)) scan.keyAt = -1;
  else if (scan.digitsLeft === 0) scan.keyAt = scan.digits === KEY[scan.keyAt] ? scan.keyAt + 1 : -1;
};

const letterInKey = (scan: Scan, byte: number): void => {
  if (scan.digitsLeft > 0) digitInKey(scan, byte);
  else scan.keyAt = byte === KEY[scan.keyAt] ? scan.keyAt + 1 : -1;
};

/** Within a string. */
const textStep =
  (scan: Scan, finish: Finish): Step =>
  (chunk, at) => {
    const byte = chunk[at] as number;
    if (scan.escaped) {
      scan.escaped = false;
      if (scan.keyAt >= 0) escapedInKey(scan, byte);
    } else if (byte === QUOTE) {
      scan.inString = false;
      scan.digitsLeft = 0;
      if (scan.keyAt === KEY.length) scan.afterKey = 1;
      else scan.opening = false;
      scan.keyAt = -1;
      if (scan.inElement && scan.scalar && scan.depth === 0) finish(chunk.subarray(scan.start, at + 1));
    } else if (byte === BACKSLASH) {
      scan.escaped = true;
      if (scan.digitsLeft > 0) scan.keyAt = -1;
      scan.digitsLeft = 0;
    } else if (byte === NEWLINE && scan.where === TOP) {
      // No JSON string holds a bare line feed: this line was cut, the next one may be whole.
      scan.inString = false;
      scan.keyAt = -1;
      scan.digitsLeft = 0;
      finish(chunk.subarray(scan.start, at), "broken");
      scan.lineStart = true;
    } else if (scan.keyAt >= 0) letterInKey(scan, byte);
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

/** At the first key of a list's element, which may be a trail file. */
const openingStep =
  (scan: Scan, enterRecords: EnterRecords): Step =>
  (chunk, at) => {
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

/** Within a document at the top, or an element that may be cut. */
const documentStep =
  (scan: Scan, finish: Finish, enterRecords: EnterRecords): Step =>
  (chunk, at) => {
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

/** Between the keys of an object that holds the records; a key may come twice in it, and the records of both are records. */
const wrapperStep =
  (scan: Scan, enterRecords: EnterRecords): Step =>
  (chunk, at) => {
    const byte = chunk[at] as number;
    const { afterKey } = scan;
    if (isSpace(byte)) return at;
    scan.afterKey = byte === COLON && afterKey === 1 ? 2 : 0;
    if (byte === QUOTE) {
      scan.inString = true;
      scan.keyAt = scan.depth === 1 ? 0 : -1;
    } else if (byte === OPEN_BRACKET && afterKey === 2) enterRecords(scan.home);
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) scan.depth++;
    else if ((byte === CLOSE_BRACE || byte === CLOSE_BRACKET) && --scan.depth === 0) scan.where = scan.home;
    return at;
  };

/** Between the elements of a list, or the documents of a file. */
const betweenStep = (scan: Scan): Step => {
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

  return (chunk, at) => {
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
};

/** The steps through everything but the elements of lists, byte by byte. */
export const stepsOf = (
  scan: Scan,
  finish: Finish,
  forget: () => void,
): Record<"inText" | "inOpening" | "inDocument" | "inScalar" | "inWrapper" | "between", Step> => {
  const enterRecords: EnterRecords = (home) => {
    scan.where = RECORDS;
    scan.home = home;
    scan.inElement = false;
    scan.opening = false;
    scan.afterKey = 0;
    forget();
  };

  const inText = textStep(scan, finish);

  const inOpening = openingStep(scan, enterRecords);

  const inDocument = documentStep(scan, finish, enterRecords);

  const inWrapper = wrapperStep(scan, enterRecords);

  const between = betweenStep(scan);

  const inScalar: Step = (chunk, at) => {
    const byte = chunk[at] as number;
    if (byte !== COMMA && byte !== CLOSE_BRACKET && !isSpace(byte)) return at;
    if (scan.where === TOP && byte !== NEWLINE) return at;
    finish(chunk.subarray(scan.start, at));
    return scan.where === WRAPPER ? inWrapper(chunk, at) : between(chunk, at);
  };

  return { inText, inOpening, inDocument, inScalar, inWrapper, between };
};
