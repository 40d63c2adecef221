// Directories built once and kept between starts: private to this user, whole or not there at all.
import { randomUUID } from "node:crypto";
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

const mark = ".whole";
const hourMs = 3_600_000;

/** All entries below `directory`, with their own path and lstat; links are not followed. */
export const entriesBelow = (directory: string) =>
  readdirSync(directory, { recursive: true, withFileTypes: true }).map((entry) => {
    const path = join(entry.parentPath, entry.name);
    return { path, stats: lstatSync(path) };
  });

/** What a complete directory adds up to. Cleaners of /tmp remove single old files, so mere existence proves nothing. */
const measure = (directory: string): string => {
  const files = entriesBelow(directory).filter(({ path, stats }) => stats.isFile() && !path.endsWith(mark));
  return `${files.length} files, ${files.reduce((sum, { stats }) => sum + stats.size, 0)} bytes`;
};

const isWhole = (directory: string): boolean => {
  try {
    return readFileSync(join(directory, mark), "utf8") === measure(directory);
  } catch {
    return false;
  }
};

/**
 * Makes sure that `directory` is there, ours and writable by nobody else, as a name below /tmp can be taken by anyone.
 * False when it is not: then the caller must not trust what lies in it.
 */
export const ownDirectory = (directory: string, mode: number): boolean => {
  try {
    mkdirSync(directory, { mode });
  } catch {
    // there already, or not possible: the next look decides
  }
  const stats = lstatSync(directory, { throwIfNoEntry: false });
  return stats?.isDirectory() === true && stats.uid === process.getuid?.() && (stats.mode & 0o022) === 0;
};

/** The directory `name` below `root`, made by `build` (which fills an empty directory) unless it is there and whole. */
export const builtOnce = async (
  root: string,
  name: string,
  build: (empty: string) => Promise<void>,
): Promise<string> => {
  const target = join(root, name);
  if (isWhole(target)) return target;
  for (const left of readdirSync(root).filter((entry) => entry.startsWith(".new-"))) {
    // of a start that was killed half-way; a younger one may still be at work
    const stats = lstatSync(join(root, left), { throwIfNoEntry: false });
    if (stats && Date.now() - stats.mtimeMs > hourMs)
      rmSync(join(root, left), { recursive: true, force: true });
  }
  const fresh = mkdtempSync(join(root, ".new-"));
  try {
    await build(fresh);
    writeFileSync(join(fresh, mark), measure(fresh));
    publish(fresh, target);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  return target;
};

/** By rename, which is one step: another start sees all of it or nothing. Who comes second throws its own copy away. */
const publish = (fresh: string, target: string): void => {
  if (isWhole(target)) return;
  const broken = `${target}.broken-${randomUUID()}`;
  try {
    renameSync(target, broken);
    rmSync(broken, { recursive: true, force: true });
  } catch {
    // nothing was there
  }
  try {
    renameSync(fresh, target);
  } catch (cause) {
    if (!isWhole(target)) throw cause;
  }
};
