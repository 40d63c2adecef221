// The shape of a notice: paragraphs of plain text in at most 79 columns, whatever names they hold.
import wrapAnsi from "wrap-ansi";
import { unlinked } from "../wording/unlinked.ts";

export const MAX_COLUMNS = 79;

/** Text in lines of at most 79 columns, broken at spaces; a word that is longer alone keeps its line. Nothing in it is a link. */
export const wrapped = (text: string, indent = ""): string[] =>
  wrapAnsi(unlinked(text), MAX_COLUMNS - indent.length, { trim: true, wordWrap: true, hard: false })
    .split("\n")
    .map((line, i) => (i && line ? `${indent}${line}` : line));

/** What belongs to the entry above it. */
export const beneath = (text: string): string[] =>
  wrapAnsi(unlinked(text), MAX_COLUMNS - 2, { trim: true, wordWrap: true, hard: false })
    .split("\n")
    .map((line) => `  ${line}`);

/** One entry of a list. */
export const bullet = (text: string): string[] => wrapped(`- ${text}`, "  ");

/** A paragraph under its title; none where it has no lines. */
export const paragraph = (title: string, lines: readonly string[]): string[] =>
  lines.length ? ["", title, ...lines] : [];

// Words, quoted names and literals of SQL: what may not be broken.
const SQL_PIECES = /(?:"(?:[^"]|"")*"|'(?:[^']|'')*'|[^\s"']|["'])+/g;

/** SQL in lines of at most 79 columns, broken only where SQL takes any white space; comments stay whole. */
export const wrappedSql = (sql: string): string[] =>
  sql.split("\n").flatMap((line) => {
    if (line.length <= MAX_COLUMNS) return [line];
    if (line.trimStart().startsWith("--"))
      return wrapped(line.trimStart().slice(2).trim()).map((one) => `-- ${one}`);
    const lines: string[] = [];
    let current = "";
    for (const piece of line.match(SQL_PIECES) ?? []) {
      if (current && current.length + piece.length + 1 > MAX_COLUMNS) {
        lines.push(current);
        current = `  ${piece}`;
      } else current = current ? `${current} ${piece}` : piece;
    }
    return current ? [...lines, current] : lines;
  });
