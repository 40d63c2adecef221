// The trail files of a folder, in any layout: logs apart from digests, all else left alone.
import {
  createReadStream,
  type Dirent,
  readdirSync,
  readFileSync,
  realpathSync,
  type Stats,
  statSync,
} from "node:fs";
import { basename, join } from "node:path";
import { kindOfTrailKey } from "../core/coverage/trail-file-name.ts";
import { AuditError } from "../errors.ts";
import type { TrailSource } from "./trail-source.ts";

/** Files that are neither logs nor digests: how many, and one of them. */
export type PassedOver = { readonly files: number; readonly example: string | undefined };

export type FolderListing = {
  readonly logs: readonly TrailSource[];
  readonly digests: readonly TrailSource[];
  readonly passedOver: PassedOver;
};

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

/** What a link leads to; undefined: nothing, or itself. */
const statOf = (path: string): Stats | undefined => {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (/^E(?:LOOP|NAMETOOLONG|ACCES|NOTDIR)$/.test(fileCode(error))) return undefined;
    throw error;
  }
};

/**
 * A file as it is, or the trail files below a folder, sorted by path; see kindOfTrailKey, which sees the path below the
 * folder alone: where the folder itself stands says nothing. Throws AuditError "bad-file" for a path that is not there or a
 * folder that cannot be listed.
 */
export const listFolder = (path: string): FolderListing => {
  const logs: TrailSource[] = [];
  const digests: TrailSource[] = [];
  let files = 0;
  let example: string | undefined;
  // A link to a folder is followed: a trail may be put together of them. Each folder is read once, so that none leads back.
  const walked = new Set<string>();
  const walk = (folder: string, below: string): void => {
    const real = realpathSync(folder);
    if (walked.has(real)) return;
    walked.add(real);
    const entries = entriesOf(folder).sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      const child = join(folder, entry.name);
      const kind = kindOfTrailKey(`${below}${entry.name}`);
      const stat = entry.isSymbolicLink() || (entry.isFile() && kind !== "other") ? statOf(child) : undefined;
      if (entry.isDirectory() || stat?.isDirectory()) walk(child, `${below}${entry.name}/`);
      else if (stat?.isFile() && kind !== "other") {
        (kind === "digest" ? digests : logs).push(sourceOf(child, stat.size));
      } else if (entry.isSymbolicLink() && stat === undefined && kind !== "other") {
        // It leads nowhere: whoever reads it says so, with its name.
        (kind === "digest" ? digests : logs).push(sourceOf(child, 0));
      } else {
        files++;
        example ??= child;
      }
    }
  };
  const stat = statOf(path);
  if (stat === undefined) {
    throw new AuditError("bad-file", `${path} is not there`, {
      hint: "Name a trail file or a folder of them.",
    });
  }
  if (stat.isDirectory()) walk(path, "");
  else (kindOfTrailKey(basename(path)) === "digest" ? digests : logs).push(sourceOf(path, stat.size));
  return { logs, digests, passedOver: { files, example } };
};
