// Reads one trail file, gzip or not: `{"Records":[…]}`, a JSON array, JSON lines, EventBridge envelopes. A file that breaks
// off or is no JSON counts for nothing: what it holds comes out only once its end has been seen.
import { pipeline } from "node:stream/promises";
import { createGunzip, gunzipSync } from "node:zlib";
import type { Rejected } from "../core/activity.ts";
import type { Connection } from "../core/connection.ts";
import { ANY_SCOPE, type Scope, scopeOf } from "../core/coverage-scope.ts";
import type { ManagementEvent } from "../core/management-event.ts";
import { textOf } from "../core/principal.ts";
import { floorTo, HOUR, type Instant } from "../core/time.ts";
import { parseTrailFileName } from "../core/trail-file-name.ts";
import { AuditError } from "../errors.ts";
import { mayBeDsql, summaryOfForeign } from "./foreign-record.ts";
import { parseManagementEvent } from "./parse-management-event.ts";
import { parseRecord, unwrapRecord } from "./parse-record.ts";
import { MAX_RECORD_BYTES, type PieceFlaw, type QuickTaker, splitRecords } from "./split-records.ts";

/** `records = connections + ignored + rejected`. */
export type TrailFile = {
  readonly records: number;
  readonly connections: number;
  readonly ignored: number;
  readonly rejected: readonly Rejected[];
  /** The hours that its records lie in, by account and Region. Empty for EventBridge envelopes: they prove no delivery. */
  readonly hours: ReadonlyMap<Scope, ReadonlySet<Instant>>;
  /** What happened to trails and clusters: among the ignored records, and kept apart. */
  readonly management: readonly ManagementEvent[];
};

export type OnConnection = (connection: Connection, index: number) => void;

/** A file with more unreadable records than this is no trail file: it is refused instead of filling the memory. */
const MAX_REJECTED = 10_000;

/** No account changes its trails so often in the minutes of one file; a forger shall not fill the memory. */
const MAX_MANAGEMENT = 10_000;

/** Opens a file anew each time it is called: a large file is read twice, first to see that it is whole. */
export type TrailFileSource = { readonly name: string; readonly open: () => AsyncIterable<Uint8Array> };

type Parser = { readonly push: (chunk: Uint8Array) => void; readonly end: () => TrailFile };

const badFile = (name: string, what: string, cause?: unknown): AuditError =>
  new AuditError("bad-file", `${name} ${what}`, {
    cause,
    hint: "Fetch the file again; nothing of it was counted.",
  });

/** So many of DSQL's records in a row make it likely that the next ones are, too. */
const RUN_AFTER = 20;

/** undefined: no JSON. JSON itself has no undefined. */
const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const parser = (name: string, onConnection: OnConnection): Parser => {
  let records = 0;
  let connections = 0;
  let ignored = 0;
  let enveloped = 0;
  const rejected: Rejected[] = [];
  const management: ManagementEvent[] = [];
  const hours = new Map<Scope, Set<Instant>>();
  const named = parseTrailFileName(name);
  const ofName = named ? scopeOf(named.account, named.region) : ANY_SCOPE;

  const note = (at: Instant | undefined, account: string | undefined, region: string | undefined): void => {
    if (at === undefined) return;
    const own = scopeOf(account, region);
    const scope = own === ANY_SCOPE ? ofName : own;
    const known = hours.get(scope);
    const hour = floorTo(HOUR, at);
    if (known) known.add(hour);
    else hours.set(scope, new Set([hour]));
  };
  const reject = (index: number, reason: string): void => {
    if (rejected.length >= MAX_REJECTED) {
      throw badFile(name, `is no trail file: more than ${MAX_REJECTED} of its records cannot be read`);
    }
    rejected.push({ file: name, index, reason });
  };

  /** A record that has been parsed as JSON. */
  const take = (raw: unknown, index: number): void => {
    const parsed = parseRecord(raw);
    if (parsed.kind === "rejected") {
      reject(index, parsed.reason);
      return;
    }
    const { record, enveloped: wrapped } = unwrapRecord(raw);
    const at = parsed.kind === "ignored" ? parsed.at : parsed.connection.at;
    if (wrapped) enveloped++;
    else note(at, textOf(record.recipientAccountId), textOf(record.awsRegion));
    if (parsed.kind === "ignored") {
      ignored++;
      const event = parseManagementEvent(raw);
      if (event && management.length < MAX_MANAGEMENT) management.push(event);
    } else {
      connections++;
      onConnection(parsed.connection, index);
    }
  };
  const onPiece = (bytes: Buffer, flaw?: PieceFlaw): void => {
    const index = records++;
    const foreign = flaw === undefined ? summaryOfForeign(bytes) : undefined;
    if (foreign) {
      ignored++;
      note(foreign.at, foreign.account, foreign.region);
    } else if (flaw === "oversize") reject(index, `is larger than ${MAX_RECORD_BYTES} bytes`);
    else {
      const raw = jsonOf(bytes.toString("utf8"));
      if (raw === undefined) reject(index, flaw === "broken" ? "breaks off before its end" : "is no JSON");
      else take(raw, index);
    }
  };

  // Parsing many records at a time is quickest, as long as nearly all of them are DSQL's.
  let inARow = 0;
  const quick: QuickTaker = {
    wantsRun: () => inARow >= RUN_AFTER,
    takeRun: (bytes) => {
      const run = mayBeDsql(bytes) ? jsonOf(`[${bytes.toString("utf8")}]`) : undefined;
      if (!Array.isArray(run)) {
        inARow = 0;
        return false;
      }
      const before = connections;
      for (const raw of run) take(raw, records++);
      if ((connections - before) * 2 < run.length) inARow = 0;
      return true;
    },
    takeOne: (bytes) => {
      const raw = mayBeDsql(bytes) ? jsonOf(bytes.toString("utf8")) : undefined;
      inARow = raw === undefined ? 0 : inARow + 1;
      if (raw === undefined) return false;
      take(raw, records++);
      return true;
    },
  };

  const splitter = splitRecords(onPiece, quick);
  return {
    push: splitter.push,
    end: () => {
      const ending = splitter.end();
      if (ending === "empty") throw badFile(name, "is empty");
      if (ending === "no-json") throw badFile(name, "is no JSON");
      if (ending === "truncated") throw badFile(name, "breaks off before its end");
      if (!hours.size && !enveloped && named) hours.set(ofName, new Set([floorTo(HOUR, named.at)]));
      return { records, connections, ignored, rejected, hours, management };
    },
  };
};

const isGzip = (head: Uint8Array): boolean => head[0] === 0x1f && head[1] === 0x8b;

const isZlibError = (error: unknown): boolean =>
  error instanceof Error && "code" in error && String(error.code).startsWith("Z_");

/** Above this many uncompressed bytes a file is streamed. */
const AT_ONCE = 48 * 1024 * 1024;

/**
 * Reads a file that is in memory. Throws AuditError "bad-file" when it is empty, no JSON, truncated, or larger than 48 MB
 * uncompressed ("too-large" by returning undefined: read it as a stream).
 */
export const readTrailBytes = (
  name: string,
  bytes: Uint8Array,
  onConnection: OnConnection,
): TrailFile | undefined => {
  let plain = bytes;
  if (isGzip(bytes)) {
    try {
      plain = gunzipSync(bytes, { maxOutputLength: AT_ONCE });
    } catch (error) {
      if (error instanceof RangeError) return undefined;
      throw badFile(name, "is no whole gzip file", error);
    }
  }
  const held: [Connection, number][] = [];
  const reading = parser(name, (connection, index) => held.push([connection, index]));
  reading.push(plain);
  const file = reading.end();
  for (const [connection, index] of held) onConnection(connection, index);
  return file;
};

/** `afterChunk` is awaited before the next chunk is asked for: backpressure. */
const pump = async (
  name: string,
  source: AsyncIterable<Uint8Array>,
  into: Parser,
  afterChunk?: () => Promise<void>,
): Promise<TrailFile> => {
  const chunks = source[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  let done = false;
  while (head.length < 2 && !done) {
    const next = await chunks.next();
    done = next.done === true;
    if (!next.done) head = Buffer.concat([head, next.value]);
  }
  const whole = async function* (): AsyncGenerator<Uint8Array> {
    yield head;
    if (!done) yield* { [Symbol.asyncIterator]: () => chunks };
  };
  const drain = async (plain: AsyncIterable<Uint8Array>): Promise<void> => {
    for await (const chunk of plain) {
      into.push(chunk);
      await afterChunk?.();
    }
  };
  try {
    if (isGzip(head)) await pipeline(whole, createGunzip({ chunkSize: 256 * 1024 }), drain);
    else await drain(whole());
  } catch (error) {
    throw isZlibError(error) ? badFile(name, "is no whole gzip file", error) : error;
  }
  return into.end();
};

/** So many connections of a file are held while its end is awaited; a larger file is read twice instead. */
const HOLD = 20_000;

/**
 * Streams a file of any size in bounded memory. Connections come out in batches of at most `batch`, only when the file has
 * turned out to be whole; each batch is awaited. Throws AuditError "bad-file" for an empty, truncated or foreign file,
 * before anything came out; an error of the source as it is.
 */
export const readTrailFile = async (
  { name, open }: TrailFileSource,
  onBatch: (connections: readonly Connection[]) => Promise<void>,
  { batch = 5_000, hold = HOLD }: { batch?: number; hold?: number } = {},
): Promise<TrailFile> => {
  let held: Connection[] = [];
  let seen = 0;
  const file = await pump(
    name,
    open(),
    parser(name, (connection) => {
      if (++seen <= hold) held.push(connection);
      else held = [];
    }),
  );
  if (seen <= hold) {
    for (let at = 0; at < held.length; at += batch) await onBatch(held.slice(at, at + batch));
    return file;
  }
  const ready: Connection[] = [];
  const again = parser(name, (connection) => ready.push(connection));
  await pump(name, open(), again, async () => {
    while (ready.length >= batch) await onBatch(ready.splice(0, batch));
  });
  while (ready.length) await onBatch(ready.splice(0, batch));
  return file;
};
