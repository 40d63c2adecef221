// Drift as a comment for a pull request, in Markdown. Names may come from an attacker: nothing in them is markup.
import { counted } from "../../lib/core/base/counted.ts";
import { spelledOut } from "../../lib/core/base/visible-text.ts";
import type { DriftRow } from "../../lib/core/baseline/drift.ts";
import type { Drift } from "../../lib/queries/baseline-drift.ts";

/** GitHub refuses longer comments than 65,536 characters; the rest is counted. */
const MOST_CHARACTERS = 60_000;

/**
 * A code span that ends where it should: what could close it or its cell (backticks, pipes, backslashes) is spelled out
 * as hidden characters are. Within a span nothing else is markup, neither HTML nor a mention nor a link.
 */
export const codeSpan = (text: string): string => {
  const shown = spelledOut(text).replaceAll(
    /(?<!\\u\{[0-9a-f]*)[`|]/g,
    (c) => `\\u{${c.charCodeAt(0).toString(16)}}`,
  );
  return shown.trim() === "" ? "` `" : `\`${shown.endsWith("\\") ? `${shown} ` : shown}\``;
};

const cell = (text: string | null): string => (text === null ? "" : codeSpan(text));

const remarkOf = ({ until, planned, options, isThere, kind }: DriftRow): string =>
  [
    ...(until === null ? [] : [`declared until ${codeSpan(until)}`]),
    ...(planned === null ? [] : [`planned: ${codeSpan(planned)}`]),
    ...(isThere || (kind === "undeclared" && options.includes("GRANT OPTION"))
      ? [options.join(", ").toLowerCase()]
      : []),
  ].join("; ");

const lineOf = (row: DriftRow): string =>
  `| ${row.kind} | ${cell(row.component)} | ${cell(row.role)} | ${cell(row.principal)} | ${cell(row.object)} | ${cell(row.privilege)} | ${remarkOf(row)} |`;

const headline = (drift: number, planned: number, unknown: number): string => {
  const found = drift
    ? `**${counted(drift, "difference")} from the baseline**`
    : "**No drift from the baseline**";
  const more = [...(planned ? [`${planned} planned`] : []), ...(unknown ? [`${unknown} not known`] : [])];
  return more.length ? `${found} (${more.join(", ")})` : found;
};

/** The whole comment; `basis` says what was compared. */
export const driftMarkdown = (found: Drift, file: string, basis: string): string => {
  const { rows, differences, planned } = found;
  const known = rows.filter(({ kind }) => kind !== "unknown");
  const unknown = rows.filter(({ kind }) => kind === "unknown");
  const lines = [headline(differences, planned, found.unknown), ""];
  let size = 0;
  let left = known.length + unknown.length;
  const add = (line: string): void => {
    size += line.length;
    if (size > MOST_CHARACTERS) return;
    lines.push(line);
    left -= 1;
  };
  if (known.length) {
    lines.push(
      "| drift | component | role | principal | object | privilege | |",
      "| --- | --- | --- | --- | --- | --- | --- |",
    );
    for (const row of known) add(lineOf(row));
    lines.push("");
  }
  for (const { section, object, reason } of unknown)
    add(
      `- Not known: ${section}${object === null ? "" : ` of ${codeSpan(object)}`}: ${codeSpan(reason ?? "")}`,
    );
  if (left > 0) lines.push("", `${left === 1 ? "1 more is" : `${left} more are`} not shown.`);
  lines.push("", `${codeSpan(file)} against ${codeSpan(basis)}.`);
  return `${lines.join("\n").replaceAll(/\n{3,}/g, "\n\n")}\n`;
};
