// Where the process meets the program: arguments, signals, exit code.
import { processIo } from "./io.ts";
import { run } from "./program.ts";

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    process.exitCode = signal === "SIGINT" ? 130 : 143;
    stop.abort(new Error(`stopped by ${signal}`));
  });
}
// A reader that went away (| head) is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

const code = await run(process.argv.slice(2), processIo(stop.signal));
process.exitCode = process.exitCode || code;
