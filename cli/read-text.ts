// Reads a file that somebody named, for every command in the same words.
import { readFileSync } from "node:fs";
import { AuditError } from "../lib/errors.ts";

/** The text of a file. AuditError("bad-file") names it and why it cannot be read. */
export const readText = (file: string): string => {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown";
    throw new AuditError("bad-file", `${file}: the file cannot be read (${code})`, { cause });
  }
};
