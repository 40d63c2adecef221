// Checks one stored chunk against the hash that names it, and says which chunks it names in turn.
import { AuditError } from "../../errors.ts";
import type { Cluster, Sha256 } from "../base/ids.ts";
import { openChunk } from "./chunk.ts";
import { decodeNode, isNode } from "./chunk-tree.ts";

/** What is expected of a chunk: a root may be content or an index of any level, what stands below is fixed. */
export type Expected = { readonly seq: number; readonly level: number | null };

export type ChunkCheck =
  | { readonly fault: string }
  | { readonly fault: null; readonly children: readonly Sha256[]; readonly childLevel: number };

const HEADER = '["catalog",';

/** The cluster that a catalog's first chunk names; undefined for all other content. */
const clusterOf = (text: string): string | undefined => {
  if (!text.startsWith(HEADER)) return undefined;
  const [, , cluster] = JSON.parse(text.slice(0, text.indexOf("\n"))) as unknown[];
  return String(cluster);
};

/** Opens a chunk as `verify` meets it. Level 0 is content. */
export const checkChunk = (
  cluster: Cluster,
  hash: Sha256,
  stored: Uint8Array | undefined,
  expected: Expected,
): ChunkCheck => {
  const name = hash.slice(0, 12);
  if (!stored) return { fault: `the chunk ${name} is missing` };
  try {
    const bytes = openChunk(hash, stored);
    const node = isNode(bytes) && expected.level !== 0 ? decodeNode(bytes) : undefined;
    const level = node?.level ?? 0;
    if (expected.level !== null && level !== expected.level)
      return { fault: `the chunk ${name} is out of its place` };
    if (node) return { fault: null, children: node.children, childLevel: node.level - 1 };
    const named = clusterOf(Buffer.from(bytes).toString("utf8"));
    if (named !== undefined && named !== cluster)
      return { fault: `the catalog is of another cluster, ${named}` };
    return { fault: null, children: [], childLevel: 0 };
  } catch (error) {
    if (error instanceof AuditError || error instanceof SyntaxError) return { fault: error.message };
    throw error;
  }
};
