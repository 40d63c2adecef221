// `dsql-audit history`: the snapshots there are; its sub-commands ask what was true, what changed, and whether all is whole.
import type { Command } from "commander";
import { parseInterval } from "../../lib/core/base/parse-time.ts";
import { iso } from "../../lib/core/base/time.ts";
import { sectionNames } from "../../lib/core/catalog/catalog.ts";
import type { SealedManifest } from "../../lib/core/history/manifest.ts";
import { AuditError } from "../../lib/errors.ts";
import type { AddCommand } from "../command.ts";
import {
  addOutputOptions,
  addStoreOptions,
  type OutputFlags,
  pickCluster,
  type StoreOptions,
  withStore,
} from "../context.ts";
import { type Column, printRows } from "../output.ts";
import { stamp } from "./history-basis.ts";
import { addDiff } from "./history-diff.ts";
import { addRestored } from "./history-restored.ts";
import { addRetain } from "./history-retain.ts";
import { addShow } from "./history-show.ts";
import { addTimeline } from "./history-timeline.ts";
import { addExport, addVerify } from "./history-verify.ts";

type Options = StoreOptions &
  OutputFlags & { readonly from?: string; readonly to?: string; readonly limit: string };

const rowOf = ({ manifest, hash }: SealedManifest) => ({
  seq: manifest.seq,
  takenAt: iso(manifest.takenAt),
  manifestHash: hash,
  changes: manifest.changes?.count ?? 0,
  rows: Object.fromEntries(sectionNames.map((name, i) => [name, manifest.rows[i] ?? null])),
  unreadable: Object.keys(manifest.unreadable),
  ...(manifest.meta.login && { login: { ...manifest.meta.login, at: iso(manifest.meta.login.at) } }),
});
type Row = ReturnType<typeof rowOf>;

const columns: readonly Column<Row>[] = [
  { head: "#", cell: ({ seq }) => seq, align: "right" },
  { head: "taken at", cell: ({ takenAt }) => stamp(Date.parse(takenAt)) },
  { head: "changes", cell: ({ seq, changes }) => (seq === 1 ? "first" : changes), align: "right" },
  { head: "roles", cell: ({ rows }) => rows.roles, align: "right" },
  { head: "mappings", cell: ({ rows }) => rows.mappings, align: "right" },
  { head: "not read", cell: ({ unreadable }) => unreadable.join(", ") || "" },
  { head: "hash", cell: ({ manifestHash }) => manifestHash.slice(0, 12) },
];

/** AuditError("usage") for anything but a whole number from 1 on. */
const parseLimit = (text: string): number => {
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1)
    throw new AuditError("usage", `cannot read the limit ${JSON.stringify(text)}`);
  return limit;
};

const addList = (history: Command, ...[, io]: Parameters<AddCommand>): void => {
  addOutputOptions(addStoreOptions(history))
    .option("--from <time>", "only snapshots taken at or after this time")
    .option("--to <time>", "only snapshots taken at or before this time")
    .option("--limit <n>", "the newest so many", "20")
    .action(async (options: Options) => {
      const limit = parseLimit(options.limit);
      const interval = parseInterval(options, io.now(), { from: 0, to: Math.max(io.now(), 0) });
      const all = options.to === undefined ? { from: interval.from } : interval;
      const found = await withStore(io, options, { mustExist: true }, async (store) => {
        const cluster = await pickCluster(store, options.cluster);
        return Array.fromAsync(store.snapshots.list(cluster, { ...all, limit, backward: true }));
      });
      printRows(io, options, found.map(rowOf), columns, "No snapshot in that stretch of time.");
    });
};

export const addHistory: AddCommand = (program, io, finish) => {
  const history = program
    .command("history")
    .summary("what was true at a time, and what changed")
    .description("Lists the snapshots, newest first.")
    .enablePositionalOptions()
    .addHelpText(
      "after",
      "\nExamples:\n" +
        "  $ dsql-audit history show --at 2026-03-01T02:00Z\n" +
        "  $ dsql-audit history diff --from 7d --to 1d\n" +
        "  $ dsql-audit history timeline --role app_readonly\n" +
        "  $ dsql-audit history timeline --role app_readonly --object public.orders --privilege DELETE\n" +
        "  $ dsql-audit history verify --head 812:3f1c…",
    );
  addList(history, program, io, finish);
  for (const add of [addShow, addDiff, addTimeline, addExport, addVerify, addRetain, addRestored])
    add(history, io, finish);
};
