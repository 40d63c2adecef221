// Findings as CSV: data for a spreadsheet, where nothing that came from a database or a log is run.

import type { FindingDocument } from "../../lib/queries/finding-document.ts";
import type { Io } from "../io.ts";
import { printable } from "../output.ts";

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
export const printCsv = ({ stdout }: Io, rows: readonly FindingDocument[]): void => {
  const text = csv(rows);
  if (stdout.isTTY) stdout.write(text.split("\r\n").map(printable).join("\n"));
  else (stdout.raw ?? stdout.write)(text);
};
