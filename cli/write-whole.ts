// Writes a file that people asked for in one step.
import { randomUUID } from "node:crypto";
import { mkdir, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { AuditError } from "../lib/errors.ts";

const codeOf = (error: unknown): string => String((error as NodeJS.ErrnoException).code ?? "");

const notWritten = (file: string, cause: unknown): AuditError => {
  const code = codeOf(cause);
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new AuditError("store", `${file} could not be written: the disk is full`, {
      cause,
      hint: "Make room, or name a file on another disk.",
    });
  }
  if (code === "EISDIR") {
    return new AuditError("bad-file", `${file} is a folder`, { cause, hint: "Name a file in it." });
  }
  return new AuditError("bad-file", `${file} could not be written`, {
    cause,
    hint: "Name a file in a folder that you may write to.",
  });
};

/** What a name leads to, through links; undefined: nothing is there. */
const targetOf = async (file: string) => {
  try {
    const path = await realpath(file);
    return { path, stat: await stat(path) };
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
};

/**
 * Whole or not at all: a reader never sees half a file, and a failure leaves the file that was there. Only its owner may
 * read it. A link stays a link; a device or a pipe is written to, never replaced. AuditError("bad-file" | "store").
 */
export const writeWhole = async (file: string, text: string): Promise<void> => {
  let draft: string | undefined;
  try {
    const found = await targetOf(file);
    if (found?.stat.isDirectory()) throw Object.assign(new Error("a folder"), { code: "EISDIR" });
    if (found && !found.stat.isFile()) return await writeFile(found.path, text);
    const target = found?.path ?? file;
    await mkdir(dirname(target), { recursive: true });
    draft = `${target}.${randomUUID()}.part`;
    await writeFile(draft, text, { mode: 0o600 });
    await rename(draft, target);
  } catch (cause) {
    // The draft may not even have been begun: what went wrong first is what counts.
    if (draft) await rm(draft, { force: true }).catch(() => undefined);
    throw notWritten(file, cause);
  }
};
