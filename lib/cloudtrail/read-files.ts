// Reads the trail files of a folder into its counts: many of them by as many threads as there are processors, with the same
// result as one after the other.
import { availableParallelism } from "node:os";
import { unpackedIds } from "../core/activity/event-ids.ts";
import { type CompactBatch, IN_FULL, type KindOfCluster } from "./compact-batch.ts";
import type { ClusterKind, FolderCounts } from "./folder-counts.ts";
import {
  type ReadingProgress,
  type ReadingTotal,
  readInto,
  readingTotal,
  readSources,
  type SourcesRead,
  turns,
} from "./read-sources.ts";
import { readInThreads } from "./reading-threads.ts";
import { SMALL, type TrailSource } from "./trail-source.ts";

/** Files and stored bytes of a batch: enough that handing it over costs little, few enough that it is little to hold. */
const BATCH_FILES = 128;
const BATCH_BYTES = 2 * 1024 * 1024;

/** More threads than these outrun the one that counts. */
const MAX_THREADS = 4;

/** What opening a file costs, as bytes to read; and what it takes until a thread has paid for its start. */
const FILE_COST = 4 * 1024;
const WORTH_THREADS = 8 * 1024 * 1024;

type Batch = { readonly sources: readonly TrailSource[]; readonly names: readonly string[] };

/** Files one after the other; large ones in a batch without names: they are streamed by whoever counts. */
const batchesOf = (sources: readonly TrailSource[]): Batch[] => {
  const batches: Batch[] = [];
  let open: TrailSource[] = [];
  let bytes = 0;
  const close = (): void => {
    if (open.length) batches.push({ sources: open, names: open.map(({ name }) => name) });
    open = [];
    bytes = 0;
  };
  for (const source of sources) {
    const { size = Number.POSITIVE_INFINITY } = source;
    if (size > SMALL) {
      close();
      batches.push({ sources: [source], names: [] });
      continue;
    }
    open.push(source);
    bytes += size;
    if (open.length >= BATCH_FILES || bytes >= BATCH_BYTES) close();
  }
  close();
  return batches;
};

/** How many threads are worth their start; 0: none. */
const threadsFor = (sources: readonly TrailSource[]): number => {
  const cost = sources.reduce((sum, { size = 0 }) => sum + size + FILE_COST, 0);
  const processors = availableParallelism();
  return processors < 2 || cost < WORTH_THREADS ? 0 : Math.min(processors, MAX_THREADS);
};

/** Takes the next so many connections of a batch. */
type TakeNext = (connections: number) => void;

/** Counts what one thread tells; its numbers of kinds are kept from batch to batch. */
const compactCounter = (counts: FolderCounts): ((batch: CompactBatch) => TakeNext) => {
  const kinds: (ClusterKind | KindOfCluster)[] = [];
  const kindOf = (number: number): ClusterKind => {
    const known = kinds[number];
    if (!known) throw new RangeError(`no kind ${number}`);
    if ("kind" in known) return known;
    const made = counts.kindOf(known.cluster, known.tally);
    kinds[number] = made;
    return made;
  };
  return (batch) => {
    kinds.length = batch.firstKind;
    for (const kind of batch.kinds) kinds.push(kind);
    const ids = unpackedIds(batch.eventIds);
    let row = 0;
    let full = 0;
    return (connections) => {
      for (const end = row + connections; row < end; row++) {
        const kind = batch.kind[row] ?? IN_FULL;
        const connection = kind === IN_FULL ? batch.inFull[full++] : undefined;
        if (connection) counts.count(connection);
        else {
          const [high, low] = [batch.hashes[2 * row] ?? 0, batch.hashes[2 * row + 1] ?? 0];
          counts.countOne(kindOf(kind), { at: batch.at[row] ?? 0, ids, row, high, low });
        }
      }
    };
  };
};

/** Counts the files of a batch in their order: those that a thread has read, and the others here. */
const countBatch = async (
  sources: readonly TrailSource[],
  batch: CompactBatch | undefined,
  take: TakeNext | undefined,
  counts: FolderCounts,
  total: ReadingTotal,
): Promise<void> => {
  for (const [n, source] of sources.entries()) {
    const file = batch?.files[n];
    if (!file || "tooLarge" in file) {
      await readInto(total, source, counts.countAll);
      continue;
    }
    total.add(source, file);
    if ("connections" in file) take?.(file.connections);
  }
};

export type ReadFilesOptions = {
  readonly onProgress?: ((progress: ReadingProgress) => void) | undefined;
  /** How many threads; without it as many as are worth their start. 0: none. */
  readonly threads?: number | undefined;
};

/** Reads all sources, counts their connections in the order of the sources, and gives what else they hold. */
export const readFiles = async (
  sources: readonly TrailSource[],
  counts: FolderCounts,
  { onProgress, threads = threadsFor(sources) }: ReadFilesOptions = {},
): Promise<SourcesRead> => {
  if (threads === 0) return readSources(sources, counts.countAll, { onProgress });
  const total = readingTotal();
  const batches = batchesOf(sources);
  const counters = Array.from({ length: threads }, () => compactCounter(counts));
  const turn = turns(() => onProgress?.(total.progress()));
  let at = 0;
  for await (const told of readInThreads(
    batches.map(({ names }) => names),
    threads,
  )) {
    const { sources: own = [] } = batches[at++] ?? {};
    await countBatch(own, told?.batch, told && counters[told.thread]?.(told.batch), counts, total);
    await turn();
  }
  onProgress?.(total.progress());
  return total.result();
};
