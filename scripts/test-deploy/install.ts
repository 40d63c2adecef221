// Programs from PyPI, each in an environment of its own, kept in node_modules; or why one cannot be had here.
import { spawnSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";

/** The emulator of AWS. 1.4 hangs while it deploys, and others refuse the template. */
const MINISTACK = "ministack==1.5.33";
/** What the documents' commands that begin with `aws` are run with. */
const AWSCLI = "awscli==1.46.3";

const STEP_MS = 3 * 60_000;

/** A folder with the programs, or why there is none. */
type Installed = { readonly bin: string } | { readonly why: string };

const install = (root: string, wanted: string, program: string): Installed => {
  const home = join(root, "node_modules", ".cache", wanted.replace("==", "-"));
  const bin = join(home, "bin");
  // pip writes it when all else is there, so half an installation is made again.
  if (existsSync(join(bin, program))) return { bin };
  rmSync(home, { recursive: true, force: true });
  for (const [command, args] of [
    ["python3", ["-m", "venv", home]],
    [
      join(bin, "python"),
      ["-m", "pip", "install", "--quiet", "--retries", "1", "--disable-pip-version-check", wanted],
    ],
  ] as const) {
    const { status, error, stderr } = spawnSync(command, args, { encoding: "utf8", timeout: STEP_MS });
    if (status === 0) continue;
    rmSync(home, { recursive: true, force: true });
    const why = error?.message ?? stderr.trim().split("\n").at(-1) ?? "";
    return { why: `${wanted} cannot be installed: ${why.slice(0, 300)}` };
  }
  return { bin };
};

/** Python of the emulator's environment and the folder of the AWS command line; each installed once. */
export const installPrograms = (
  root: string,
): { readonly python: string; readonly awsBin: string } | { readonly why: string } => {
  const emulator = install(root, MINISTACK, "ministack");
  if ("why" in emulator) return emulator;
  const cli = install(root, AWSCLI, "aws");
  if ("why" in cli) return cli;
  return { python: join(emulator.bin, "python"), awsBin: cli.bin };
};
