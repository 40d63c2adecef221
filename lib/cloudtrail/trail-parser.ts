// Makes records of a trail file's uncompressed bytes and has them summed up: as they come, and never the whole file at once.
import { mayBeDsql, summaryOfForeign } from "./foreign-record.ts";
import { MAX_RECORD_BYTES, type PieceFlaw } from "./held-piece.ts";
import { unwrap } from "./parse-record.ts";
import { isPrinted, isTrailFile, jsonOf, recordsWithin } from "./records-within.ts";
import { type QuickTaker, splitRecords } from "./split-records.ts";
import { badFile, type OnConnection, type TrailFile, trailSums } from "./trail-sums.ts";
import { utf8Chunks } from "./utf8-chunks.ts";

/** `end` throws AuditError "bad-file" when the file is empty, no JSON, or breaks off. */
export type TrailParser = { readonly push: (chunk: Uint8Array) => void; readonly end: () => TrailFile };

/** So many of DSQL's records in a row make it likely that the next ones are, too. */
const RUN_AFTER = 20;

/** Lists within lists: nobody writes deeper, and a forger's file shall not exhaust the stack. */
const MAX_WITHIN = 4;

/** Parsing many records at a time is quickest, as long as nearly all of them are DSQL's. `taken`: connections so far. */
const quickTaker = (take: (raw: unknown) => void, taken: () => number): QuickTaker => {
  let inARow = 0;
  return {
    wantsRun: () => inARow >= RUN_AFTER,
    takeRun: (bytes) => {
      const run = mayBeDsql(bytes) ? jsonOf(`[${bytes.toString("utf8")}]`) : undefined;
      if (!Array.isArray(run) || run.some(isTrailFile)) {
        inARow = 0;
        return false;
      }
      const before = taken();
      for (const raw of run) take(raw);
      if ((taken() - before) * 2 < run.length) inARow = 0;
      return true;
    },
    takeOne: (bytes) => {
      const raw = mayBeDsql(bytes) ? jsonOf(bytes.toString("utf8")) : undefined;
      inARow = raw === undefined ? 0 : inARow + 1;
      if (raw === undefined || isTrailFile(raw)) return false;
      take(raw);
      return true;
    },
  };
};

/** Parses a file's uncompressed bytes as they come. Until `end` has returned, connections are only promised. */
export const trailParser = (name: string, onConnection: OnConnection): TrailParser => {
  const sums = trailSums(name, onConnection);

  /** What has been parsed as JSON: a record, or a trail file that stands where a record would, also in an envelope. */
  const take = (raw: unknown, within = 0, inEnvelope = false): void => {
    const { content, enveloped } = unwrap(raw);
    const wrapped = inEnvelope || enveloped;
    const inner = within < MAX_WITHIN ? recordsWithin(content) : undefined;
    if (!inner) {
      sums.take(raw, wrapped);
      return;
    }
    const printed = isPrinted(content);
    for (const one of inner) take(one, within + 1, wrapped || printed);
  };
  /** How many trail files stand around the piece, each in the place of a record. */
  let nested = 0;
  const onPiece = (bytes: Buffer, flaw?: PieceFlaw): void => {
    const foreign = flaw === undefined ? summaryOfForeign(bytes) : undefined;
    if (foreign) {
      sums.takeForeign(foreign);
      return;
    }
    if (flaw === "oversize") {
      sums.reject(`is larger than ${MAX_RECORD_BYTES} bytes`);
      return;
    }
    const raw = jsonOf(bytes.toString("utf8"));
    if (raw === undefined) sums.reject(flaw === "broken" ? "breaks off before its end" : "is not JSON");
    else if (nested < MAX_WITHIN && isTrailFile(raw)) {
      // Of a key that comes twice JSON.parse keeps the last value alone.
      nested++;
      const file = splitRecords(onPiece);
      file.push(bytes);
      file.end();
      nested--;
    } else take(raw, nested);
  };

  const splitter = splitRecords(onPiece, quickTaker(take, sums.connections));
  const text = utf8Chunks();
  return {
    push: (chunk) => splitter.push(text.of(chunk)),
    end: () => {
      splitter.push(text.rest());
      const ending = splitter.end();
      if (ending === "empty") throw badFile(name, "is empty");
      if (ending === "no-json") throw badFile(name, "is not JSON");
      if (ending === "truncated") throw badFile(name, "breaks off before its end");
      return sums.result();
    },
  };
};
