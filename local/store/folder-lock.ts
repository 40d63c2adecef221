// One process at a time in a store folder: its process id stands in a file there.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AuditError } from "../../lib/errors.ts";

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
};

/** Takes the folder, also from a process that died in it. AuditError("conflict") names the process that has it. */
export const lockFolder = (folder: string): { release: () => void } => {
  const file = join(folder, "process-id");
  for (let tries = 0; ; tries++) {
    try {
      writeFileSync(file, String(process.pid), { flag: "wx", mode: 0o600 });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST" || tries > 2) throw error;
      const holder = Number(readOwner(file));
      if (Number.isInteger(holder) && holder > 0 && isAlive(holder)) {
        throw new AuditError("conflict", `the store ${folder} is in use by process ${holder}`, {
          hint: "Wait until it ends, or use another --store.",
        });
      }
      rmSync(file, { force: true });
    }
  }
  const release = (): void => rmSync(file, { force: true });
  process.once("exit", release);
  return {
    release: () => {
      process.off("exit", release);
      release();
    },
  };
};

const readOwner = (file: string): string => {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return ""; // it went away between the two looks
  }
};
