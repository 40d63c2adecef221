// moto from PyPI in a virtual environment of its own, kept in node_modules; or why it cannot be had here.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

export const MOTO = "5.1.15";
const root = join(import.meta.dirname, "../..");
const folder = join(root, "node_modules/.cache", `moto-${MOTO}`);
const python = join(folder, "bin/python");

const run = (file: string, ...words: readonly string[]): void => {
  execFileSync(file, words, { stdio: "pipe", timeout: 300_000 });
};

/** null: it is there; else why not. Installs it once. */
export const installMoto = (): string | null => {
  try {
    if (existsSync(join(folder, "bin/moto_server"))) return null;
    mkdirSync(folder, { recursive: true });
    run("python3", "-m", "venv", folder);
    run(
      python,
      "-m",
      "pip",
      "install",
      "--quiet",
      "--disable-pip-version-check",
      `moto[iam,server]==${MOTO}`,
    );
    return null;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return text.split("\n").slice(0, 2).join(" ").slice(0, 300);
  }
};

export type Moto = {
  readonly endpoint: string;
  /** From now on every call needs a permission of whoever signs it. */
  readonly enforce: () => Promise<void>;
  readonly stop: () => void;
};

/** A server with an empty account, or one with so many roles, of which each tenth may connect. */
export const startMoto = async (roles = 0): Promise<Moto> => {
  const server: ChildProcess = spawn(python, [join(import.meta.dirname, "serve.py")], {
    stdio: ["pipe", "pipe", "ignore"],
    env: { ...process.env, ROLES: String(roles), INITIAL_NO_AUTH_ACTION_COUNT: "1000000" },
  });
  const { stdout } = server;
  if (!stdout) throw new Error("moto has no output");
  const port = await new Promise<string>((done, fail) => {
    createInterface({ input: stdout }).once("line", done);
    server.once("exit", (code) => fail(new Error(`moto ended with ${code}`)));
  });
  const endpoint = `http://127.0.0.1:${port}`;
  return {
    endpoint,
    enforce: async () => {
      await fetch(`${endpoint}/moto-api/reset-auth`, { method: "POST", body: "0" });
    },
    stop: () => {
      server.kill();
    },
  };
};
