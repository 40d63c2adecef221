// Opens the file: for reading so that nothing at all is written, for writing with a log that a killed process cannot harm.
//
// While a process writes, the file is in WAL mode: readers are not held up, and a commit costs no fsync. At rest it is in
// rollback mode, because a reader of a WAL file has to make two more files beside it, which a command that only asks must
// not do and on a read-only file system cannot.
// https://www.sqlite.org/wal.html#read_only_databases
//
// synchronous = NORMAL: a power cut can take back the last commits of a command that is still running, never damage the
// file. A killed process loses nothing that was committed. A command that has ended is on the disk: closing syncs.
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  statSync,
} from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { AuditError } from "../../../errors.ts";
import { createSchema } from "./schema.ts";
import { explained, isBusy, isOutOfReach, readOnlyStore } from "./sqlite-errors.ts";
import { inspectStoreFile } from "./store-file.ts";

export type Patience = {
  readonly sleep: (ms: number) => Promise<void>;
  /** 0 <= x < 1, for jitter. */
  readonly random: () => number;
};

/** Another process's commit takes milliseconds: who does not get in for five seconds is told so. */
const BUSY_MS = 250;
const BUSY_TRIES = 20;
const JITTER_MS = 50;

/** Fewer and longer checkpoints than SQLite's own 1,000 pages: each one syncs. */
const CHECKPOINT_PAGES = 8_000;

/** Tries again while another process is in the way. AuditError("conflict") when it stays there. */
export const patiently = async <T>(file: string, work: () => T, { sleep, random }: Patience): Promise<T> => {
  for (let tries = 1; ; tries++) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error) || tries >= BUSY_TRIES) throw explained(file, error);
      await sleep(random() * JITTER_MS);
    }
  }
};

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

const firstRead = (database: DatabaseSync): DatabaseSync => {
  try {
    database.exec("pragma trusted_schema = off");
    database.prepare("select count(*) from sqlite_schema").get();
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
};

/** Where nothing can be written, also not the two files beside a WAL: sound as long as there is no log to be read. */
const openImmutable = (file: string): DatabaseSync => {
  const url = pathToFileURL(file);
  url.searchParams.set("immutable", "1");
  return firstRead(new DatabaseSync(url, { readOnly: true }));
};

/** For reading only: never makes, changes or locks anything beyond the moment of a read. */
export const openForReading = (file: string): DatabaseSync => {
  try {
    return firstRead(new DatabaseSync(file, { readOnly: true, timeout: BUSY_MS }));
  } catch (error) {
    if (!isOutOfReach(error)) throw explained(file, error);
    if (!sizeOf(`${file}-wal`) && !sizeOf(`${file}-journal`)) return openImmutable(file);
    throw new AuditError(
      "bad-file",
      `the store ${file} was left in the middle of a write, and cannot be mended here`,
      {
        cause: error,
        hint: `Run a command on it once where its folder may be written to; ${file}-wal and ${file}-journal belong to it.`,
      },
    );
  }
};

const cannotBeMade = (file: string, cause: unknown): AuditError =>
  new AuditError("denied", `the store ${file} cannot be made (${(cause as NodeJS.ErrnoException).code})`, {
    cause,
    hint: "Name a file in a folder that may be written to with --store FILE.",
  });

/** The nearest folder that is there already. */
const folderOf = (file: string): string => {
  const above = dirname(file);
  return above === file || existsSync(above) ? above : folderOf(above);
};

/** AuditError("denied") where a file surely cannot be made; makes nothing. */
export const assertMayBeMade = (file: string): void => {
  try {
    // Of a folder also that it is one.
    accessSync(existsSync(file) ? file : `${folderOf(file)}/.`, constants.W_OK);
  } catch (error) {
    throw cannotBeMade(file, error);
  }
};

/** A new file is for its owner alone: it tells who may do what. */
const makeFile = (file: string): void => {
  try {
    mkdirSync(dirname(file), { recursive: true });
    closeSync(openSync(file, "a", 0o600));
  } catch (error) {
    throw cannotBeMade(file, error);
  }
};

/** SQLite itself would quietly open the file for reading. */
const assertWritable = (file: string): void => {
  try {
    accessSync(file, constants.W_OK);
    accessSync(dirname(file), constants.W_OK);
  } catch (error) {
    throw readOnlyStore(file, error);
  }
};

/** For reading and writing; makes the file where there is none. AuditError("conflict") while another process is in the way. */
export const openForWriting = async (file: string, patience: Patience): Promise<DatabaseSync> => {
  if (inspectStoreFile(file) === "absent") makeFile(file);
  assertWritable(file);
  let database: DatabaseSync;
  try {
    database = new DatabaseSync(file, { timeout: BUSY_MS });
  } catch (error) {
    throw explained(file, error);
  }
  try {
    database.exec("pragma trusted_schema = off");
    await patiently(file, () => createSchema(database), patience);
    await patiently(file, () => database.exec("pragma journal_mode = wal"), patience);
    database.exec(`pragma synchronous = normal; pragma wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    return database;
  } catch (error) {
    database.close();
    throw explained(file, error);
  }
};

const syncFile = (file: string): void => {
  if (!sizeOf(file)) return;
  const descriptor = openSync(file, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
};

/** Puts everything on the disk and the file at rest; while others have it open, that is left to the last of them. */
export const closeWritten = (database: DatabaseSync, file: string): void => {
  try {
    database.exec("pragma busy_timeout = 0; pragma synchronous = full; pragma wal_checkpoint(truncate)");
    database.exec("pragma journal_mode = delete");
  } catch (error) {
    if (!isBusy(error)) throw explained(file, error);
  } finally {
    // Still there only while somebody else has the file open: then what was committed lies in it.
    syncFile(`${file}-wal`);
    database.close();
  }
};
