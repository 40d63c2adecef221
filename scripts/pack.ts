// Makes the npm tarball: bundled files instead of sources (Node strips no types below node_modules), and a manifest
// without what only a checkout needs: the demonstration with its PostgreSQL binaries and its stand-ins of AWS, and a Node.js
// of our own, 160 MB.
// node scripts/pack.ts [folder for the tarball, default: here]
import { execFileSync } from "node:child_process";
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { build, type Plugin } from "esbuild";
import { rules, words } from "../deploy/bundle-parts.ts";

const root = join(import.meta.dirname, "..");
const destination = resolve(process.argv[2] ?? root);
const out = join(root, "dist", "package");
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

/** A file that is started by its URL, as a worker is, is a bundle of its own beside the others. */
const STARTED = /new URL\("(\.\/[\w./-]+)\.ts", import\.meta\.url\)/g;
const started = globSync("{cli,lib}/**/*.ts", { cwd: root }).flatMap((file) =>
  [...readFileSync(join(root, file), "utf8").matchAll(STARTED)].map(([, path]) =>
    join(root, dirname(file), `${path}.ts`),
  ),
);
const bundledUrls: Plugin = {
  name: "bundled-urls",
  setup: ({ onLoad }) => {
    onLoad({ filter: /\/(?:cli|lib)\/.*\.ts$/ }, ({ path }) => ({
      loader: "ts",
      contents: readFileSync(path, "utf8").replace(
        STARTED,
        (_, file: string) => `new URL("./${basename(file)}.mjs", import.meta.url)`,
      ),
    }));
  },
};

/** What the command line reaches for in `local/` is the demonstration, which a package cannot run: it says so instead. */
const checkoutOnly: Plugin = {
  name: "checkout-only",
  setup: ({ onResolve, onLoad }) => {
    // The summary's words need the names of the story, which are data; plans are proven on a server that somebody names.
    onResolve({ filter: /\/local\/.*\.ts$/ }, ({ path }) =>
      path.endsWith("/demo/estate.ts") || path.includes("/local/prove/")
        ? undefined
        : { path, namespace: "checkout-only" },
    );
    onLoad({ filter: /.*/, namespace: "checkout-only" }, () => ({
      resolveDir: root,
      contents: [
        'import { AuditError } from "./lib/errors.ts";',
        'throw new AuditError("usage", "the demonstration needs a checkout of the project: it runs PostgreSQL, which is not in this package", {',
        '  hint: "In a checkout: npm ci, then npm start. To begin with a cluster of your own: dsql-audit setup-sql",',
        "});",
        // Named, so that the imports bind.
        "export const runDemo = undefined, convertStore = undefined, principals = undefined, BASELINE_FILE = undefined;",
      ].join("\n"),
    }));
  },
};

const { metafile } = await build({
  entryPoints: [
    { in: join(root, "cli/main.ts"), out: "dsql-audit" },
    ...started.map((file) => ({ in: file, out: basename(file, ".ts") })),
  ],
  outdir: join(out, "dist"),
  outExtension: { ".js": ".mjs" },
  bundle: true,
  // What only some commands need stays in files that only they load; all of them side by side, for the URLs above.
  splitting: true,
  platform: "node",
  target: "node22.15",
  format: "esm",
  packages: "external",
  plugins: [rules, words, bundledUrls, checkoutOnly],
  metafile: true,
  logLevel: "warning",
});

/** Only what the bundles still import is a dependency of the package. */
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
const undeclared = [...imported].filter((id) => !dependencies?.[id]);
if (undeclared.length) throw new Error(`package.json lacks the dependencies ${undeclared.join(", ")}`);
const manifest = {
  name,
  version,
  description,
  license,
  type,
  bin,
  // A checkout may bring its own Node.js; a package runs on whoever's it is. bin/dsql-audit.mjs says why these.
  engines: { node: "^22.15.0 || >=23.8.0" },
  dependencies: Object.fromEntries(Object.entries(dependencies ?? {}).filter(([id]) => imported.has(id))),
};
writeFileSync(join(out, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
for (const file of ["README.md", "LICENSE", "CHANGELOG.md", "bin", "docs/schema"])
  cpSync(join(root, file), join(out, file), { recursive: true });

execFileSync("npm", ["pack", "--loglevel=error", "--pack-destination", destination], {
  cwd: out,
  stdio: "inherit",
});
