// Has batches of trail files read by several threads, and gives what they tell in the order of the batches.
import { getCompileCacheDir } from "node:module";
import { Worker } from "node:worker_threads";
import type { CompactBatch } from "./compact-batch.ts";

/** undefined: the thread could not; whoever asks reads these files. */
export type Told = { readonly thread: number; readonly batch: CompactBatch } | undefined;

/** Batches that wait at one thread, so that it is never idle. */
const AHEAD = 2;

/** What a batch and the largest file in it take, and some more. A thread that needs more ends, and its files are read here. */
const LIMITS = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 24 };

type Pending = { readonly told: Promise<Told>; readonly settle: (told: Told) => void };
const pending = (): Pending => {
  const { promise, resolve } = Promise.withResolvers<Told>();
  return { told: promise, settle: resolve };
};

/** A thread, and what becomes of the batches that it was given. */
const readingThread = (number: number) => {
  // Compiling anew what this thread has compiled doubles a thread's time to start, and takes 15 MB.
  const compileCache = getCompileCacheDir();
  const worker = new Worker(new URL("./reading-thread.ts", import.meta.url), {
    ...(compileCache !== undefined && { env: { NODE_COMPILE_CACHE: compileCache } }),
    resourceLimits: LIMITS,
  });
  const asked: Pending[] = [];
  const ended = Promise.withResolvers<void>();
  let hasEnded = false;
  const settleAll = (): void => {
    hasEnded = true;
    for (const { settle } of asked.splice(0)) settle(undefined);
  };
  worker.on("message", (batch: CompactBatch | null) => {
    const next = asked.shift();
    next?.settle(batch === null ? undefined : { thread: number, batch });
  });
  worker.on("error", settleAll);
  worker.on("exit", () => {
    settleAll();
    ended.resolve();
  });
  return {
    waiting: () => asked.length,
    hasEnded: () => hasEnded,
    ask: (names: readonly string[]): Promise<Told> => {
      const one = pending();
      if (hasEnded) one.settle(undefined);
      else {
        asked.push(one);
        worker.postMessage(names);
      }
      return one.told;
    },
    // It is asked, never terminated: a thread that is stopped while it opens a gzip stream takes the whole process with it
    // (`close before init`). It ends after the few batches that it was given before.
    end: (): Promise<void> => {
      if (!hasEnded) worker.postMessage(null);
      return ended.promise;
    },
  };
};

/**
 * What the threads tell of each batch (names of files; none: not read here), one after the other. At most a few batches are read ahead, so that
 * memory does not grow with the folder. The threads end when the last is told, or when the caller stops asking.
 */
export async function* readInThreads(
  batches: readonly (readonly string[])[],
  count: number,
): AsyncGenerator<Told, void, undefined> {
  const threads = Array.from({ length: count }, (_, n) => readingThread(n));
  try {
    const told: Promise<Told>[] = [];
    let next = 0;
    for (let at = 0; at < batches.length; at++) {
      while (next < batches.length && next < at + AHEAD * count) {
        const idlest = threads
          .filter((thread) => !thread.hasEnded())
          .sort((a, b) => a.waiting() - b.waiting())[0];
        const names = batches[next++] ?? [];
        told.push(idlest && names.length ? idlest.ask(names) : Promise.resolve(undefined));
      }
      yield await told.shift();
    }
  } finally {
    await Promise.all(threads.map((thread) => thread.end()));
  }
}
