// Reads one trail file, gzip or not: `{"Records":[…]}`, a JSON array, JSON lines, EventBridge envelopes. A file that breaks
// off or is no JSON counts for nothing: what it holds comes out only once its end has been seen.
import { pipeline } from "node:stream/promises";
import { createGunzip, gunzipSync } from "node:zlib";
import type { Connection } from "../core/activity/connection.ts";
import { type TrailParser, trailParser } from "./trail-parser.ts";
import { badFile, type OnConnection, type TrailFile } from "./trail-sums.ts";

/** Opens a file anew each time it is called: a large file is read twice, first to see that it is whole. */
export type TrailFileSource = { readonly name: string; readonly open: () => AsyncIterable<Uint8Array> };

const isGzip = (head: Uint8Array): boolean => head[0] === 0x1f && head[1] === 0x8b;

const isZlibError = (error: unknown): boolean =>
  error instanceof Error && "code" in error && String(error.code).startsWith("Z_");

/** A file that was compressed again on its way; more layers than these are nobody's but a forger's. */
const MAX_LAYERS = 3;

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
  for (let layer = 0; layer < MAX_LAYERS && isGzip(plain); layer++) {
    try {
      plain = gunzipSync(plain, { maxOutputLength: AT_ONCE });
    } catch (error) {
      if (error instanceof RangeError) return undefined;
      throw badFile(name, "is not a whole gzip file", error);
    }
  }
  const held: [Connection, number][] = [];
  const reading = trailParser(name, (connection, index) => held.push([connection, index]));
  reading.push(plain);
  const file = reading.end();
  for (const [connection, index] of held) onConnection(connection, index);
  return file;
};

/** The first bytes of a stream, and all of it. */
const peek = async (
  source: AsyncIterable<Uint8Array>,
): Promise<{ head: Buffer; whole: () => AsyncGenerator<Uint8Array> }> => {
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
  return { head, whole };
};

/** `afterChunk` is awaited before the next chunk is asked for: backpressure. */
const pump = async (
  name: string,
  source: AsyncIterable<Uint8Array>,
  into: TrailParser,
  afterChunk?: () => Promise<void>,
): Promise<TrailFile> => {
  const drain = async (stream: AsyncIterable<Uint8Array>, layer = 0): Promise<void> => {
    const { head, whole } = await peek(stream);
    if (layer < MAX_LAYERS && isGzip(head)) {
      await pipeline(whole, createGunzip({ chunkSize: 256 * 1024 }), (plain: AsyncIterable<Uint8Array>) =>
        drain(plain, layer + 1),
      );
      return;
    }
    for await (const chunk of whole()) {
      into.push(chunk);
      await afterChunk?.();
    }
  };
  try {
    await drain(source);
  } catch (error) {
    throw isZlibError(error) ? badFile(name, "is not a whole gzip file", error) : error;
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
    trailParser(name, (connection) => {
      if (++seen <= hold) held.push(connection);
      else held = [];
    }),
  );
  if (seen <= hold) {
    for (let at = 0; at < held.length; at += batch) await onBatch(held.slice(at, at + batch));
    return file;
  }
  const ready: Connection[] = [];
  const again = trailParser(name, (connection) => ready.push(connection));
  await pump(name, open(), again, async () => {
    while (ready.length >= batch) await onBatch(ready.splice(0, batch));
  });
  while (ready.length) await onBatch(ready.splice(0, batch));
  return file;
};
