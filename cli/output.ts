// Tables for people, JSON for scripts. Nothing that came from a database or a log reaches a terminal raw.
import Table from "cli-table3";
import wrapAnsi from "wrap-ansi";
import { spelledOut } from "../lib/core/base/visible-text.ts";
import { paint, type Style } from "./colour.ts";
import type { Io } from "./io.ts";

export type OutputOptions = { readonly json?: boolean; readonly ndjson?: boolean };

export type Column<T> = {
  readonly head: string;
  readonly cell: (row: T) => string | number | null | undefined;
  readonly align?: "left" | "right";
  /** The widest it may get on a terminal; longer text is wrapped. */
  readonly max?: number;
  /** How it looks where there are colours. */
  readonly style?: (row: T) => Style | undefined;
};

/** Names may come from an attacker: what a terminal would act on or hide is spelled out. */
export const printable = spelledOut;

const plain = {
  "top": "", "top-mid": "", "top-left": "", "top-right": "", "bottom": "", "bottom-mid": "", "bottom-left": "",
  "bottom-right": "", "left": "", "left-mid": "", "mid": "", "mid-mid": "", "right": "", "right-mid": "", "middle": " ",
}; // biome-ignore format: one glance

/** Splits the width among the columns: each as wide as its longest cell, the widest shrunk first until all fit. */
const widths = (
  cells: readonly (readonly string[])[],
  max: readonly (number | undefined)[],
  total: number,
): number[] => {
  const wide = max.map((limit, i) => {
    const longest = cells.reduce((most, row) => Math.max(most, row[i]?.length ?? 0), 0);
    return Math.min(longest, limit ?? Number.POSITIVE_INFINITY) + 1;
  });
  const room = total - (wide.length - 1);
  while (wide.reduce((sum, w) => sum + w, 0) > room) {
    const widest = wide.indexOf(Math.max(...wide));
    if ((wide[widest] ?? 0) <= 8) break;
    wide[widest] = (wide[widest] ?? 0) - 1;
  }
  return wide;
};

/** How long a line may be: as the terminal is wide. Elsewhere nothing is wrapped, for lines are read by programs. */
export const lineWidth = ({ stdout }: Pick<Io, "stdout">): number =>
  stdout.isTTY ? Math.max(40, stdout.columns) : Number.POSITIVE_INFINITY;

/**
 * A sentence for people: `text`, made visible, after `first`; on a terminal broken between words, its further lines
 * after `rest`.
 */
export const paragraph = (
  io: Pick<Io, "stdout">,
  text: string,
  { first = "", rest = first }: { readonly first?: string; readonly rest?: string } = {},
): string => {
  const room = lineWidth(io) - Math.max(first.length, rest.length);
  const shown = printable(text);
  const lines = Number.isFinite(room) ? wrapAnsi(shown, Math.max(20, room)).split("\n") : [shown];
  return lines.map((line, i) => `${i === 0 ? first : rest}${line}`).join("\n");
};

/** The cells as they are printed: painted line by line, for a colour must not run into the next column. */
const painted = (io: Io, style: Style | undefined, text: string): string =>
  style === undefined
    ? text
    : text
        .split("\n")
        .map((line) => paint(io, style, line))
        .join("\n");

/** A table as wide as the terminal, elsewhere as wide as it is: its lines. */
export const tableLines = <T>(io: Io, rows: readonly T[], columns: readonly Column<T>[]): string[] => {
  const cells = rows.map((row) => columns.map(({ cell }) => printable(String(cell(row) ?? "-"))));
  const head = columns.map((column) => column.head);
  const total = lineWidth(io);
  const colWidths = Number.isFinite(total)
    ? widths(
        [head, ...cells],
        columns.map(({ max }) => max),
        total,
      )
    : undefined;
  const printed = new Table({
    head: head.map((text) => paint(io, "strong", text)),
    ...(colWidths && { colWidths }),
    colAligns: columns.map(({ align }) => align ?? "left"),
    chars: plain,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 1, compact: true },
  });
  // Between words where it can be, within a word (an ARN) where it must be: nothing is cut off.
  const wrapped = (text: string, column: number): string =>
    colWidths ? wrapAnsi(text, Math.max(1, (colWidths[column] ?? 80) - 1), { hard: true }) : text;
  printed.push(
    ...cells.map((row, at) =>
      row.map((text, column) => painted(io, columns[column]?.style?.(rows[at] as T), wrapped(text, column))),
    ),
  );
  return printed
    .toString()
    .split("\n")
    .map((line) => line.trimEnd());
};

/** The table, or a line that says there is nothing. */
export const table = <T>(
  io: Io,
  rows: readonly T[],
  columns: readonly Column<T>[],
  nothing = "Nothing.",
): void => {
  const lines = rows.length ? tableLines(io, rows, columns) : [nothing];
  io.stdout.write(`${lines.join("\n")}\n`);
};

/** Rows as one JSON array, as NDJSON, or as a table. */
export const printRows = <T>(
  io: Io,
  options: OutputOptions,
  rows: readonly T[],
  columns: readonly Column<T>[],
  nothing?: string,
): void => {
  if (options.ndjson) for (const row of rows) io.stdout.write(`${JSON.stringify(row)}\n`);
  else if (options.json) io.stdout.write(`${JSON.stringify(rows, null, 1)}\n`);
  else table(io, rows, columns, nothing);
};

/** One document: as JSON, or as the lines that `people` makes of it. */
export const printDocument = <T>(
  io: Io,
  options: OutputOptions,
  value: T,
  people: (value: T) => string,
): void => {
  if (options.json || options.ndjson)
    io.stdout.write(`${JSON.stringify(value, null, options.ndjson ? 0 : 1)}\n`);
  else io.stdout.write(`${people(value).trimEnd()}\n`);
};
