// `npm run --silent sbom`: the bill of materials of what the product runs with, in CycloneDX's format.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

type Manifest = { readonly devDependencies?: object };
type Lock = { readonly packages: Readonly<Record<string, Manifest & { readonly dev?: true }>> };

const read = (file: string): unknown =>
  JSON.parse(readFileSync(join(import.meta.dirname, "..", file), "utf8"));

/**
 * Of the manifest and the lock without development: `npm sbom --omit dev` alone leaves out as well what tools and product
 * both use, pg and zod among it.
 */
const withoutDevelopment = (): Readonly<Record<string, object>> => {
  const { devDependencies: _, ...manifest } = read("package.json") as Manifest;
  const lock = read("package-lock.json") as Lock;
  const { "": own = {}, ...others } = lock.packages;
  const { devDependencies: __, ...root } = own;
  const used = Object.entries(others).filter(([, { dev }]) => !dev);
  return {
    "package.json": manifest,
    "package-lock.json": { ...lock, packages: { "": root, ...Object.fromEntries(used) } },
  };
};

const temporary = mkdtempSync(join(tmpdir(), "sbom-"));
try {
  // npm takes the folder's name for the product's.
  const folder = join(temporary, "dsql-access-auditor");
  mkdirSync(folder);
  for (const [file, content] of Object.entries(withoutDevelopment()))
    writeFileSync(join(folder, file), JSON.stringify(content));
  const args = ["sbom", "--package-lock-only", "--sbom-format", "cyclonedx", "--loglevel=error"];
  execFileSync("npm", args, { cwd: folder, stdio: "inherit" });
} finally {
  rmSync(temporary, { recursive: true, force: true });
}
