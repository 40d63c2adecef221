// `dsql-audit detect`: judges what the store knows, and brings the findings up to date.
import { Option } from "commander";
import { type Instant, iso, MINUTE } from "../../lib/core/base/time.ts";
import { AuditError } from "../../lib/errors.ts";
import { detectCluster } from "../../lib/jobs/judge-cluster.ts";
import { findingDocument } from "../../lib/queries/finding-document.ts";
import { goneText } from "../../lib/wording/gone-text.ts";
import type { AddCommand } from "../command.ts";
import {
  addOutputOptions,
  addStoreOptions,
  atOption,
  type OutputFlags,
  pickCluster,
  type StoreOptions,
  withStore,
} from "../context.ts";
import type { Io } from "../io.ts";
import { printRows } from "../output.ts";
import { findingColumns } from "./finding-columns.ts";
import { detectOptions, settingsOf, settingsToWriteWith } from "./judge-settings.ts";
import { sayNotJudged } from "./not-judged.ts";

type Options = StoreOptions &
  OutputFlags & { readonly at?: string; readonly exitCode?: boolean; readonly dryRun?: boolean };

/** A run of the command may take a moment, and clocks differ by one. */
const NOW_MS = MINUTE;

/** Now. What is stored was judged up to now: findings cannot be brought up to date with another time. */
const momentOf = (io: Io, text: string | undefined): Instant => {
  const now = io.now();
  const at = atOption(io, text);
  if (Math.abs(at - now) <= NOW_MS) return at;
  throw new AuditError(
    "usage",
    at < now
      ? `detect updates the findings as of now: ${iso(at)} is in the past`
      : `detect updates the findings as of now: ${iso(at)} has not come yet`,
    {
      hint:
        "To run the detectors on the past, without storing anything:\n" +
        `dsql-audit replay --mappings FILE --events DIR --to ${iso(at)}`,
    },
  );
};

export const addDetect: AddCommand = (program, io, finish) => {
  const command = program
    .command("detect")
    .summary("run the detectors on what is stored and update the findings")
    .description(
      "Prints the findings that are not closed. What could not be evaluated is named and resolves nothing.\n" +
        "The settings of the store hold, as in the deployment (see dsql-audit settings). To try others, set ARCHETYPES,\n" +
        "DORMANT_DAYS, DETECTOR_OPTIONS, FALSE_FINDINGS_PER_WEEK or AUDITOR_PRINCIPAL and add --dry-run.",
    )
    .addOption(new Option("--at <time>", "detect runs for now only: for the past use replay").hideHelp())
    .option("--dry-run", "print the findings and store nothing")
    .option("--exit-code", "exit with 2 when a finding is open")
    .addHelpText("after", "\nExample:\n  $ dsql-audit detect --store ./dsql-audit-demo/store.db");
  addOutputOptions(addStoreOptions(command)).action(async (options: Options) => {
    const at = momentOf(io, options.at);
    const { dryRun = false } = options;
    const { findings, looks, gone } = await withStore(io, options, { mustExist: true }, async (store) => {
      const settings = await (dryRun ? settingsOf(io, store) : settingsToWriteWith(io, store));
      const cluster = await pickCluster(store, options.cluster);
      return detectCluster(store, cluster, at, { ...detectOptions(settings), dryRun });
    });
    if (dryRun) io.stderr.write("Nothing was stored. These would be the findings now.\n");
    if (gone) io.stderr.write(`${goneText(gone)} No detector was run.\n`);
    sayNotJudged(io, looks);
    const live = findings.filter(({ status, closedAt }) => status !== "resolved" && closedAt === undefined);
    printRows(
      io,
      options,
      live.map(findingDocument),
      findingColumns,
      gone ? "Nothing is open." : "Nothing was found.",
    );
    if (options.exitCode && live.some(({ status }) => status === "open")) finish(2);
  });
};
