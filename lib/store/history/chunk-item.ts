// A chunk as one item of the table: its packed bytes, and when it was last written, which collection goes by.
import type { Cluster, Sha256 } from "../../core/base/ids.ts";
import { type Instant, LAST_INSTANT } from "../../core/base/time.ts";
import { type Chunk, openChunk, packChunk, sha256 } from "../../core/history/chunk.ts";
import { AuditError } from "../../errors.ts";
import * as keys from "../table/keys.ts";
import type { Item } from "../table/table.ts";

const CHECK_DIGITS = 8;
const checkOf = (hash: Sha256, at: number): string => sha256(`${hash}\n${at}`).slice(0, CHECK_DIGITS);

/** The time carries digits of its own, so that a changed one shows: no hash of the chain is over it. */
export const chunkItem = (cluster: Cluster, chunk: Chunk, writtenAt: Instant): Item => ({
  ...keys.chunk(cluster, chunk.hash),
  data: packChunk(chunk),
  at: `${writtenAt}#${checkOf(chunk.hash, writtenAt)}`,
});

const isInstant = (at: unknown): at is Instant =>
  typeof at === "number" && Number.isInteger(at) && at >= 0 && at <= LAST_INSTANT;

/** No chunk is older than the service whose catalogs it holds. */
const FIRST_BARE = Date.UTC(2024, 11, 1);

/** When the chunk was written; undefined where that was altered. Earlier releases stored the bare number. */
export const writtenAt = ({ sk, at }: Item): Instant | undefined => {
  if (typeof at !== "string") return isInstant(at) && at >= FIRST_BARE ? at : undefined;
  const [, digits, check] = /^(\d{1,16})#([0-9a-f]{8})$/.exec(at) ?? [];
  const time = Number(digits);
  return isInstant(time) && check === checkOf(sk as Sha256, time) ? time : undefined;
};

/** The packed bytes; nothing where the attribute is missing or of another type: such bytes match no hash. */
export const bytesOf = ({ data }: Item): Uint8Array =>
  data instanceof Uint8Array ? data : new Uint8Array(0);

/** What is wrong beside its bytes; null: nothing. */
export const timeFault = (item: Item): string | null =>
  writtenAt(item) === undefined ? "the time at which it was written was altered" : null;

/** What is wrong with a stored chunk by itself, whoever names it; null: nothing. */
export const chunkFault = (item: Item): string | null => {
  try {
    openChunk(item.sk as Sha256, bytesOf(item));
    return timeFault(item);
  } catch (error) {
    if (error instanceof AuditError) return error.message;
    throw error;
  }
};
