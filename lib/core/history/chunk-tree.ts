// A tree of hashes over a list of chunks: one root names them all, and a changed chunk changes one node a level.
import { AuditError } from "../../errors.ts";
import type { Sha256 } from "../base/ids.ts";
import { type Chunk, chunkOf } from "./chunk.ts";

/** A node: two bytes that say so, its level (1: its children are content), then its children's hashes. */
const MAGIC = [0x64, 0x69];
const HEAD_BYTES = 3;
const HASH_BYTES = 32;
/** A node has at least MIN_FAN_OUT children and ends after one whose hash falls below 1 in FAN_OUT, or when it is full. */
const MIN_FAN_OUT = 8;
const FAN_OUT = 8;
const MAX_FAN_OUT = 128;
/** Deeper than any catalog: at least 2 children a node. */
const MAX_LEVEL = 24;

export type Node = { readonly level: number; readonly children: readonly Sha256[] };

const encodeNode = ({ level, children }: Node): Chunk =>
  chunkOf(
    Buffer.concat([Buffer.from([...MAGIC, level]), ...children.map((hash) => Buffer.from(hash, "hex"))]),
  );

/** Content never starts like this: canonical text and lists of changes start with a bracket. */
export const isNode = (bytes: Uint8Array): boolean => bytes[0] === MAGIC[0] && bytes[1] === MAGIC[1];

/** Reads a node's bytes. AuditError("store") where they are none. */
export const decodeNode = (bytes: Uint8Array): Node => {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const level = buffer[2] ?? 0;
  const whole = (buffer.length - HEAD_BYTES) % HASH_BYTES === 0 && buffer.length >= HEAD_BYTES;
  if (!whole || !isNode(bytes) || level < 1 || level > MAX_LEVEL) {
    throw new AuditError("store", "a chunk that should be an index is none", {
      hint: "Run: dsql-audit history verify",
    });
  }
  const children: Sha256[] = [];
  for (let at = HEAD_BYTES; at < buffer.length; at += HASH_BYTES) {
    children.push(buffer.toString("hex", at, at + HASH_BYTES) as Sha256);
  }
  return { level, children };
};

/** A node ends where its last child's own hash says so: like the chunks, borders move only where content changes. */
const groups = (hashes: readonly Sha256[]): Sha256[][] => {
  const out: Sha256[][] = [];
  let open: Sha256[] = [];
  for (const hash of hashes) {
    open.push(hash);
    const ends = Number.parseInt(hash.slice(0, 8), 16) < 2 ** 32 / FAN_OUT;
    if ((ends && open.length >= MIN_FAN_OUT) || open.length >= MAX_FAN_OUT) {
      out.push(open);
      open = [];
    }
  }
  // A lone last child joins its neighbours: each level is at most half of the one below, so the tree comes to an end.
  const last = out.at(-1);
  if (open.length === 1 && last) last.push(...open);
  else if (open.length || !out.length) out.push(open);
  return out;
};

/** The nodes over `chunks`, the root last. One chunk is its own root; an empty list has a root without children. */
export const treeOver = (
  chunks: readonly Chunk[],
): { readonly root: Sha256; readonly nodes: readonly Chunk[] } => {
  const [single] = chunks;
  if (single && chunks.length === 1 && !isNode(single.bytes)) return { root: single.hash, nodes: [] };
  const nodes: Chunk[] = [];
  let hashes = chunks.map(({ hash }) => hash);
  for (let level = 1; ; level++) {
    const made = groups(hashes).map((children) => encodeNode({ level, children }));
    nodes.push(...made);
    const [only] = made;
    if (made.length === 1 && only) return { root: only.hash, nodes };
    hashes = made.map(({ hash }) => hash);
  }
};
