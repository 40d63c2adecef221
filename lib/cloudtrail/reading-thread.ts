// A thread of its own that reads trail files: names of files in, a CompactBatch out, until null asks it to end. A null for an
// answer: something else is wrong than the files.
import { readFileSync } from "node:fs";
import { parentPort } from "node:worker_threads";
import { compactor } from "./compact-batch.ts";
import { failsAlone } from "./read-sources.ts";

const compact = compactor();
const failed = (error: unknown): string => {
  const reason = failsAlone(error);
  if (reason === undefined) throw error;
  return reason;
};

parentPort?.on("message", (names: readonly string[] | null) => {
  if (names === null) return void parentPort?.close();
  try {
    const batch = compact(names, (name) => readFileSync(name), failed);
    const { kind, at, hashes, eventIds } = batch;
    parentPort?.postMessage(batch, [kind.buffer, at.buffer, hashes.buffer, eventIds.uuids.buffer]);
  } catch {
    parentPort?.postMessage(null);
  }
});
