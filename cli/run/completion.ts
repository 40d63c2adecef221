// `dsql-audit completion SHELL`: prints the script that lets a shell complete commands, options and their values.
import { Argument } from "commander";
import type { AddCommand } from "../command.ts";

const SHELLS = ["bash", "zsh", "fish"] as const;

/** How the fish script asks: it would run what is typed, for it hands it on by `eval`. */
const EVALUATED = /set cmd [\s\S]*?\(eval env [^\n]*\)\n/;
const CALLED = `set -l line (commandline -cp)
  set completions (env COMP_CWORD=1 COMP_LINE="$line" COMP_POINT=(string length -- "$line") SHELL=fish dsql-audit completion-server 2>/dev/null)
`;

/** The script of one shell. It asks `dsql-audit completion-server` with each press of the key. */
export const completionScript = async (shell: (typeof SHELLS)[number]): Promise<string> => {
  const { getCompletionScript } = await import("@pnpm/tabtab");
  const script = await getCompletionScript({ name: "dsql-audit", completer: "dsql-audit", shell });
  return shell === "fish" ? script.replace(EVALUATED, () => CALLED) : script;
};

export const addCompletion: AddCommand = (program, io) => {
  program
    .command("completion")
    .description("Prints the script that lets your shell complete commands, options and their values.")
    .summary("print the completion script of a shell")
    .addArgument(new Argument("<shell>", "which shell").choices(SHELLS))
    .addHelpText(
      "after",
      "\nExamples:\n" +
        "  $ dsql-audit completion bash > ~/.local/share/bash-completion/completions/dsql-audit\n" +
        "  $ dsql-audit completion zsh > ~/.zfunc/_dsql-audit     (with ~/.zfunc in fpath)\n" +
        "  $ dsql-audit completion fish > ~/.config/fish/completions/dsql-audit.fish",
    )
    .action(async (shell: (typeof SHELLS)[number]) => {
      io.stdout.write(await completionScript(shell));
    });
};
