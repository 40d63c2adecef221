// Writes a file that people asked for in one step.
import { randomUUID } from "node:crypto";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { AuditError } from "../lib/errors.ts";

/** Whole or not at all: a reader never sees half a file, and a failure leaves the file that was there. Only its owner may read it. */
export const writeWhole = async (file: string, text: string): Promise<void> => {
  const draft = `${file}.${randomUUID()}.part`;
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(draft, text, { mode: 0o600 });
    await rename(draft, file);
  } catch (cause) {
    // The draft may not even have been begun: what went wrong first is what counts.
    await rm(draft, { force: true }).catch(() => undefined);
    throw new AuditError("bad-file", `${file} could not be written`, {
      cause,
      hint: "Name a file in a folder that you may write to.",
    });
  }
};
