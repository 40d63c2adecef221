// `dsql-audit findings`: lists what was found, the worst and newest of the open ones first.
import { Option } from "commander";
import type { Wanted } from "../../lib/queries/findings.ts";
import type { AddCommand } from "../command.ts";
import {
  addOutputOptions,
  addStoreOptions,
  type OutputFlags,
  pickCluster,
  type StoreOptions,
  withStore,
} from "../context.ts";
import type { Io } from "../io.ts";

type Options = StoreOptions &
  OutputFlags &
  Wanted & {
    readonly format: "table" | "csv";
    /** Resolved ones too. */
    readonly all?: boolean;
    readonly exitCode?: boolean;
  };

/** Prints the list; whether there is anything that people have to do with. */
const list = async (io: Io, options: Options): Promise<boolean> => {
  const [{ footer }, { findingColumns }, { findingDocument }, { listFindings, parseWanted }, { printRows }] =
    await Promise.all([
      import("./list-footer.ts"),
      import("./finding-columns.ts"),
      import("../../lib/queries/finding-document.ts"),
      import("../../lib/queries/findings.ts"),
      import("../output.ts"),
    ]);
  const isWanted = parseWanted(options);
  const { live, resolved, look } = await withStore(io, options, { mustExist: true }, async (store) =>
    listFindings(store, await pickCluster(store, options.cluster), isWanted),
  );
  const named = options.status !== undefined || options.all === true;
  // Programs filter themselves and expect all; people ask for what is over.
  const forPeople = options.format === "table" && !options.json && !options.ndjson;
  const shown = (named || !forPeople ? [...live, ...resolved] : live).map(findingDocument);
  if (options.format === "csv" && !options.json && !options.ndjson) {
    (await import("./findings-csv.ts")).printCsv(io, shown);
  } else
    printRows(
      io,
      options,
      shown,
      findingColumns,
      live.length || named ? "No findings." : "No open findings.",
    );
  if (forPeople) io.stdout.write(`\n${footer(named ? 0 : resolved.length, look, io.now())}\n`);
  return live.length > 0 || (named && resolved.length > 0);
};

export const addFindings: AddCommand = (program, io, finish) => {
  const command = program
    .command("findings")
    .summary("list the findings")
    .description(
      "Lists the findings that are not resolved, open and worst first, and when they were last updated.\n" +
        "--json, --ndjson and --format csv list all of them.",
    )
    .option("--status <status>", "only these: open, acknowledged, exempt, ended, resolved")
    .option("--severity <severity>", "only these: low, medium, high, critical")
    .option("--detector <id>", "only of this detector")
    .option("--all", "resolved ones too")
    .addOption(new Option("--format <format>", "how to print").choices(["table", "csv"]).default("table"))
    .option("--exit-code", "exit with 2 when there is one that is not resolved")
    .addHelpText("after", "\nExample:\n  $ dsql-audit findings --status open --severity high,critical");
  addOutputOptions(addStoreOptions(command)).action(async (options: Options) => {
    const found = await list(io, options);
    if (options.exitCode && found) finish(2);
  });
};
