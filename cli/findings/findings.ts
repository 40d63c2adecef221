// `dsql-audit findings`: lists what was found, the worst and newest first.
import { Option } from "commander";
import { type Finding, Severity, Status } from "../../lib/core/findings/finding.ts";
import { detectors } from "../../lib/detectors/index.ts";
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
import type { Io } from "../io.ts";
import { printable, printRows } from "../output.ts";
import { type FindingDocument, findingColumns, findingDocument } from "./finding-document.ts";

type Options = StoreOptions &
  OutputFlags & {
    readonly status?: string;
    readonly severity?: string;
    readonly detector?: string;
    readonly format: "table" | "csv";
    readonly exitCode?: boolean;
  };

const statusOrder: readonly string[] = ["open", "ended", "acknowledged", "exempt", "resolved"];
const severityOrder: readonly string[] = ["critical", "high", "medium", "low"];

/** One or several values with commas between; AuditError("usage") names those there are. */
const oneOf = (what: string, text: string | undefined, known: readonly string[]): ReadonlySet<string> => {
  const wanted = text === undefined ? known : text.split(",").map((value) => value.trim());
  const wrong = wanted.find((value) => !known.includes(value));
  if (wrong !== undefined) {
    throw new AuditError("usage", `there is no ${what} ${JSON.stringify(wrong)}`, {
      hint: `Known are: ${known.join(", ")}`,
    });
  }
  return new Set(wanted);
};

const worstFirst = (a: Finding, b: Finding): number =>
  statusOrder.indexOf(a.status) - statusOrder.indexOf(b.status) ||
  severityOrder.indexOf(a.severity) - severityOrder.indexOf(b.severity) ||
  b.detectedAt - a.detectedAt ||
  (a.id < b.id ? -1 : 1);

// A spreadsheet runs what begins like a formula: https://owasp.org/www-community/attacks/CSV_Injection
const csvCell = (value: unknown): string => {
  const text = typeof value === "string" ? value : value === undefined ? "" : JSON.stringify(value);
  const safe = /^[\s]*[=+\-@\t\r|]/.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
};
const csvColumns = [
  "id", "detector", "category", "severity", "status", "cluster", "principal", "role", "object", "title", "verdict",
  "firstSeenAt", "lastSeenAt", "detectedAt", "closedAt", "fix", "evidence",
] as const; // biome-ignore format: one glance

const csv = (rows: readonly FindingDocument[]): string =>
  [csvColumns.join(","), ...rows.map((row) => csvColumns.map((column) => csvCell(row[column])).join(","))]
    .map((line) => `${line}\r\n`)
    .join("");

/** Data to a file or a pipe as it is; on a terminal what it would act on is spelled out. */
const printCsv = ({ stdout }: Io, text: string): void => {
  if (stdout.isTTY) stdout.write(text.split("\r\n").map(printable).join("\n"));
  else (stdout.raw ?? stdout.write)(text);
};

export const addFindings: AddCommand = (program, io, finish) => {
  const command = program
    .command("findings")
    .summary("list what was found")
    .option("--status <status>", `only these: ${Status.options.join(", ")}`)
    .option("--severity <severity>", `only these: ${Severity.options.join(", ")}`)
    .option("--detector <id>", "only of this detector")
    .addOption(new Option("--format <format>", "how to print").choices(["table", "csv"]).default("table"))
    .option("--exit-code", "exit with 2 when there is one")
    .addHelpText("after", "\nExample:\n  $ dsql-audit findings --status open --severity high,critical");
  addOutputOptions(addStoreOptions(command)).action(async (options: Options) => {
    const status = oneOf("status", options.status, Status.options);
    const severity = oneOf("severity", options.severity, Severity.options);
    if (options.detector !== undefined) {
      oneOf(
        "detector",
        options.detector,
        detectors.map(({ id }) => id),
      );
    }
    const wanted = options.detector?.split(",").map((id) => id.trim());
    const found = await withStore(io, options, { mustExist: true }, async (store) =>
      store.findings.list(await pickCluster(store, options.cluster)),
    );
    const rows = found
      .filter(
        (f) => status.has(f.status) && severity.has(f.severity) && (wanted?.includes(f.detector) ?? true),
      )
      .toSorted(worstFirst)
      .map(findingDocument);
    if (options.format === "csv" && !options.json && !options.ndjson) printCsv(io, csv(rows));
    else printRows(io, options, rows, findingColumns, "No findings.");
    if (options.exitCode && rows.length) finish(2);
  });
};
