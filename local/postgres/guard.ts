// Makes sure that a server and its files do not outlive the process that started it, however that process ends.
import { type ChildProcess, spawn } from "node:child_process";
import { Socket } from "node:net";

// A shell in its own session waits on a pipe that only our process holds. The kernel closes the pipe when we end, also on
// SIGKILL, where no handler of ours could run; a word before the end means that all was stopped in order.
const script = `read -r word
[ "$word" = stopped ] && exit 0
kill -QUIT "$1" 2>/dev/null
for i in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$1" 2>/dev/null || break; sleep 0.1; done
rm -rf -- "$2"`;

/** Watches over `server` and `scratch`; the returned function ends the watch after an orderly stop. */
export const guard = (server: ChildProcess, scratch: string): (() => void) => {
  const shell = spawn("/bin/sh", ["-c", script, "guard", String(server.pid), scratch], {
    detached: true,
    cwd: "/",
    stdio: ["pipe", "ignore", "ignore"],
  });
  shell.on("error", () => {}); // no shell, no guard: the server still stops by stop()
  shell.stdin.on("error", () => {});
  shell.unref();
  if (shell.stdin instanceof Socket) shell.stdin.unref();
  return () => {
    shell.stdin.end("stopped\n");
  };
};
