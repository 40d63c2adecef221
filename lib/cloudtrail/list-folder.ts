// The trail files of a folder, in any layout: logs apart from digests, all else left alone.
import { createReadStream, type Dirent, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { AuditError } from "../errors.ts";
import type { TrailSource } from "./trail-source.ts";

export type FolderListing = {
  readonly logs: readonly TrailSource[];
  readonly digests: readonly TrailSource[];
};

const TRAIL_LIKE = /\.(?:json|jsonl|ndjson|gz)$/i;
const DIGEST = /CloudTrail-Digest/;
const INSIGHT = /CloudTrail-Insight/;

const sourceOf = (path: string, size: number): TrailSource => ({
  name: path,
  size,
  bytes: () => readFileSync(path),
  open: () => createReadStream(path, { highWaterMark: 256 * 1024 }),
});

const fileCode = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : "unknown";

const entriesOf = (folder: string): Dirent[] => {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (cause) {
    throw new AuditError("bad-file", `${folder} cannot be read (${fileCode(cause)})`, { cause });
  }
};

/**
 * A file as it is, or every `.json`, `.jsonl`, `.ndjson` and `.gz` file below a folder, sorted by path. Throws AuditError
 * "bad-file" for a path that is not there or a folder that cannot be listed.
 */
export const listFolder = (path: string): FolderListing => {
  const logs: TrailSource[] = [];
  const digests: TrailSource[] = [];
  const add = (file: string, size: number): void => {
    if (!INSIGHT.test(file)) (DIGEST.test(file) ? digests : logs).push(sourceOf(file, size));
  };
  const walk = (folder: string): void => {
    const entries = entriesOf(folder).sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      const child = join(folder, entry.name);
      if (entry.isDirectory()) walk(child);
      else if (TRAIL_LIKE.test(entry.name) && !entry.name.startsWith(".")) {
        // A link to a file is followed, a link to a folder is not: it could lead back here.
        const stat = statSync(child, { throwIfNoEntry: false });
        if (stat?.isFile()) add(child, stat.size);
      }
    }
  };
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) {
    throw new AuditError("bad-file", `${path} is not there`, {
      hint: "Name a trail file or a folder of them.",
    });
  }
  if (stat.isDirectory()) walk(path);
  else add(path, stat.size);
  return { logs, digests };
};
