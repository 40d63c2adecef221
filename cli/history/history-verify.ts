// `dsql-audit history export` and `verify`: takes the history out of the table, and shows whether it is whole.

import { createReadStream, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { counted } from "../../lib/core/base/counted.ts";
import type { Cluster } from "../../lib/core/base/ids.ts";
import { KEEP_DAYS } from "../../lib/core/history/retention.ts";
import type { ExpectedHead } from "../../lib/core/history/verify-heads.ts";
import { AuditError } from "../../lib/errors.ts";
import { readExport } from "../../lib/store/history/export.ts";
import {
  unreadableHistory,
  type VerifyReport,
  type VerifyRequest,
  verifyHistory,
} from "../../lib/store/history/verify-history.ts";
import { DamagedItem } from "../../lib/store/table/damaged-item.ts";
import { paintVerdict } from "../colour.ts";
import type { AddCommand } from "../command.ts";
import { addStoreOptions, pickCluster, type StoreOptions, withStore } from "../context.ts";
import type { Io } from "../io.ts";
import { printable, printDocument } from "../output.ts";
import { writeWhole } from "../write-whole.ts";
import { parseKeepDays } from "./history-retain.ts";

type ExportOptions = StoreOptions & { readonly out?: string };
type VerifyFlags = StoreOptions & {
  readonly file?: string;
  readonly head?: readonly string[];
  readonly publicKey?: string;
  readonly keepDays?: string;
  readonly json?: boolean;
};

export const addExport: AddCommand = (history, io) => {
  const command = history
    .command("export")
    .summary("the whole history as a file, to verify and to keep elsewhere")
    .option("--out <file>", "where to (default: standard output)")
    .addHelpText("after", "\nExample:\n  $ dsql-audit history export --out history.ndjson");
  addStoreOptions(command).action(async (options: ExportOptions) => {
    await withStore(io, options, { mustExist: true }, async (store) => {
      const lines = store.archive.export(await pickCluster(store, options.cluster));
      if (options.out === undefined) {
        for await (const line of lines) io.stdout.write(`${line}\n`);
        return;
      }
      const all = await Array.fromAsync(lines);
      await writeWhole(resolve(io.cwd, options.out), `${all.join("\n")}\n`);
      io.stderr.write(`${all.length} lines written to ${printable(options.out)}\n`);
    });
  });
};

/** "HASH" or "SEQ:HASH", as digest emails give it; a hash may be cut to its first 12 digits or more. */
export const parseHead = (text: string): ExpectedHead => {
  const [, seq, hash] = /^(?:(\d{1,10}):)?([0-9a-f]{12,64})$/i.exec(text.trim()) ?? [];
  if (hash === undefined) {
    throw new AuditError("usage", `cannot read the head ${JSON.stringify(text)}`, {
      hint: "Give it as the email does: NUMBER:HASH, or at least 12 digits of the hash.",
    });
  }
  return { seq: seq === undefined ? null : Number(seq), hash: hash.toLowerCase() };
};

const readFile = (io: Io, file: string): string => {
  try {
    return readFileSync(resolve(io.cwd, file), "utf8");
  } catch (cause) {
    throw new AuditError("bad-file", `${file} cannot be read`, { cause });
  }
};

const fromFile = async (io: Io, file: string): Promise<VerifyRequest> => {
  const input = createReadStream(resolve(io.cwd, file), "utf8");
  try {
    return await readExport(createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY }));
  } catch (cause) {
    const what = cause instanceof AuditError ? cause.message : "it cannot be read";
    throw new AuditError("bad-file", `${file}: ${what}`, {
      cause,
      hint: "Use a file written by: dsql-audit history export",
    });
  } finally {
    input.destroy();
  }
};

const SHOWN = 20;

/** What became of a head that is fine needs no line of its own, but a removed one does. */
const headLine = ({ seq, hash, verdict, text }: VerifyReport["heads"][number]): string[] => {
  const name = `${seq === null ? "" : `${seq}:`}${hash.slice(0, 12)}`;
  if (verdict === "broken") return [];
  return [`  ${verdict === "removed" || verdict === "unknown" ? "NOT KNOWN" : "ok"}: head ${name}: ${text}`];
};

const reportText = (report: VerifyReport): string => {
  const { whole, snapshots, chunks, head, heads, faults, notes, notCovered } = report;
  return [
    whole
      ? `Whole: ${counted(snapshots, "snapshot")}, ${counted(chunks, "chunk")}.`
      : `BROKEN: ${counted(faults.length, "fault")}, the first one first.`,
    ...faults.slice(0, SHOWN).map(({ kind, message }) => `  ${kind}: ${message}`),
    ...(faults.length > SHOWN ? [`  and ${faults.length - SHOWN} more`] : []),
    ...heads.flatMap(headLine),
    ...notes.map((note) => `  note: ${note}`),
    head
      ? `Head: ${head.seq}:${head.hash}`
      : whole
        ? "There is no snapshot."
        : "Which snapshot is the newest is not known.",
    ...(whole && head
      ? ["Keep the head elsewhere: verify --head then shows later whether anything up to it was rewritten."]
      : []),
    `This covers snapshots, their changes and their timelines. Not covered: ${notCovered.join(", ")}. A change to those is not found.`,
  ]
    .map(printable)
    .join("\n");
};

/** An item that cannot be read at all is a fault by itself. */
const ofDamaged =
  (cluster: Cluster) =>
  (error: unknown): VerifyReport => {
    if (error instanceof DamagedItem) return unreadableHistory(cluster, error);
    throw error;
  };

export const addVerify: AddCommand = (history, io, finish) => {
  const command = history
    .command("verify")
    .summary("whether the history is whole, and the first broken link if not")
    .option("--file <file>", "an export, instead of the store")
    .option("--head <[n:]hash...>", "a head noted earlier, such as an email gave it")
    .option("--public-key <file>", "PEM of the key that signed restore markers")
    .option(
      "--keep-days <n>",
      `days that retention keeps in full (default: as it was last run, else ${KEEP_DAYS})`,
    )
    .option("--json", "one JSON document on stdout")
    .addHelpText(
      "after",
      "\nExample:\n  $ dsql-audit history verify --file history.ndjson --head 812:3f1c6a0b9d2e",
    );
  addStoreOptions(command).action(async (options: VerifyFlags) => {
    const checks = {
      ...(options.keepDays !== undefined && { keepDays: parseKeepDays(options.keepDays) }),
      expectedHeads: (options.head ?? []).map(parseHead),
      ...(options.publicKey !== undefined && { publicKey: readFile(io, options.publicKey) }),
    };
    const report =
      options.file === undefined
        ? await withStore(io, options, { mustExist: true }, async (store) => {
            const cluster = await pickCluster(store, options.cluster);
            const verified = store.archive.toVerify(cluster).then((all) => verifyHistory(all, checks));
            return verified.catch(ofDamaged(cluster));
          })
        : await verifyHistory(await fromFile(io, options.file), checks);
    printDocument(io, options, report, (it) => paintVerdict(io, it.whole, reportText(it)));
    if (!report.whole) finish(1);
  });
};
