#!/usr/bin/env node
// Finds the right Node.js and the right form of the program: sources in a checkout, one bundled file in a package.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import module, { createRequire } from "node:module";
import { constants, homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const bundled = at("../dist/dsql-audit.mjs");
const sources = at("../cli/main.ts");
// A checkout always runs its sources: a bundle that was left behind by packing would be a stale program.
const isCheckout = existsSync(sources);
const program = isCheckout ? sources : bundled;

/** Before these Node.js has no zstd, which a store is packed with, or runs no TypeScript without a warning. */
const NEEDED = isCheckout ? "24.3 or later" : "22.15 or a later 22, or 23.8 or later";
const suits = () => {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (isCheckout) return major > 24 || (major === 24 && minor >= 3);
  return major > 23 || (major === 23 && minor >= 8) || (major === 22 && minor >= 15);
};

/** What older releases say of their SQLite at every start is of no use to whoever runs a command. */
const withoutSqliteWarning = () => {
  const { emitWarning } = process;
  process.emitWarning = (warning, ...more) => {
    if (!String(warning).startsWith("SQLite is an experimental feature"))
      emitWarning.call(process, warning, ...more);
  };
};

const npmNode = () => {
  try {
    const require = createRequire(import.meta.url);
    return require.resolve(`node-${process.platform}-${process.arch}/bin/node`);
  } catch {
    return undefined;
  }
};

/**
 * Where Node.js keeps compiled code between runs, which halves the time to start. Below the home folder, never in the
 * shared temporary one: whoever may write there chooses what runs. Undefined where no such folder can be made.
 */
const codeCache = () => {
  if (process.env.NODE_COMPILE_CACHE) return process.env.NODE_COMPILE_CACHE;
  try {
    const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "dsql-audit");
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return folder;
  } catch {
    return undefined;
  }
};

if (suits()) {
  withoutSqliteWarning();
  const cache = codeCache();
  if (cache) module.enableCompileCache(cache);
  await import(program);
} else {
  const node = npmNode();
  if (!node) {
    process.stderr.write(
      `error: dsql-audit needs Node.js ${NEEDED}; this is ${process.version}\n` +
        `  Install it from https://nodejs.org${isCheckout ? ", or let npm bring it: npm ci (without --omit=optional)" : ""}\n`,
    );
    process.exit(1);
  }
  const cache = codeCache();
  const env = cache ? { ...process.env, NODE_COMPILE_CACHE: cache } : process.env;
  const child = spawn(node, [program, ...process.argv.slice(2)], { stdio: "inherit", env });
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => {
    // As a shell says it of a process that ended by a signal.
    process.exitCode = signal ? 128 + constants.signals[signal] : (code ?? 1);
  });
}
