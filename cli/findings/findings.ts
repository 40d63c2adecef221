// `dsql-audit findings`: lists what was found, the worst and newest of the open ones first.
import { Option } from "commander";
import type { Finding } from "../../lib/core/findings/finding.ts";
import type { Wanted } from "../../lib/queries/findings.ts";
import type { About } from "../../lib/queries/findings-about.ts";
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
  Wanted &
  About & {
    readonly format: (typeof FORMATS)[number];
    /** Resolved ones too. */
    readonly all?: boolean;
    readonly exitCode?: boolean;
  };

const FORMATS = ["table", "csv", "sarif", "ocsf", "asff"] as const;

/** In the words of another program: SARIF is one log, the others are a list of findings. */
const printFor = async (io: Io, options: Options, findings: readonly Finding[]): Promise<void> => {
  const [
    { wordsOf },
    { default: packageJson },
    { sarifOf },
    { ocsfOf },
    { asffOf },
    { printDocument, printRows },
  ] = await Promise.all([
    import("../../lib/detectors/words.ts"),
    import("../../package.json", { with: { type: "json" } }),
    import("../../lib/notices/formats/sarif.ts"),
    import("../../lib/notices/formats/ocsf.ts"),
    import("../../lib/notices/formats/asff.ts"),
    import("../output.ts"),
  ]);
  const format = { version: packageJson.version, wordsOf };
  if (options.format === "sarif")
    return printDocument(io, { json: true }, sarifOf(findings, format), () => "");
  const one = options.format === "ocsf" ? ocsfOf : asffOf;
  const made: readonly object[] = findings.map((finding) => one(finding, format));
  printRows(io, { json: true }, made, []);
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
    listFindings(store, await pickCluster(store, options.cluster), isWanted, options),
  );
  const named = options.status !== undefined || options.all === true;
  // Programs filter themselves and expect all; people ask for what is over.
  const forPeople = options.format === "table" && !options.json && !options.ndjson;
  const wanted = named || !forPeople ? [...live, ...resolved] : live;
  if (options.format !== "table" && options.format !== "csv") {
    await printFor(io, options, wanted);
    return live.length > 0 || (named && resolved.length > 0);
  }
  const shown = wanted.map(findingDocument);
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
        "--json, --ndjson and the other formats list all of them: CSV for spreadsheets, SARIF 2.1.0, OCSF 1.6 events,\n" +
        "ASFF for Security Hub.",
    )
    .option("--status <status>", "only these: open, acknowledged, exempt, ended, resolved")
    .option("--severity <severity>", "only these: low, medium, high, critical")
    .option("--detector <id>", "only of this detector")
    .option("--principal <who>", "only about this principal: its ARN, or its name as it is listed")
    .option("--role <name>", "only about this database role")
    .option("--all", "resolved ones too")
    .addOption(new Option("--format <format>", "how to print").choices(FORMATS).default("table"))
    .option("--exit-code", "exit with 2 when there is one that is not resolved")
    .addHelpText("after", "\nExample:\n  $ dsql-audit findings --status open --severity high,critical");
  addOutputOptions(addStoreOptions(command)).action(async (options: Options) => {
    const found = await list(io, options);
    if (options.exitCode && found) finish(2);
  });
};
