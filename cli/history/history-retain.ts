// `dsql-audit history retain`: thins old days to their first snapshot. Says what it would remove, and does it with --apply.
import { counted } from "../../lib/core/base/counted.ts";
import type { Cluster } from "../../lib/core/base/ids.ts";
import { dayOf, iso } from "../../lib/core/base/time.ts";
import { KEEP_DAYS } from "../../lib/core/history/retention.ts";
import { AuditError } from "../../lib/errors.ts";
import type { RetentionResult } from "../../lib/store/history/retention.ts";
import type { AddCommand } from "../command.ts";
import { addStoreOptions, pickCluster, type StoreOptions, withStore } from "../context.ts";
import { printable, printDocument } from "../output.ts";

type Options = StoreOptions & {
  readonly keepDays: string;
  readonly apply?: boolean;
  readonly json?: boolean;
};

/** `--keep-days` as a number; AuditError("usage") for anything but a whole number from 1 on. */
export const parseKeepDays = (text: string): number => {
  const days = Number(text);
  if (!Number.isInteger(days) || days < 1)
    throw new AuditError("usage", "--keep-days wants a whole number of days");
  return days;
};

type Document = Omit<RetentionResult, "before"> & {
  readonly cluster: Cluster;
  readonly keepDays: number;
  readonly applied: boolean;
  readonly before: string | null;
};

const both = (snapshots: number, chunks: number): string =>
  `${counted(snapshots, "snapshot")} and ${counted(chunks, "chunk")}`;

const retainedText = ({ cluster, keepDays, applied, before, ...n }: Document): string => {
  if (before === null) return printable(`There is no snapshot of ${cluster}.`);
  const days = keepDays === KEEP_DAYS ? "" : ` --keep-days ${keepDays}`;
  const nothing = n.removedSnapshots === 0 && n.removedChunks === 0;
  return [
    `${applied ? "Removed" : "Would remove"} ${both(n.removedSnapshots, n.removedChunks)} of ${cluster}.`,
    `${both(n.keptSnapshots, n.keptChunks)} stay: before ${dayOf(Date.parse(before))} the first snapshot of each day, from then on all.`,
    ...(applied && days
      ? ["dsql-audit history verify knows of it, and reports no thinned day as missing."]
      : []),
    ...(applied || nothing
      ? []
      : [`Nothing was removed yet. To do it: dsql-audit history retain${days} --apply`]),
  ]
    .map(printable)
    .join("\n");
};

export const addRetain: AddCommand = (history, io) => {
  const command = history
    .command("retain")
    .summary("keep only the first snapshot of old days")
    .description(
      "Keeps every snapshot of the last days, and the first of each day before. A snapshot that last read a section which " +
        "is unreadable now is kept, with those of its day before it. Shows what it would remove. With --apply it removes " +
        "it for good.",
    )
    .option("--keep-days <n>", "how many days to keep in full", String(KEEP_DAYS))
    .option("--apply", "remove it")
    .option("--json", "one JSON document on stdout")
    .addHelpText("after", "\nExample:\n  $ dsql-audit history retain --keep-days 90 --apply");
  addStoreOptions(command).action(async (options: Options) => {
    const keepDays = parseKeepDays(options.keepDays);
    const applied = options.apply ?? false;
    const document = await withStore(io, options, { mustExist: true }, async (store): Promise<Document> => {
      const cluster = await pickCluster(store, options.cluster);
      const result = await store.archive.retain(cluster, { keepDays, apply: applied });
      return {
        cluster,
        keepDays,
        applied,
        ...result,
        before: result.before === null ? null : iso(result.before),
      };
    });
    printDocument(io, options, document, retainedText);
  });
};
