// What the completion scripts ask with each press of the key: the words that may stand at the cursor.
import { Command } from "commander";
import type { AddCommand } from "../command.ts";
import { commands } from "../commands.ts";
import { type Candidates, candidates } from "../completion-candidates.ts";
import type { Io } from "../io.ts";

/** The program with the one command loaded that is being typed. */
const programFor = async (words: readonly string[], io: Io): Promise<Command> => {
  const program = new Command("dsql-audit").version("");
  for (const { name, summary, hidden, load } of commands) {
    if (hidden) continue;
    if (words[0] === name) (await load())(program, io, () => {});
    else program.command(name).summary(summary);
  }
  return program;
};

const answer = async (io: Io): Promise<void> => {
  const { getShellFromEnv, log, parseEnv } = await import("@pnpm/tabtab");
  const { partial } = parseEnv({ ...io.env });
  const typed = partial.trimStart().split(/\s+/).slice(1);
  const words = typed.slice(0, -1);
  const found: Candidates = await candidates(await programFor(words, io), words, typed.at(-1) ?? "");
  // fish tells a word from its description by a tab. All of it is our own text.
  const write = io.stdout.raw ?? io.stdout.write;
  if (found === "files") write("__tabtab_complete_files__\n");
  else log([...found], getShellFromEnv({ ...io.env }), (line) => void write(`${line}\n`));
};

export const addCompletionServer: AddCommand = (program, io) => {
  program
    .command("completion-server", { hidden: true })
    .summary("answer a completion script")
    .argument("[words...]")
    .action(() => answer(io));
};
