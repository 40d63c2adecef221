// What SQLite says when it cannot, as errors of this product: chosen by result code, never by text.
// https://www.sqlite.org/rescode.html
import { AuditError } from "../../../errors.ts";

const ERROR = 1;
const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const NOTADB = 26;

/** The primary result code, or undefined where the error is not SQLite's. */
const resultCode = (error: unknown): number | undefined =>
  error instanceof Error && "errcode" in error && typeof error.errcode === "number"
    ? error.errcode & 0xff
    : undefined;

export const isBusy = (error: unknown): boolean => [BUSY, LOCKED].includes(resultCode(error) ?? 0);

/** The file is there, and this process may not do with its folder or itself what opening it takes. */
export const isOutOfReach = (error: unknown): boolean =>
  [READONLY, CANTOPEN, IOERR].includes(resultCode(error) ?? 0);

export const readOnlyStore = (file: string, cause: unknown): AuditError =>
  new AuditError("denied", `the store ${file} may only be read, and this command has to write to it`, {
    cause,
    hint: "Let the user of this process write to the file and its folder, or copy the store to a place of its own.",
  });

/** For people: what is wrong with the store `file`, and what to do. Anything that is not SQLite's passes through. */
export const explained = (file: string, error: unknown): unknown => {
  const code = resultCode(error);
  if (code === undefined) return error;
  const says = (kind: "conflict" | "denied" | "bad-file" | "store", text: string, hint: string): AuditError =>
    new AuditError(kind, text, { cause: error, hint });
  switch (code) {
    case BUSY:
    case LOCKED:
      return says(
        "conflict",
        `another process is writing to the store ${file}`,
        "Wait until it ends and run the command again: nothing is lost, nothing is counted twice.",
      );
    case READONLY:
      return readOnlyStore(file, error);
    // A statement of ours fails for what is in the file: a table that is not there, or has other columns.
    case ERROR:
    case CORRUPT:
    case NOTADB:
      return says(
        "bad-file",
        `the store ${file} is damaged: ${(error as Error).message}`,
        "Put a copy of it from a backup in its place.",
      );
    case FULL:
      return says(
        "store",
        `the disk is full: the store ${file} could not be written`,
        "Make room and run the command again: what was stored before is whole.",
      );
    default:
      return says(
        "store",
        `the store ${file} could not be read or written: ${(error as Error).message}`,
        "Look at the permissions of the file and its folder, and at the disk.",
      );
  }
};
