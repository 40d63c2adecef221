// `dsql-audit scan`: a snapshot and a judgement in one go.
import { readSettings } from "../../lib/config.ts";
import { detectCluster } from "../../lib/jobs/judge-cluster.ts";
import { findingDocument } from "../../lib/queries/finding-document.ts";
import { goneText } from "../../lib/wording/gone-text.ts";
import type { AddCommand } from "../command.ts";
import { addStoreOptions, type StoreOptions, withStore } from "../context.ts";
import { snapshotText } from "../history/snapshot.ts";
import { take } from "../history/take.ts";
import { table as printTable } from "../output.ts";
import { addSourceOptions, requireSource, type SourceOptions } from "../source.ts";
import { findingColumns } from "./finding-columns.ts";
import { detectOptions, settingsToWriteWith } from "./judge-settings.ts";
import { sayNotJudged } from "./not-judged.ts";

type Options = StoreOptions & SourceOptions & { readonly json?: boolean; readonly exitCode?: boolean };

export const addScan: AddCommand = (program, io, finish) => {
  const command = program
    .command("scan")
    .summary("take a snapshot, then run the detectors")
    .description("Takes a snapshot, then runs the detectors, as the scheduled functions do. Prints both.")
    .option("--json", "one JSON document on stdout: {snapshot, findings, looks}")
    .option("--exit-code", "exit with 2 when a finding is open")
    .addHelpText("after", "\nExample:\n  $ dsql-audit scan --url postgres://me@localhost/app");
  addSourceOptions(addStoreOptions(command)).action(async (options: Options) => {
    const source = requireSource(io, options);
    const { taken, findings, looks, gone } = await withStore(
      io,
      options,
      { mustExist: false },
      async (store) => {
        const judging = detectOptions(await settingsToWriteWith(io, store));
        // Whose login it will be is for whoever runs this to say: it need not be the deployment's.
        const { AUDITOR_PRINCIPAL } = readSettings(io.env, "AUDITOR_PRINCIPAL");
        const taken = await take(io, store, source, AUDITOR_PRINCIPAL);
        const detected = await detectCluster(store, taken.cluster, io.now(), judging);
        return { taken, ...detected };
      },
    );
    const live = findings
      .filter(({ status, closedAt }) => status !== "resolved" && closedAt === undefined)
      .map(findingDocument);
    if (options.json) {
      io.stdout.write(`${JSON.stringify({ snapshot: taken.document, findings: live, looks }, null, 1)}\n`);
    } else {
      io.stdout.write(`${snapshotText(taken.document)}\n\n`);
      if (gone) io.stderr.write(`${goneText(gone)} No detector was run.\n`);
      sayNotJudged(io, looks);
      printTable(io, live, findingColumns, gone ? "Nothing is open." : "Nothing was found.");
    }
    if (options.exitCode && live.some(({ status }) => status === "open")) finish(2);
  });
};
