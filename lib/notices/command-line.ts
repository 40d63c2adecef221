// The commands that a notice names, written so that they work as pasted into a shell.
import type { Cluster } from "../core/base/ids.ts";
import { shellWord } from "../core/base/shell-word.ts";
import { clusterName } from "../core/base/visible-text.ts";
import { MAX_COLUMNS } from "./page.ts";

/** How the reader reaches the store: `["--table", NAME, "--region", REGION]`, or `["--store", FILE]`. */
export type StoreArguments = readonly string[];

/** Option and value stay together; a line that would be too long goes on in the next, as a shell reads it. */
const pieces = (words: readonly string[]): string[] => {
  const made: string[] = [];
  for (const [i, word] of words.entries()) {
    const before = words[i - 1];
    if (before?.startsWith("--") && !word.startsWith("--") && made.length)
      made.push(`${made.pop()} ${shellWord(word)}`);
    else made.push(shellWord(word));
  }
  return made;
};

/** One command over as many lines as it needs. */
export const commandLines = (words: readonly string[]): string[] => {
  const lines: string[] = [];
  let line = "";
  for (const piece of pieces(words)) {
    const longer = line ? `${line} ${piece}` : piece;
    if (line && longer.length + 2 > MAX_COLUMNS) {
      lines.push(`${line} \\`);
      line = `  ${piece}`;
    } else line = longer;
  }
  return [...lines, line];
};

export type Commands = (...words: readonly string[]) => string[];

/** `dsql-audit` with these words, for this cluster and this store. */
export const commandsFor = (cluster: Cluster, store: StoreArguments): Commands => {
  const name = clusterName(cluster);
  const which = /^[\w-]+$/.test(name) ? ["--cluster", name] : [];
  return (...words) => commandLines(["npx", "dsql-audit", ...words, ...which, ...store]);
};
