// The commands that a notice names, written so that they work as pasted into a shell.
import type { Cluster } from "../core/base/ids.ts";
import { shellWord } from "../core/base/shell-word.ts";
import { clusterName } from "../core/base/visible-text.ts";
import { MAX_COLUMNS } from "./page.ts";

/** How the reader reaches the store: `["--table", NAME, "--region", REGION]`, or `["--store", FILE]`. */
export type StoreArguments = readonly string[];

/** What a line has room for beside its indent and the backslash at its end. */
const ROOM = MAX_COLUMNS - 4;

/** Option and value stay together where a line holds both. */
const pieces = (words: readonly string[]): string[] => {
  const made: string[] = [];
  for (const [i, word] of words.entries()) {
    const before = words[i - 1];
    const quoted = shellWord(word);
    const isValue = before?.startsWith("--") && !word.startsWith("--");
    const room = ROOM - (before?.length ?? 0) - 1;
    if (isValue && quoted.length <= room) made.push(`${made.pop()} ${quoted}`);
    else made.push(quoted);
  }
  return made;
};

/** One command over as many lines as it needs, as a shell reads it. */
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

/** These words print what to do, and read no store. */
const WITHOUT_STORE: readonly string[] = ["setup-sql"];

/**
 * `dsql-audit` with these words, for this cluster and this store. Every command of every mail comes from here: what stands
 * in a mail works as pasted.
 */
export const commandsFor = (cluster: Cluster, store: StoreArguments): Commands => {
  const name = clusterName(cluster);
  const which = /^[\w-]+$/.test(name) ? ["--cluster", name] : [];
  return (...words) =>
    commandLines([
      ...["npx", "dsql-audit", ...words],
      // Named twice, it is refused.
      ...(words.some((word) => word === "--cluster" || word === cluster) ? [] : which),
      ...(WITHOUT_STORE.includes(words[0] ?? "") ? [] : store),
    ]);
};

/** A command within a sentence: `dsql-audit doctor`, in backticks. */
const SPOKEN = /`(?:npx )?dsql-audit ((?:'[^']*'|[^`'])*)`/g;

/** The sentence with each command called by its words alone: it works only with all that stands beneath. */
export const withoutProgram = (text: string): string =>
  text.replace(SPOKEN, (_, words: string) => `\`${words}\``);

/** What a text of ours leaves to be filled in. */
export type Blanks = Readonly<
  Partial<Record<"CLUSTER" | "FINDING" | "PRINCIPAL" | "ROLE" | "FROM" | "TO", string>>
>;

/** Only what a shell takes as it is: of other names the blank stays, for a person to fill. */
const filled = (word: string, blanks: Blanks): string => {
  const value = Object.hasOwn(blanks, word) ? blanks[word as keyof Blanks] : undefined;
  return value !== undefined && shellWord(value) === value && !value.startsWith("-") ? value : word;
};

/** The commands within a text that we wrote ourselves, as they are run: never of one that holds anybody's names. */
export const spokenCommands = (text: string, run: Commands, blanks: Blanks): string[] =>
  [...text.matchAll(SPOKEN)].flatMap(([, words = ""]) =>
    run(...words.split(" ").map((word) => filled(word, blanks))),
  );
