// Whether a path holds an embedded store, told from its first bytes: nothing that is not ours is ever opened or written to.
import { closeSync, existsSync, openSync, readSync, type Stats, statSync } from "node:fs";
import { join } from "node:path";
import { shellWord } from "../../../core/base/shell-word.ts";
import { AuditError } from "../../../errors.ts";

/** "DSQA" in SQLite's header says whose file it is. https://www.sqlite.org/fileformat.html#application_id */
export const APPLICATION_ID = 0x44535141;
/** The version of the tables in the file; a newer one is refused. */
export const FORMAT = 1;

const HEADER_BYTES = 100;
const MAGIC = "SQLite format 3\0";
const FORMAT_AT = 60;
const APPLICATION_AT = 68;

/** `absent` also for a file without a byte in it, which is what a process leaves that died while making a store. */
export type StoreFile = "absent" | "store";

const noStore = (text: string, hint = "Name another file with --store FILE."): AuditError =>
  new AuditError("bad-file", text, { hint });

/** Release 0.1.0 kept a store as a folder of LevelDB files. */
const refuseFolder = (path: string): never => {
  if (!existsSync(join(path, "CURRENT"))) throw noStore(`${path} is a folder, and a store is one file`);
  throw noStore(
    `${path} is a store of release 0.1.0, a folder: this release keeps a store in one file`,
    [
      "The folder is left as it is. From a checkout, this carries it over whole:",
      `node scripts/convert-store.ts ${shellWord(path)} dsql-audit.db`,
    ].join("\n"),
  );
};

const statOf = (path: string): Stats | undefined => {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw noStore(`the store ${path} cannot be reached (${(error as NodeJS.ErrnoException).code})`);
  }
};

const readHeader = (path: string): Buffer => {
  const header = Buffer.alloc(HEADER_BYTES);
  try {
    const file = openSync(path, "r");
    try {
      return header.subarray(0, readSync(file, header, 0, HEADER_BYTES, 0));
    } finally {
      closeSync(file);
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new AuditError(
      code === "EACCES" ? "denied" : "bad-file",
      `the store ${path} cannot be read (${code})`,
      {
        cause: error,
        hint: "Let the user of this process read the file, or name another one with --store FILE.",
      },
    );
  }
};

/** AuditError("bad-file") for what is there and is no store that this release can read; "denied" where it may not look. */
export const inspectStoreFile = (path: string): StoreFile => {
  const stat = statOf(path);
  if (stat === undefined) return "absent";
  if (stat.isDirectory()) refuseFolder(path);
  if (!stat.isFile()) throw noStore(`${path} is not a file, and a store is one`);
  if (stat.size === 0) return "absent";
  const header = readHeader(path);
  if (header.length < HEADER_BYTES || header.toString("latin1", 0, MAGIC.length) !== MAGIC) {
    throw noStore(`${path} is not a store: it is some other kind of file`);
  }
  if (header.readUInt32BE(APPLICATION_AT) !== APPLICATION_ID) {
    throw noStore(`${path} is not a store: it is an SQLite database of another program`);
  }
  const format = header.readUInt32BE(FORMAT_AT);
  if (format > FORMAT) {
    throw noStore(
      `the store ${path} was written by a newer release (format ${format}, this release reads up to ${FORMAT})`,
      "Use that release, or a newer one.",
    );
  }
  return "store";
};
