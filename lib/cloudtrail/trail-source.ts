// Where trail files come from, as far as reading them goes: a name, a size, the bytes. And how one of them is read.
import type { Connection } from "../core/activity/connection.ts";
import { readTrailBytes, readTrailFile, type TrailFileSource } from "./trail-file.ts";
import type { TrailFile } from "./trail-sums.ts";

export type TrailSource = TrailFileSource & {
  /** Stored bytes; undefined when not known: then it is streamed. */
  readonly size?: number;
  /** All of it at once, where that is cheaper than a stream. */
  readonly bytes?: () => Uint8Array;
};

/** Stored bytes up to which a file is read at once. */
export const SMALL = 8 * 1024 * 1024;

/**
 * Reads one file, the quick way when it is small. `onBatch` gets its connections only when the file is whole. Throws
 * AuditError "bad-file", or what the source throws.
 */
export const readSource = async (
  source: TrailSource,
  onBatch: (connections: readonly Connection[]) => Promise<void>,
): Promise<TrailFile> => {
  if (source.bytes && source.size !== undefined && source.size <= SMALL) {
    const connections: Connection[] = [];
    const file = readTrailBytes(source.name, source.bytes(), (connection) => connections.push(connection));
    if (file) {
      if (connections.length) await onBatch(connections);
      return file;
    }
  }
  return readTrailFile(source, onBatch);
};
