// The file that `init` writes: what it says already, what would change in it, and whether that may be.
import { existsSync, readFileSync } from "node:fs";
import { parameters } from "../../deploy/parameters.ts";
import { type Params, paramsText, readParams } from "../../deploy/params.ts";
import { EXAMPLE } from "../../deploy/params-file.ts";
import { AuditError } from "../../lib/errors.ts";
import type { Io } from "../io.ts";
import { printable } from "../output.ts";
import { type Asking, asked } from "./asked.ts";
import { changedText } from "./changed-text.ts";

type OldFile = { readonly params: Params; readonly text: string };

export type Change = { readonly name: string; readonly from: string | null; readonly to: string };

/** What a file says that is there; undefined: there is none. AuditError("config"): none of it could be kept. */
export const oldFile = (path: string, file: string): OldFile | undefined => {
  if (!existsSync(path)) return undefined;
  const text = readFileSync(path, "utf8");
  const read = readParams(text);
  if ("params" in read) return { text, params: read.params };
  throw new AuditError("config", `${file} cannot be used: ${read.problems.join("; ")}`, {
    hint: `Correct it, or move it away: what it says would be lost. ${EXAMPLE} explains every parameter.`,
  });
};

export const changesTo = (params: Params, old: Partial<Params>): Change[] =>
  parameters.flatMap(([name]) =>
    old[name] === params[name] ? [] : [{ name, from: old[name] ?? null, to: params[name] }],
  );

export const shownChange = ({ name, from, to }: Change): string =>
  from === null
    ? `  + ${name}: ${printable(JSON.stringify(to))}`
    : `  - ${name}: ${printable(JSON.stringify(from))}\n  + ${name}: ${printable(JSON.stringify(to))}`;

/**
 * The old file with what changed in it; a new one where there is none. AuditError("config"): it takes no change in place, and
 * is not only looked at.
 */
export const textOf = (
  { dryRun = false }: { readonly dryRun?: boolean },
  file: string,
  params: Params,
  old: OldFile | undefined,
): string => {
  const text = old ? changedText(old.text, old.params, params) : paramsText(params);
  if (text !== undefined || dryRun) return text ?? paramsText(params);
  throw new AuditError("config", `${file} cannot be changed without losing how it is written`, {
    hint: "Change it by hand: --dry-run prints all values. Or move it away, and run this again.",
  });
};

/** Refused where the file would lose something that nobody was shown. */
export const mayWrite = async (
  { stderr }: Io,
  { force = false }: { readonly force?: boolean },
  file: string,
  changes: readonly Change[],
  asking: Asking | undefined,
): Promise<void> => {
  const shown = changes.map(shownChange).join("\n");
  stderr.write(`${file} is there already. What would change in it:\n${shown}\n`);
  if (force) return;
  const says = asking
    ? await asked(asking, "Change it? The rest of it stays as it is", "no", (text) => text)
    : "no";
  if (!/^y(?:es)?$/i.test(says))
    throw new AuditError("usage", `${file} is there already, and was left as it is`, {
      hint: "Read what would change, then add --force; the rest of the file stays as it is.",
    });
};
