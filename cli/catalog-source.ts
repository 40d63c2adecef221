// The catalog that a command judges: live, from a file, or as the store holds it at a time.
import type { Command } from "commander";
import type { Cluster } from "../lib/core/base/ids.ts";
import { type Instant, iso } from "../lib/core/base/time.ts";
import { parseCatalogFile } from "../lib/core/catalog/catalog-file.ts";
import { readCatalog } from "../lib/dsql/read-catalog.ts";
import { AuditError } from "../lib/errors.ts";
import { withIam } from "../lib/jobs/take-snapshot.ts";
import { goneAsOf } from "../lib/queries/basis.ts";
import { type Grounds, groundsAt, groundsOfCatalog } from "../lib/queries/grounds.ts";
import type { UnreadEntries } from "../lib/queries/unread-entries.ts";
import type { Store } from "../lib/store/open-store.ts";
import { goneText } from "../lib/wording/gone-text.ts";
import {
  addStoreOptions,
  atOption,
  type OutputFlags,
  pickCluster,
  type StoreOptions,
  withStore,
} from "./context.ts";
import { settingsOf } from "./findings/judge-settings.ts";
import type { Io } from "./io.ts";
import { paragraph, printable } from "./output.ts";
import { iamBeside } from "./read-iam.ts";
import { readText } from "./read-text.ts";
import { addSourceOptions, type SourceOptions, sourceOf, whileConnecting } from "./source.ts";

export type CatalogOptions = SourceOptions & StoreOptions & { readonly at?: string };

export const addCatalogOptions = (command: Command): Command =>
  addStoreOptions(addSourceOptions(command)).option(
    "--at <time>",
    "the state at that time, from the store: ISO 8601, or 24h, 7d ago",
  );

const refuseAt = (options: CatalogOptions): void => {
  if (options.at === undefined) return;
  throw new AuditError("usage", "--at needs a store: a live database or a file has only one time", {
    hint: "Leave out --url, --endpoint and --catalog, or leave out --at.",
  });
};

/** What could not be read is said on stderr: an answer without it may be too short. */
const sayGaps = (io: Io, { engine }: Grounds): void => {
  for (const { section, reason } of engine.gaps) {
    io.stderr.write(`unknown: ${section} could not be read: ${printable(reason)}\n`);
  }
};

/** "2026-09-12 15:06 UTC", with seconds where there are any. */
const shown = (at: Instant): string => `${iso(at).slice(0, 19).replace("T", " ").replace(/:00$/, "")} UTC`;

/** The line itself; `says`: what there is to say beside the snapshot's number and time, in sentences. */
export const snapshotLine = (seq: number, takenAt: Instant, says?: string): string =>
  `Snapshot ${seq} of ${shown(takenAt)}${says ? `. ${says}` : ""}`;

/**
 * Which snapshot an answer rests on, and since when the cluster is gone, in a sentence where there is more to say than its number
 * and time. `isAsked`: the time was asked for, so that it matters what the next snapshot shows.
 */
export const storedBasis = async (
  store: Store,
  cluster: Cluster,
  { snapshot, basis }: Grounds,
  at: Instant,
  isAsked: boolean,
): Promise<string> => {
  const { seq = 0, takenAt = 0 } = snapshot?.manifest ?? {};
  const says = isAsked
    ? (await basis())?.uncertainty.text
    : await goneAsOf(store, cluster, at).then((gone) => gone && goneText(gone));
  return snapshotLine(seq, takenAt, says);
};

/**
 * Works on the catalog named by the source options, else on the store's as of `--at`; `basis` says in a line which one it
 * was. Throws AuditError: `usage`, `connect`, `query`, `bad-file`, `not-found`.
 */
export const withGrounds = async <T>(
  io: Io,
  options: CatalogOptions,
  work: (grounds: Grounds, basis: string) => Promise<T>,
): Promise<T> => {
  const source = sourceOf(io, options);
  if (!source) {
    return withStore(io, options, { mustExist: true }, async (store) => {
      const cluster = await pickCluster(store, options.cluster);
      const at = atOption(io, options.at);
      const settings = async () => (await settingsOf(io, store)).values;
      const grounds = await groundsAt(store, cluster, at, settings);
      sayGaps(io, grounds);
      return work(grounds, await storedBasis(store, cluster, grounds, at, options.at !== undefined));
    });
  }
  refuseAt(options);
  const isFile = source.kind === "file";
  const basis = isFile ? `Catalog file ${printable(source.file)}` : `The database as of ${shown(io.now())}`;
  const catalog = isFile
    ? parseCatalogFile(readText(source.file), source.file)
    : await whileConnecting(io, source.target, async () => {
        const { target, limits } = source;
        const read = await readCatalog(target, { random: io.random, sleep: io.sleep }, limits);
        return withIam(read, iamBeside(io, target, source));
      });
  const grounds = groundsOfCatalog(catalog);
  sayGaps(io, grounds);
  return work(grounds, basis);
};

/** Says which snapshot an answer rests on: for people after it, beside JSON on stderr. */
export const sayBasis = (io: Io, { json, ndjson }: OutputFlags, basis: string): void => {
  const out = json || ndjson ? io.stderr : io.stdout;
  out.write(json || ndjson ? `${basis}\n` : `\n${paragraph(io, basis)}\n`);
};

const placeOf = ({ kind, schema, object, column }: UnreadEntries): string =>
  `${kind} ${[schema, object, column].filter((part) => part !== null).join(".")}`;

/** Says on stderr which entries of ACLs could not be read. */
export const sayUnread = (io: Io, unread: readonly UnreadEntries[]): void => {
  for (const one of unread) {
    for (const entry of one.entries) {
      io.stderr.write(
        `unknown: an entry of the ACL of ${printable(placeOf(one))} could not be read: ${printable(entry)}\n`,
      );
    }
  }
};
