// Reads the trail file named on its command line as the ingest function does, and says how much memory that took.
import { createReadStream } from "node:fs";
import { ingestSources } from "../../lib/cloudtrail/ingest-sources.ts";
import { peakMegabytes } from "./peak-memory.ts";

const [, , file = ""] = process.argv;
const source = { name: file, open: () => createReadStream(file, { highWaterMark: 64 * 1024 }) };
const { connections } = await ingestSources(
  [source],
  {
    count: async (batch) => ({ counted: batch.length, duplicates: 0, tooOld: 0 }),
    markHours: async () => {},
  },
  { now: 0 },
);
process.stdout.write(JSON.stringify({ connections, peakMb: peakMegabytes() }));
