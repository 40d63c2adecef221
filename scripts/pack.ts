// Makes the npm tarball: one bundled file instead of sources (Node strips no types below node_modules), and a manifest
// without what only a checkout needs: the PostgreSQL binaries and a Node.js of our own, 160 MB.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const root = join(import.meta.dirname, "..");
const out = join(root, "dist", "package");
rmSync(out, { recursive: true, force: true });
mkdirSync(join(out, "dist"), { recursive: true });

const { metafile } = await build({
  entryPoints: [join(root, "cli/main.ts")],
  outfile: join(out, "dist/dsql-audit.mjs"),
  bundle: true,
  platform: "node",
  target: "node24",
  format: "esm",
  packages: "external",
  metafile: true,
  logLevel: "warning",
});

/** Only what the bundle still imports is a dependency of the package. */
const imported = new Set(
  Object.values(metafile.outputs)
    .flatMap(({ imports }) => imports)
    .filter(({ path, external }) => external && !path.startsWith("node:"))
    .map(({ path }) =>
      path
        .split("/")
        .slice(0, path.startsWith("@") ? 2 : 1)
        .join("/"),
    ),
);
const { name, version, description, license, type, bin, dependencies } = JSON.parse(
  readFileSync(join(root, "package.json"), "utf8"),
) as Record<string, Record<string, string>>;
const manifest = {
  name,
  version,
  description,
  license,
  type,
  bin,
  engines: { node: ">=24" },
  dependencies: Object.fromEntries(Object.entries(dependencies ?? {}).filter(([id]) => imported.has(id))),
};
writeFileSync(join(out, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
for (const file of ["README.md", "LICENSE", "CHANGELOG.md", "bin"])
  cpSync(join(root, file), join(out, file), { recursive: true });

execFileSync("npm", ["pack", "--pack-destination", root], { cwd: out, stdio: "inherit" });
