// A thread of its own that reads trail files: names of files in, a CompactBatch out, until it is ended. null: something else
// is wrong than the files.
import { readFileSync } from "node:fs";
import { enableCompileCache } from "node:module";
import { parentPort, workerData } from "node:worker_threads";

export type ReadingThreadData = { readonly compileCache: string | undefined };

const { compileCache } = workerData as ReadingThreadData;
if (compileCache !== undefined) enableCompileCache(compileCache);
// What is imported before the cache is on is compiled anew by every thread, which doubles its time to start.
const { compactor } = await import("./compact-batch.ts");
const { failsAlone } = await import("./read-sources.ts");

const compact = compactor();
const failed = (error: unknown): string => {
  const reason = failsAlone(error);
  if (reason === undefined) throw error;
  return reason;
};

parentPort?.on("message", (names: readonly string[]) => {
  try {
    const batch = compact(names, (name) => readFileSync(name), failed);
    const { kind, at, hashes, eventIds } = batch;
    parentPort?.postMessage(batch, [kind.buffer, at.buffer, hashes.buffer, eventIds.uuids.buffer]);
  } catch {
    parentPort?.postMessage(null);
  }
});
