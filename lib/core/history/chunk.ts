// Chunks: pieces of content under their SHA-256, cut so that a changed row changes one of them.
import { createHash } from "node:crypto";
import { AuditError } from "../../errors.ts";
import type { Sha256 } from "../base/ids.ts";
import type { Line } from "../catalog/canonical.ts";
import { pack, unpack } from "./packing.ts";

/** `bytes` is the content; `hash` its SHA-256. */
export type Chunk = { readonly hash: Sha256; readonly bytes: Uint8Array };

/** No chunk is bigger than this before it is packed, so no item comes near DynamoDB's 400 KB. */
export const MAX_CHUNK_BYTES = 96 * 1024;
/**
 * A border falls where a key's hash is below weight / BORDER_WEIGHT of its range, and never before a chunk has weighed
 * MIN_WEIGHT: without a minimum a row would most often lie in one of the few very big chunks.
 */
const BORDER_WEIGHT = 250;
const MIN_WEIGHT = 250;
const encoder = new TextEncoder();

export const sha256 = (bytes: Uint8Array | string): Sha256 =>
  createHash("sha256").update(bytes).digest("hex") as Sha256;

export const chunkOf = (bytes: Uint8Array): Chunk => ({ hash: sha256(bytes), bytes });

/** FNV-1a with a final mix: fast, and stable for ever; nobody gains by choosing it, the size cap holds anyway. */
const keyHash = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
};

const split = (bytes: Uint8Array): Chunk[] => {
  const parts: Chunk[] = [];
  for (let at = 0; at < bytes.length; at += MAX_CHUNK_BYTES)
    parts.push(chunkOf(bytes.slice(at, at + MAX_CHUNK_BYTES)));
  return parts;
};

/**
 * Cuts lines into chunks. Borders hang on the lines' keys, so a row that changes moves none, and one that comes or
 * goes moves at most its own. A line that is longer than a chunk is cut at a byte: readers join before they read.
 */
export const chunkLines = (lines: readonly Line[]): Chunk[] => {
  const chunks: Chunk[] = [];
  let open: string[] = [];
  let size = 0;
  let weighed = 0;
  const close = (): void => {
    if (open.length) chunks.push(...split(encoder.encode(open.join(""))));
    open = [];
    size = 0;
    weighed = 0;
  };
  for (const { key, text, weight } of lines) {
    const length = Buffer.byteLength(text) + 1;
    const border = weighed >= MIN_WEIGHT && keyHash(key) < (weight / BORDER_WEIGHT) * 2 ** 32;
    if (border || size + length > MAX_CHUNK_BYTES) close();
    open.push(`${text}\n`);
    size += length;
    weighed += weight;
  }
  close();
  return chunks;
};

/** Cuts text that has no keys, such as a list of changes. Empty text is no chunk. */
export const chunkText = (text: string): Chunk[] => split(encoder.encode(text));

/** A chunk's bytes as they are stored. */
export const packChunk = ({ bytes }: Chunk): Uint8Array => pack(bytes);

/** The content behind `hash`. AuditError("store") where the stored bytes are not what the hash says. */
export const openChunk = (hash: Sha256, stored: Uint8Array): Uint8Array => {
  const bytes = unpack(stored, MAX_CHUNK_BYTES);
  if (bytes && sha256(bytes) === hash) return bytes;
  throw new AuditError(
    "store",
    `the chunk ${hash.slice(0, 12)} was altered: its bytes do not match its hash`,
    {
      hint: "Run: dsql-audit history verify. A later release of dsql-audit may also have packed it in a way of its own.",
    },
  );
};
