// The catalog that a command judges: live, from a file, or as the store holds it at a time.
import type { Command } from "commander";
import { iso } from "../lib/core/base/time.ts";
import type { Catalog } from "../lib/core/catalog/catalog.ts";
import { parseCatalogFile } from "../lib/core/catalog/catalog-file.ts";
import type { AccessEngine } from "../lib/core/privileges/effective.ts";
import { accessEngine } from "../lib/core/privileges/effective.ts";
import { readCatalog } from "../lib/dsql/read-catalog.ts";
import { AuditError } from "../lib/errors.ts";
import { addStoreOptions, atOption, pickCluster, type StoreOptions, withStore } from "./context.ts";
import type { Io } from "./io.ts";
import { printable } from "./output.ts";
import { readText } from "./read-text.ts";
import { addSourceOptions, type SourceOptions, sourceOf, whileConnecting } from "./source.ts";

export type CatalogOptions = SourceOptions & StoreOptions & { readonly at?: string };

export const addCatalogOptions = (command: Command): Command =>
  addStoreOptions(addSourceOptions(command)).option(
    "--at <time>",
    "as it was then, from the store: ISO 8601 or 24h, 7d",
  );

const fromStore = (io: Io, options: CatalogOptions): Promise<Catalog> =>
  withStore(io, options, { mustExist: true }, async (store) => {
    const cluster = await pickCluster(store, options.cluster);
    const at = atOption(io, options.at);
    const found = await store.snapshots.asOf(cluster, at);
    if (found) return found.catalog;
    throw new AuditError("not-found", `there is no snapshot of ${cluster} at ${iso(at)} or before`, {
      hint: "dsql-audit history lists those there are.",
    });
  });

/** Named by the source options, else the store's. Throws AuditError: `usage`, `connect`, `query`, `bad-file`, `not-found`. */
const openCatalog = (io: Io, options: CatalogOptions): Promise<Catalog> | Catalog => {
  const source = sourceOf(io, options);
  if (!source) return fromStore(io, options);
  if (options.at !== undefined) {
    throw new AuditError("usage", "--at asks the store: a live database or a file knows one time only", {
      hint: "Leave out --url, --endpoint and --catalog, or leave out --at.",
    });
  }
  if (source.kind === "file") return parseCatalogFile(readText(source.file), source.file);
  const { target, limits } = source;
  return whileConnecting(io, target, () =>
    readCatalog(target, { random: io.random, sleep: io.sleep }, limits),
  );
};

/** The engine on that catalog. What could not be read is said on stderr: an answer without it may be too short. */
export const openEngine = async (io: Io, options: CatalogOptions): Promise<AccessEngine> => {
  const engine = accessEngine(await openCatalog(io, options));
  for (const { section, reason } of engine.gaps) {
    io.stderr.write(`unknown: ${section} could not be read: ${printable(reason)}\n`);
  }
  return engine;
};
