// What a thread that reads trail files tells of a batch of them: texts once, numbers in columns, ready to be handed over.
import type { Tally } from "../core/activity/activity.ts";
import type { Connection } from "../core/activity/connection.ts";
import { eventHash, halfOfHash } from "../core/activity/event-hash.ts";
import { eventIds, type PackedIds } from "../core/activity/event-ids.ts";
import { identityOf, mayBeReplaced } from "../core/activity/identity.ts";
import { tallyKey, tallyOf } from "../core/activity/tally.ts";
import type { Cluster } from "../core/base/ids.ts";
import { readTrailBytes } from "./trail-file.ts";
import type { TrailFile } from "./trail-sums.ts";

/** `tooLarge`: it is to be read as a stream, by whoever counts. */
export type CompactFile = TrailFile | { readonly failed: string } | { readonly tooLarge: true };

export type KindOfCluster = { readonly cluster: Cluster; readonly tally: Tally };

export type CompactBatch = {
  /** In the order that was asked for; a file that was read has as many connections in the columns as it says. */
  readonly files: readonly CompactFile[];
  /** Kinds that this thread had not told of, numbered from `firstKind` on; 0: the numbering begins anew. */
  readonly kinds: readonly KindOfCluster[];
  readonly firstKind: number;
  /** By connection: its kind, or `IN_FULL`; then the next of `inFull` is it. */
  readonly kind: Uint32Array<ArrayBuffer>;
  readonly inFull: readonly Connection[];
  readonly at: Float64Array<ArrayBuffer>;
  readonly eventIds: PackedIds;
  /** Two halves for each connection. */
  readonly hashes: Uint32Array<ArrayBuffer>;
};

/** Stands for the kind of a connection that another record may replace. */
export const IN_FULL = 0xffff_ffff;

/** Where records make up ever new kinds a thread forgets them all, so that it stays small. */
const MAX_KINDS = 20_000;

/** Reads batches; what it knows of kinds goes on from one to the next. */
export const compactor = () => {
  let numbers = new Map<string, number>();

  /**
   * `read` gives a file's bytes; what it throws is handed to `failed`, which says why the file fails alone. What `failed`
   * throws ends the batch: the next one numbers its kinds anew.
   */
  return (
    names: readonly string[],
    read: (name: string) => Uint8Array,
    failed: (error: unknown) => string,
  ): CompactBatch => {
    if (numbers.size > MAX_KINDS) numbers = new Map();
    const firstKind = numbers.size;
    const kinds: KindOfCluster[] = [];
    const kind: number[] = [];
    const at: number[] = [];
    const hashes: number[] = [];
    const ids = eventIds(names.length);
    const inFull: Connection[] = [];
    const take = (connection: Connection): void => {
      const { cluster, eventId } = connection;
      if (mayBeReplaced(connection)) {
        kind.push(IN_FULL);
        inFull.push(connection);
      } else {
        const tally = tallyOf(connection);
        const key = `${cluster}\n${tallyKey(tally)}`;
        let number = numbers.get(key);
        if (number === undefined) {
          number = numbers.size;
          numbers.set(key, number);
          kinds.push({ cluster, tally });
        }
        kind.push(number);
      }
      const hash = eventHash(identityOf(connection));
      hashes.push(halfOfHash(hash, 0), halfOfHash(hash, 1));
      ids.set(at.length, eventId);
      at.push(connection.at);
    };
    const fileOf = (name: string): CompactFile => {
      try {
        return readTrailBytes(name, read(name), take) ?? { tooLarge: true };
      } catch (error) {
        return { failed: failed(error) };
      }
    };
    let files: readonly CompactFile[];
    try {
      files = names.map(fileOf);
    } catch (error) {
      // Nobody will hear of this batch, so nobody was told of its kinds.
      numbers = new Map();
      throw error;
    }
    return {
      files,
      kinds,
      firstKind,
      kind: Uint32Array.from(kind),
      inFull,
      at: Float64Array.from(at),
      eventIds: ids.packed(),
      hashes: Uint32Array.from(hashes),
    };
  };
};
