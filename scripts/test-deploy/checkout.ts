// A copy of the checkout, so that a deployment's files never land in the real one; and the commands that run in it.
import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, mkdirSync, symlinkSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";

const PARTS = [
  "bin",
  "cli",
  "deploy",
  "docs",
  "handlers",
  "lib",
  "local",
  "package.json",
  "serverless.yml",
  "tsconfig.json",
];

export type Ran = { readonly code: number; readonly out: string; readonly err: string };

export type Checkout = {
  readonly folder: string;
  /** Runs a line as the README has it, in a shell; never throws. */
  readonly run: (line: string) => Promise<Ran>;
  /** Ends what still runs; nothing is run after it. */
  readonly stop: () => void;
};

export const copyCheckout = (
  root: string,
  home: string,
  { env, awsBin }: { readonly env: Readonly<Record<string, string>>; readonly awsBin: string },
): Checkout => {
  const folder = join(home, "checkout");
  mkdirSync(folder);
  for (const part of PARTS) cpSync(join(root, part), join(folder, part), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  const running = new Set<ChildProcess>();
  let stopped = false;
  const run = (line: string): Promise<Ran> =>
    new Promise((done) => {
      if (stopped) return done({ code: 1, out: "", err: "not run: the end has come" });
      const child = spawn("bash", ["-euo", "pipefail", "-c", line], {
        cwd: folder,
        detached: true,
        stdio: ["ignore", "pipe", "pipe"],
        env: {
          PATH: [dirname(process.execPath), awsBin, process.env.PATH].join(delimiter),
          HOME: home,
          NO_COLOR: "1",
          NODE_NO_WARNINGS: "1",
          ...env,
        },
      });
      running.add(child);
      const said = { out: "", err: "" };
      child.stdout.on("data", (chunk) => (said.out += String(chunk)));
      child.stderr.on("data", (chunk) => (said.err += String(chunk)));
      child.on("error", (error) => done({ code: 127, ...said, err: error.message }));
      child.on("close", (code) => {
        running.delete(child);
        done({ code: code ?? 1, ...said });
      });
    });
  const stop = (): void => {
    stopped = true;
    for (const { pid } of running) {
      try {
        if (pid !== undefined) process.kill(-pid, "SIGKILL");
      } catch {
        // gone already
      }
    }
  };
  return { folder, run, stop };
};
