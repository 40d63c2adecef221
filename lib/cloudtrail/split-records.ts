// Cuts a byte stream of JSON into its records without parsing them: exact about strings and nesting, so that text that a
// caller chose (a user agent, a nested document) can never look like a record. Holds one record at a time.
import { heldPiece, MAX_RECORD_BYTES, type OnPiece } from "./held-piece.ts";
import { skipElement } from "./json-bytes.ts";
import { beginning, type Step, stepsOf, TOP, WRAPPER } from "./record-steps.ts";

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

const BETWEEN = Buffer.from("},{");
const RUN_BYTES = 128 * 1024;
const NOTHING = Buffer.alloc(0);

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
