// `dsql-audit detect`: judges what the store knows, and brings the findings up to date.
import { readSettings } from "../../lib/config.ts";
import { detectCluster } from "../../lib/jobs/judge-cluster.ts";
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
import { printRows } from "../output.ts";
import { findingColumns, findingDocument } from "./finding-document.ts";
import { sayNotJudged } from "./not-judged.ts";

type Options = StoreOptions & OutputFlags & { readonly at?: string; readonly exitCode?: boolean };

export const addDetect: AddCommand = (program, io, finish) => {
  const command = program
    .command("detect")
    .summary("judge what is stored and update the findings")
    .description(
      "Prints the findings that are not closed. What could not be looked at is named and resolves nothing.\n" +
        "ARCHETYPES, DORMANT_DAYS, DETECTOR_OPTIONS and AUDITOR_PRINCIPAL are read from the environment, as in the functions.",
    )
    .option("--at <time>", "judge as of this instant: ISO 8601, or 7d, 24h, 90m ago")
    .option("--exit-code", "exit with 2 when a finding is open")
    .addHelpText("after", "\nExample:\n  $ dsql-audit detect --store ./dsql-audit-demo/store");
  addOutputOptions(addStoreOptions(command)).action(async (options: Options) => {
    const at = atOption(io, options.at);
    const { ARCHETYPES, DORMANT_DAYS, DETECTOR_OPTIONS, AUDITOR_PRINCIPAL } = readSettings(
      io.env,
      "ARCHETYPES",
      "DORMANT_DAYS",
      "DETECTOR_OPTIONS",
      "AUDITOR_PRINCIPAL",
    );
    const { findings, looks } = await withStore(io, options, { mustExist: true }, async (store) =>
      detectCluster(store, await pickCluster(store, options.cluster), at, {
        auditor: AUDITOR_PRINCIPAL,
        archetypes: ARCHETYPES,
        dormantDays: DORMANT_DAYS,
        detectorOptions: DETECTOR_OPTIONS,
      }),
    );
    sayNotJudged(io, looks);
    const live = findings.filter(({ status, closedAt }) => status !== "resolved" && closedAt === undefined);
    printRows(io, options, live.map(findingDocument), findingColumns, "Nothing was found.");
    if (options.exitCode && live.some(({ status }) => status === "open")) finish(2);
  });
};
