// `dsql-audit baseline diff`: where the live access is another than the declared one.

import { Option } from "commander";
import { counted } from "../../lib/core/base/counted.ts";
import type { Baseline } from "../../lib/core/baseline/baseline.ts";
import { AuditError } from "../../lib/errors.ts";
import { type Drift, driftFrom, publishedAt, type ToldDrift } from "../../lib/queries/baseline-drift.ts";
import { addCatalogOptions, type CatalogOptions, sayBasis, withGrounds } from "../catalog-source.ts";
import type { AddCommand } from "../command.ts";
import { addOutputOptions, atOption, type OutputFlags, pickCluster, withStore } from "../context.ts";
import type { Io } from "../io.ts";
import { type Column, paragraph, printRows } from "../output.ts";
import { DEFAULT_FILE, readBaseline, requireSameCluster } from "./baseline-file.ts";
import { driftMarkdown } from "./drift-markdown.ts";

const formats = ["table", "json", "markdown"] as const;
type Options = CatalogOptions &
  OutputFlags & {
    readonly file: string;
    readonly published?: boolean;
    readonly exitCode?: boolean;
    readonly format?: (typeof formats)[number];
  };

const columns: readonly Column<ToldDrift>[] = [
  { head: "drift", cell: ({ kind, planned }) => (planned === null ? kind : "planned") },
  { head: "component", cell: ({ component }) => component, max: 22 },
  { head: "role", cell: ({ role }) => role, max: 24 },
  { head: "what", cell: ({ says }) => says, max: 80 },
];

const summary = ({ differences, planned, unknown }: Drift): string =>
  [
    differences
      ? `${counted(differences, "difference")} from the baseline`
      : "No drift from what could be read",
    ...(planned ? [`${planned} planned`] : []),
    ...(unknown ? [`${unknown} not known`] : []),
  ].join(", ");

/** The baseline to compare with, and what to call it: a file, or the one that the judge uses. */
const baselineFor = async (io: Io, options: Options): Promise<{ name: string; declared: Baseline }> => {
  if (!options.published) return { name: options.file, declared: readBaseline(io, options.file) };
  return withStore(io, options, { mustExist: true }, async (store) => {
    const cluster = await pickCluster(store, options.cluster);
    const published = await publishedAt(store, cluster, atOption(io, options.at));
    if (published) return { name: `version ${published.version}`, declared: published.baseline };
    throw new AuditError("not-found", `no baseline was published for ${cluster} by then`, {
      hint: "Publish one: dsql-audit baseline publish --file access.yml",
    });
  });
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
    .addOption(
      new Option("--published", "compare with the baseline that is published, not with a file").conflicts(
        "file",
      ),
    )
    .option("--exit-code", "exit with 2 when there is drift")
    .addOption(new Option("--format <format>", "how to print it").choices([...formats]))
    .addHelpText(
      "after",
      "\nExamples:\n  $ dsql-audit baseline diff --file access.yml --exit-code\n" +
        "  $ dsql-audit baseline diff --published\n" +
        "  $ dsql-audit baseline diff --format markdown > comment.md",
    );
  addOutputOptions(addCatalogOptions(command)).action(async (options: Options) => {
    const { name, declared } = await baselineFor(io, options);
    const { differences } = await withGrounds(io, options, async ({ engine: { catalog } }, basis) => {
      requireSameCluster(name, declared, catalog.cluster);
      const found = driftFrom(declared, catalog, atOption(io, options.at));
      const { rows } = found;
      if (options.format === "markdown") {
        io.stdout.write(driftMarkdown(found, name, basis));
        return found;
      }
      const flags: OutputFlags = options.format === "json" ? { json: true } : options;
      printRows(io, flags, rows, columns, "No drift: the live access is what the baseline declares.");
      if (rows.length && !flags.json && !flags.ndjson)
        io.stdout.write(`\n${paragraph(io, summary(found))}\n`);
      sayBasis(io, flags, basis);
      return found;
    });
    if (options.exitCode && differences) finish(2);
  });
};
