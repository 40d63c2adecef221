// `dsql-audit baseline diff`: where the live access is another than the declared one.
import { Option } from "commander";
import { type DriftRow, driftOf, isDrift } from "../../lib/core/baseline/drift.ts";
import { driftText } from "../../lib/core/baseline/drift-text.ts";
import { addCatalogOptions, type CatalogOptions, sayBasis, withGrounds } from "../catalog-source.ts";
import type { AddCommand } from "../command.ts";
import { addOutputOptions, atOption, type OutputFlags } from "../context.ts";
import { type Column, paragraph, printRows } from "../output.ts";
import { DEFAULT_FILE, readBaseline, requireSameCluster } from "./baseline-file.ts";
import { driftMarkdown } from "./drift-markdown.ts";

const formats = ["table", "json", "markdown"] as const;
type Options = CatalogOptions &
  OutputFlags & {
    readonly file: string;
    readonly exitCode?: boolean;
    readonly format?: (typeof formats)[number];
  };

const columns: readonly Column<DriftRow>[] = [
  { head: "drift", cell: ({ kind, planned }) => (planned === null ? kind : "planned") },
  { head: "component", cell: ({ component }) => component, max: 22 },
  { head: "role", cell: ({ role }) => role, max: 24 },
  { head: "what", cell: driftText, max: 80 },
];

const count = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`;

const summary = (rows: readonly DriftRow[]): string => {
  const drift = rows.filter(isDrift).length;
  const unknown = rows.filter(({ kind }) => kind === "unknown").length;
  return [
    drift
      ? `${count(drift, "difference", "differences")} from the baseline`
      : "No drift from what could be read",
    ...(rows.length > drift + unknown ? [`${rows.length - drift - unknown} planned`] : []),
    ...(unknown ? [`${unknown} not known`] : []),
  ].join(", ");
};

export const addBaselineDiff: AddCommand = (baseline, io, finish) => {
  const command = baseline
    .command("diff")
    .summary("where the live access differs from the baseline")
    .description(
      "Compares the baseline with the database, a catalog file or the newest snapshot: undeclared, missing and widened\n" +
        "access, a row each. What could not be read is not known, and never called missing.",
    )
    .option("--file <file>", "the baseline", DEFAULT_FILE)
    .option("--exit-code", "exit with 2 when there is drift")
    .addOption(new Option("--format <format>", "how to print it").choices([...formats]))
    .addHelpText(
      "after",
      "\nExamples:\n  $ dsql-audit baseline diff --file access.yml --exit-code\n" +
        "  $ dsql-audit baseline diff --format markdown > comment.md",
    );
  addOutputOptions(addCatalogOptions(command)).action(async (options: Options) => {
    const declared = readBaseline(io, options.file);
    const rows = await withGrounds(io, options, async ({ engine: { catalog } }, basis) => {
      requireSameCluster(options.file, declared, catalog.cluster);
      const found = driftOf(declared, catalog, atOption(io, options.at));
      if (options.format === "markdown") {
        io.stdout.write(driftMarkdown(found, options.file, basis));
        return found;
      }
      const flags: OutputFlags = options.format === "json" ? { json: true } : options;
      const told = found.map((row) => ({ ...row, says: driftText(row) }));
      printRows(io, flags, told, columns, "No drift: the live access is what the baseline declares.");
      if (found.length && !flags.json && !flags.ndjson)
        io.stdout.write(`\n${paragraph(io, summary(found))}\n`);
      sayBasis(io, flags, basis);
      return found;
    });
    if (options.exitCode && rows.some(isDrift)) finish(2);
  });
};
