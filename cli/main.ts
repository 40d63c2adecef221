// Where the process meets the program: arguments, signals, exit code.
import { processIo } from "./io.ts";
import { run } from "./program.ts";

const stop = new AbortController();
/** Who asks twice does not want to wait; a terminal and a parent may each hand on the same Ctrl-C within a moment. */
const IMPATIENT_MS = 1_000;
let askedAt: number | undefined;
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    const code = signal === "SIGINT" ? 130 : 143;
    if (askedAt !== undefined && performance.now() - askedAt > IMPATIENT_MS) {
      // By the signal itself: process.exit would end threads in the middle of what they do, and one that is opening a gzip
      // stream then aborts the process.
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    }
    askedAt ??= performance.now();
    process.exitCode = code;
    stop.abort(new Error(`stopped by ${signal}`));
  });
}
process.stdout.on("error", ({ code }: NodeJS.ErrnoException) => {
  // A reader that went away (| head) is no error.
  if (code === "EPIPE") process.exit(0);
  const why = code === "ENOSPC" || code === "EDQUOT" ? "the disk is full" : String(code);
  process.stderr.write(`error: the output could not be written: ${why}\n`);
  process.exit(1);
});

const code = await run(process.argv.slice(2), processIo(stop.signal));
process.exitCode = process.exitCode || code;
