// Chunks in the table: written once under their hash, read as whole trees, whatever the catalog's size.

import type { Cluster, Sha256 } from "../../core/base/ids.ts";
import type { Instant } from "../../core/base/time.ts";
import { type Chunk, openChunk } from "../../core/history/chunk.ts";
import { decodeNode, isNode } from "../../core/history/chunk-tree.ts";
import { AuditError } from "../../errors.ts";
import * as keys from "../table/keys.ts";
import type { Item, Table } from "../table/table.ts";
import { bytesOf, chunkItem } from "./chunk-item.ts";

/** One BatchGetItem; a catalog of many thousands of tables needs several, in parallel. */
const BATCH = 100;
const PARALLEL = 8;

/** The content of a tree, and the hashes of all that it is made of. */
export type TreeContent = { readonly text: string; readonly hashes: ReadonlySet<Sha256> };

/** Reads stored chunks and checks each against its hash. AuditError("store") where one is missing or altered. */
export const readChunks = async (
  table: Table,
  cluster: Cluster,
  wanted: readonly Sha256[],
): Promise<Map<Sha256, Uint8Array>> => {
  const found = new Map<Sha256, Uint8Array>();
  const take = (item: Item): void => {
    const hash = item.sk as Sha256;
    found.set(hash, openChunk(hash, bytesOf(item)));
  };
  const unique = [...new Set(wanted)];
  const batches: Sha256[][] = [];
  for (let at = 0; at < unique.length; at += BATCH) batches.push(unique.slice(at, at + BATCH));
  for (let at = 0; at < batches.length; at += PARALLEL) {
    const parts = batches.slice(at, at + PARALLEL);
    const items = await Promise.all(
      parts.map((part) => table.getMany(part.map((hash) => keys.chunk(cluster, hash)))),
    );
    for (const item of items.flat()) take(item);
  }
  for (const hash of unique) {
    if (found.has(hash)) continue;
    // A batch read is eventually consistent: what was written a moment ago may need to be asked for again.
    const item = await table.get(keys.chunk(cluster, hash), { consistent: true });
    if (!item) {
      throw new AuditError("store", `the chunk ${hash.slice(0, 12)} is missing`, {
        hint: "Run: dsql-audit history verify",
      });
    }
    take(item);
  }
  return found;
};

/** The content under `root`, level by level: one round trip a level. `known` chunks are not asked for. */
export const readTree = async (
  table: Table,
  cluster: Cluster,
  root: Sha256,
  known: ReadonlyMap<Sha256, Uint8Array> = new Map(),
): Promise<TreeContent> => {
  const hashes = new Set<Sha256>();
  const fetch = async (wanted: readonly Sha256[]): Promise<Uint8Array[]> => {
    const missing = wanted.filter((hash) => !known.has(hash));
    const found = missing.length ? await readChunks(table, cluster, missing) : new Map<Sha256, Uint8Array>();
    return wanted.map((hash) => {
      hashes.add(hash);
      return (known.get(hash) ?? found.get(hash)) as Uint8Array;
    });
  };
  const content = (parts: readonly Uint8Array[]): TreeContent => ({
    text: Buffer.concat(parts).toString("utf8"),
    hashes,
  });
  let opened = await fetch([root]);
  if (opened[0] && !isNode(opened[0])) return content(opened);
  for (let height = Number.POSITIVE_INFINITY; height > 1; ) {
    const nodes = opened.map(decodeNode);
    const level = nodes[0]?.level ?? 1;
    if (level >= height || nodes.some((node) => node.level !== level)) {
      throw new AuditError("store", "an index chunk is out of its place", {
        hint: "Run: dsql-audit history verify",
      });
    }
    height = level;
    opened = await fetch(nodes.flatMap(({ children }) => children));
  }
  return content(opened);
};

/** Stores chunks; those already there are written again, so that a collection that runs just now sees them as new. */
export const writeChunks = async (
  table: Table,
  cluster: Cluster,
  chunks: readonly Chunk[],
  writtenAt: Instant,
): Promise<void> => {
  const unique = new Map(chunks.map((chunk) => [chunk.hash, chunk]));
  await table.putMany([...unique.values()].map((chunk) => chunkItem(cluster, chunk, writtenAt)));
};
