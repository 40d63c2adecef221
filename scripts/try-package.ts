// Packs, installs the tarball where nothing else is, and uses the command there: the way of somebody without a checkout.
import { deepEqual, equal, match } from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { openStore } from "../lib/store/open-store.ts";
import { openSqliteTable } from "../lib/store/table/sqlite/sqlite-table.ts";
import { cluster, estate, role } from "../test/support/catalogs.ts";

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
const COMMAND = ["npx", "--no", "--", "dsql-audit"] as const;
const audit = (...args: string[]): string => run(...COMMAND, ...args);
/** What a command that fails says. */
const refused = (...args: string[]): string => {
  const [npx, ...command] = COMMAND;
  const { status, stderr } = spawnSync(npx, [...command, ...args], {
    cwd: home,
    encoding: "utf8",
    env: { ...process.env, PATH },
  });
  equal(status === 0, false);
  return stderr;
};

/** What publint says of the package as it was installed: its manifest, and the files that it names. */
const lint = async (): Promise<void> => {
  const pkgDir = join(home, "node_modules", "dsql-access-auditor");
  const { messages, pkg = {} } = await publint({ pkgDir, strict: true, pack: false });
  deepEqual(
    messages.map((message) => formatMessage(message, pkg, { color: false })),
    [],
  );
};

/** The bill of materials names what the product runs with, and nothing that only tests it. */
const checkBill = (): void => {
  const bill = execFileSync("npm", ["run", "--silent", "sbom"], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 1e8,
  });
  const { bomFormat, components } = JSON.parse(bill) as {
    bomFormat: string;
    components: readonly { name: string; version: string }[];
  };
  equal(bomFormat, "CycloneDX");
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
    devDependencies: Record<string, string>;
  };
  const listed = new Set(components.map(({ name, version }) => `${name} ${version}`));
  for (const [name, version] of Object.entries(dependencies))
    equal(listed.has(`${name} ${version}`), true, `${name} ${version}`);
  for (const name of ["vitest", "knip", "publint"]) {
    equal(name in devDependencies, true);
    equal(listed.has(`${name} ${devDependencies[name]}`), false, name);
  }
  console.log(`${components.length} components in the bill of materials`);
};

/** The oldest releases of Node.js that the package says it runs on. */
const OLDEST = ["22.15.0", "23.8.0"] as const;

/** A store with one snapshot in it. */
const packedStore = async (file: string): Promise<void> => {
  const now = Date.now;
  const patience = { sleep: async () => {}, random: Math.random };
  const { table, close } = await openSqliteTable({ file, mayCreate: true, ...patience });
  const store = openStore(table, { now });
  await store.clusters.register(cluster);
  await store.snapshots.save(cluster, estate({ roles: [role(100, "app")] }), now());
  await close();
};

/** An old Node.js, brought by npm for this one script; undefined where npm does not have it for this machine. */
const brought = (release: string): string | undefined => {
  const name = `node-${process.platform}-${process.arch}`;
  const folder = join(home, release);
  const { status } = spawnSync(
    "npm",
    ["install", "--no-save", "--no-audit", "--no-fund", "--prefix", folder, `${name}@${release}`],
    { cwd: home, stdio: "ignore" },
  );
  return status === 0 ? join(folder, "node_modules", name, "bin", "node") : undefined;
};

/** What this Node.js and the old one write reads the same on both. */
const tryOn = (release: string, node: string, store: string): void => {
  const bin = join(home, "node_modules", "dsql-access-auditor", "bin", "dsql-audit.mjs");
  const says = (program: string, ...args: string[]) => {
    const {
      status: code,
      stdout,
      stderr,
    } = spawnSync(program, [bin, ...args, "--store", store], {
      cwd: home,
      encoding: "utf8",
    });
    return { code, stdout, stderr };
  };
  const counted = says(node, "ingest", "event.json", "--json");
  deepEqual([counted.code, counted.stderr], [0, ""]);
  for (const args of [
    ["history", "verify"],
    ["history", "export"],
    ["privileges", "--json"],
    ["clusters", "--json"],
    // A stretch that does not end now: the minute may change between the two.
    ["activity", "--json", "--from", "2026-11-02", "--to", "2026-11-03"],
  ]) {
    const [old, own] = [says(node, ...args), says(process.execPath, ...args)];
    deepEqual(old, own);
    equal(own.stdout === "", false, args.join(" "));
  }
  match(says(node, "history", "verify").stdout, /^Whole: 1 snapshot/);
  console.log(`the same on Node.js ${release}`);
};

const tryOldest = async (): Promise<void> => {
  for (const release of OLDEST) {
    const node = brought(release);
    const store = join(home, `${release}.db`);
    await packedStore(store);
    if (node) tryOn(release, node, store);
    else console.log(`SKIPPED: not tried on Node.js ${release}, which npm does not bring here`);
  }
};

try {
  execFileSync(process.execPath, [join(root, "scripts/pack.ts"), home], {
    stdio: "inherit",
  });
  const [tarball = ""] = globSync("*.tgz", { cwd: home });
  console.log(`${tarball}: ${statSync(join(home, tarball)).size} bytes`);
  run("npm", "install", "--no-audit", "--no-fund", "--loglevel=error", `./${tarball}`);

  await lint();
  checkBill();

  match(audit("--help"), /Usage: dsql-audit/);
  match(audit("--version"), /^\d+\.\d+\.\d+\n$/);
  // One command that makes an embedded store, and one that asks it.
  copyFileSync(join(root, "test/fixtures/dbconnect-eventbridge.json"), join(home, "event.json"));
  const counted = JSON.parse(audit("ingest", "event.json", "--json")) as {
    connections: number;
  };
  equal(counted.connections, 1);
  match(refused("findings"), /no snapshot yet/);
  // What a package cannot do it says, and no server of a stand-in comes with it.
  match(refused("demo"), /the demonstration needs a checkout/);
  equal(existsSync(join(home, "dsql-audit-demo")), false);
  equal(existsSync(join(home, "node_modules/dynalite")), false);
  console.log("installed, and works on its own");
  await tryOldest();
} finally {
  rmSync(home, { recursive: true, force: true });
}
