// The most memory that this process ever held.
import { existsSync, readFileSync } from "node:fs";

const STATUS = "/proc/self/status";

/**
 * Megabytes. On Linux from VmHWM: the kernel's other figure, ru_maxrss, is handed on by the process that started this one
 * (getrusage(2) counts from the fork, and a fork begins as large as its parent).
 */
export const peakMegabytes = (): number => {
  const [, kilobytes] = existsSync(STATUS)
    ? (/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(STATUS, "utf8")) ?? [])
    : [];
  return (kilobytes === undefined ? process.resourceUsage().maxRSS : Number(kilobytes)) / 1024;
};
