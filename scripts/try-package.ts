// Packs, installs the tarball where nothing else is, and uses the command there: the way of somebody without a checkout.
import { equal, match } from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, globSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";

const root = join(import.meta.dirname, "..");
const home = mkdtempSync(join(tmpdir(), "dsql-audit-try-"));
/** This process's own Node.js first, and nothing of the checkout's node_modules. */
const PATH = [dirname(process.execPath), ...(process.env.PATH ?? "").split(delimiter)]
  .filter((folder) => !folder.endsWith(join("node_modules", ".bin")))
  .join(delimiter);
const run = (command: string, ...args: string[]): string =>
  execFileSync(command, args, {
    cwd: home,
    encoding: "utf8",
    env: { ...process.env, PATH },
    stdio: ["ignore", "pipe", "inherit"],
  });
const audit = (...args: string[]): string => run("npx", "--no", "--", "dsql-audit", ...args);

try {
  execFileSync(process.execPath, [join(root, "scripts/pack.ts"), home], {
    stdio: "inherit",
  });
  const [tarball = ""] = globSync("*.tgz", { cwd: home });
  console.log(`${tarball}: ${statSync(join(home, tarball)).size} bytes`);
  run("npm", "install", "--no-audit", "--no-fund", "--loglevel=error", `./${tarball}`);

  match(audit("--help"), /Usage: dsql-audit/);
  match(audit("--version"), /^\d+\.\d+\.\d+\n$/);
  // One command that starts the embedded store, which is a file of its own.
  copyFileSync(join(root, "test/fixtures/dbconnect-eventbridge.json"), join(home, "event.json"));
  const counted = JSON.parse(audit("ingest", "event.json", "--json")) as {
    connections: number;
  };
  equal(counted.connections, 1);
  console.log("installed, and works on its own");
} finally {
  rmSync(home, { recursive: true, force: true });
}
