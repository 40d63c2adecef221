// Runs the command line as a person starts it: how long it took, and the most memory that the process held.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const BIN = join(import.meta.dirname, "../../bin/dsql-audit.mjs");
const LOOK_MS = 20;

/** Megabytes by the kernel's own high-water mark; undefined once the process is gone, or where there is no /proc. */
const highWater = (pid: number): number | undefined => {
  const status = `/proc/${pid}/status`;
  if (!existsSync(status)) return undefined;
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(status, "utf8")) ?? [];
  return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
};

/** Throws where the command fails. `megabytes` 0: this system does not tell. */
export const watchedCommand = async (
  ...args: readonly string[]
): Promise<{ readonly seconds: number; readonly megabytes: number }> => {
  const before = performance.now();
  const child = spawn(process.execPath, [BIN, ...args], { stdio: ["ignore", "ignore", "inherit"] });
  let megabytes = 0;
  const looking = setInterval(() => {
    if (child.pid !== undefined) megabytes = Math.max(megabytes, highWater(child.pid) ?? 0);
  }, LOOK_MS);
  try {
    const code = await new Promise<number | null>((done, fail) => {
      child.on("error", fail);
      child.on("exit", done);
    });
    if (code !== 0) throw new Error(`dsql-audit ${args[0]} ended with ${code}`);
    return { seconds: (performance.now() - before) / 1000, megabytes };
  } finally {
    clearInterval(looking);
  }
};
