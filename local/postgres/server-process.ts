// The server as a process: started until it takes connections, on a port that is free, and shut down.
import { type ChildProcess, spawn } from "node:child_process";
import { createServer, Socket } from "node:net";
import { AuditError } from "../../lib/errors.ts";

/** Nothing of our own environment, such as PGHOST or a language, reaches the server. */
export const serverEnv = { PATH: process.env.PATH ?? "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" };

/** Resolves with the server process when it says that it is ready, rejects with its last words when it ends before. */
export const launch = (
  file: string,
  args: readonly string[],
  options: { cwd: string; uid?: number; gid?: number },
) =>
  new Promise<ChildProcess>((ready, failed) => {
    const child = spawn(file, args, {
      ...options,
      env: serverEnv,
      detached: true,
      stdio: ["ignore", "ignore", "pipe"],
    });
    let words = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      words = (words + text).slice(-2000);
      if (!words.includes("ready to accept connections")) return;
      child.stderr.removeAllListeners("data").resume();
      child.unref(); // neither the server nor its log keeps our process alive
      if (child.stderr instanceof Socket) child.stderr.unref();
      ready(child);
    });
    const refuse = (cause: unknown) =>
      failed(
        new AuditError("config", `PostgreSQL did not start: ${words.trim()}`, {
          cause,
          hint: `it runs ${file}`,
        }),
      );
    child.once("error", refuse).once("exit", refuse);
  });

/** Another process may take a port between our look and the server's start: three tries, then the server's own error. */
export const onFreePort = async (
  start: (port: number) => Promise<ChildProcess>,
  tries = 3,
): Promise<{ child: ChildProcess; port: number }> => {
  const port = await new Promise<number>((found) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => found(typeof address === "object" && address ? address.port : 0));
    });
  });
  try {
    return { child: await start(port), port };
  } catch (cause) {
    if (tries <= 1) throw cause;
    return onFreePort(start, tries - 1);
  }
};

/** A fast shutdown; what has not ended after five seconds is made to. */
export const shutDown = (child: ChildProcess): Promise<void> =>
  new Promise((ended) => {
    if (child.exitCode !== null || child.signalCode !== null) return ended();
    child.ref();
    const late = setTimeout(() => child.kill("SIGQUIT"), 5000);
    child.once("exit", () => {
      clearTimeout(late);
      ended();
    });
    child.kill("SIGINT");
  });
